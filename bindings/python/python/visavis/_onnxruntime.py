"""Where the package `onnxruntime` has its library, without importing it."""

from __future__ import annotations

import importlib.util
import os
from typing import Optional


def library() -> Optional[str]:
    """The library of the package `onnxruntime` in this environment, if it is installed.

    Importing the package would load the library and start whatever it starts; looking where it lies does neither.
    """
    try:
        spec = importlib.util.find_spec("onnxruntime")
    except (ImportError, ValueError):
        # Something else stands in its place in sys.modules.
        return None
    for folder in (spec and spec.submodule_search_locations) or []:
        capi = os.path.join(folder, "capi")
        names = os.listdir(capi) if os.path.isdir(capi) else []
        found = sorted(name for name in names if name.startswith(("libonnxruntime.so.", "libonnxruntime.1.")))
        if found:
            return os.path.join(capi, found[-1])
    return None
