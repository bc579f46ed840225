"""The methods of the shared verifier, as functions."""

from __future__ import annotations

import functools
from types import MethodType
from typing import TYPE_CHECKING, Any

from visavis import _default
from visavis._verifier import Verifier


def _shared(name: str) -> Any:
    """A method of the shared verifier as a function, which creates that verifier when it is first called."""
    method = getattr(Verifier, name)

    @functools.wraps(method)
    def function(*arguments: Any, **options: Any) -> Any:
        return getattr(_default.verifier(), name)(*arguments, **options)

    # `help` must show no `self`, and `pickle` must find the function in this package.
    function.__wrapped__ = MethodType(method, Verifier)
    function.__module__, function.__qualname__ = "visavis", name
    return function


if TYPE_CHECKING:
    _any = Verifier()
    verify, verify_many, compare = _any.verify, _any.verify_many, _any.compare
    detect, extract, extract_many, extract_face = (
        _any.detect,
        _any.extract,
        _any.extract_many,
        _any.extract_face,
    )
    enroll, rank, draw, crop = _any.enroll, _any.rank, _any.draw, _any.crop
else:
    verify, verify_many, compare = _shared("verify"), _shared("verify_many"), _shared("compare")
    detect, extract, extract_many = _shared("detect"), _shared("extract"), _shared("extract_many")
    extract_face, enroll, rank = _shared("extract_face"), _shared("enroll"), _shared("rank")
    draw, crop = _shared("draw"), _shared("crop")
