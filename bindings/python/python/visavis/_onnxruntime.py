"""Finds the library in the package `onnxruntime` without importing it, and has the advice for when it is missing."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Optional

ADVICE = (
    "ONNX Runtime is not installed: photos take about three times as long with the engine inside the package; "
    + (
        'pip install "visavis[fast]" installs it'
        if sys.version_info >= (3, 10)
        else "no ONNX Runtime for this version of Python is new enough; there is one for Python 3.10"
    )
)
"""The warning for programs that use the embedded engine without having requested it."""


_found: Optional[str] = None


def library() -> Optional[str]:
    """The library of the package `onnxruntime` in this environment, if it is installed.

    The result is cached: a daemon thread that looks for a module while the interpreter exits crashes in the
    interpreter, which has freed its import lock by then (seen in CPython 3.11).
    """
    global _found
    if _found is None or not os.path.exists(_found):
        _found = _search()
    return _found


def _search() -> Optional[str]:
    """Looks for the file only: importing the package would load the library and run its start-up code."""
    try:
        spec = importlib.util.find_spec("onnxruntime")
    except (ImportError, ValueError):
        # sys.modules holds something else under this name.
        return None
    for folder in (spec and spec.submodule_search_locations) or []:
        capi = os.path.join(folder, "capi")
        names = os.listdir(capi) if os.path.isdir(capi) else []
        found = sorted(name for name in names if name.startswith(("libonnxruntime.so.", "libonnxruntime.1.")))
        if found:
            return os.path.join(capi, found[-1])
    return None
