"""Where the package `onnxruntime` has its library, without importing it; and what to say when it is not there."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Optional

ADVICE = (
    "ONNX Runtime is not installed: photos take about three times as long with the engine inside the package; "
    + (
        'pip install "visavis[fast]" brings it'
        if sys.version_info >= (3, 10)
        else "there is no ONNX Runtime for this version of Python that is new enough; Python 3.10 has one"
    )
)
"""For programs that run on the embedded engine without having asked for it."""


_found: Optional[str] = None


def library() -> Optional[str]:
    """The library of the package `onnxruntime` in this environment, if it is installed.

    Found once: a daemon thread that looks for a module while the interpreter exits crashes in the interpreter, which
    has freed the lock of its imports by then (seen in CPython 3.11).
    """
    global _found
    if _found is None or not os.path.exists(_found):
        _found = _search()
    return _found


def _search() -> Optional[str]:
    """Importing the package would load the library and start whatever it starts; looking where it lies does neither."""
    try:
        spec = importlib.util.find_spec("onnxruntime")
    except (ImportError, ValueError):
        # sys.modules has something else in its place.
        return None
    for folder in (spec and spec.submodule_search_locations) or []:
        capi = os.path.join(folder, "capi")
        names = os.listdir(capi) if os.path.isdir(capi) else []
        found = sorted(name for name in names if name.startswith(("libonnxruntime.so.", "libonnxruntime.1.")))
        if found:
            return os.path.join(capi, found[-1])
    return None
