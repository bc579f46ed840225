"""The verifier that the functions of the module share; and all verifiers after a fork and at the end."""

from __future__ import annotations

import atexit
import os
import threading
from typing import Optional

from visavis import _visavis
from visavis._verifier import Verifier

_shared: Optional[Verifier] = None
_lock = threading.Lock()


def verifier() -> Verifier:
    """The verifier of the module's functions, created at the first call; a failure is not remembered."""
    global _shared
    if _shared is None:
        with _lock:
            if _shared is None:
                _shared = Verifier()
    return _shared


def _after_fork() -> None:
    """The child has neither the thread that held the lock nor those whose calls were running."""
    global _lock
    _lock = threading.Lock()
    _visavis.reopen()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
atexit.register(_visavis.close)
