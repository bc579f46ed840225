"""visavis: do these two photos show the same person?

>>> import visavis
>>> verdict = visavis.verify("astronaut.jpg", "astronaut-dark.jpg")
>>> verdict.is_match, verdict.integer_score
(True, 68)

The comparison score is -10 log10 of the false match rate: 30 means that one pair of different people in a thousand is
as alike, 40 one in ten thousand. "Different people" is a verdict, never an error.

A photo is an image file (bytes, a path, an open file) or pixels (a numpy array of uint8, a PIL.Image). Nothing is
logged, nothing is written, nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Callable, Optional

from visavis import _verifier
from visavis._errors import CallerError, Error, ImageError, InternalError, PhotoError, SetupError
from visavis._photos import Photo
from visavis._results import (
    Box,
    Comparison,
    Detection,
    Engine,
    Face,
    Landmarks,
    Outcome,
    Point,
    Sample,
    Timings,
    Verdict,
)
from visavis._verifier import Verifier
from visavis._visavis import Template, __version__

__all__ = [
    "Box",
    "CallerError",
    "Comparison",
    "Detection",
    "Engine",
    "Error",
    "Face",
    "ImageError",
    "InternalError",
    "Landmarks",
    "Outcome",
    "Photo",
    "PhotoError",
    "Point",
    "Sample",
    "SetupError",
    "Template",
    "Timings",
    "Verdict",
    "Verifier",
    "__version__",
    "compare",
    "detect",
    "extract",
    "verify",
    "verify_many",
]


def verify(probe: Photo, reference: Photo) -> Verdict:
    """Do these two photos show the same person?

    Like the module's other functions it uses one `Verifier` with default settings, made at the first call.

    >>> import visavis
    >>> visavis.verify("astronaut.jpg", "hopper.jpg").is_match
    False
    """
    return _verifier.default().verify(probe, reference)


def verify_many(
    pairs: Iterable[tuple[Photo, Photo]],
    *,
    threads: Optional[int] = None,
    progress: Optional[Callable[[int, Optional[int]], object]] = None,
) -> Iterator[Outcome]:
    """Verify pairs of photos side by side; see `Verifier.verify_many`."""
    return _verifier.default().verify_many(pairs, threads=threads, progress=progress)


def detect(photo: Photo) -> Detection:
    """Find all faces of a photo. A photo without a face is no error here."""
    return _verifier.default().detect(photo)


def extract(photo: Photo) -> Template:
    """Make a template of the face that counts."""
    return _verifier.default().extract(photo)


def compare(probe: Template, reference: Template) -> Comparison:
    """Compare two templates."""
    return _verifier.default().compare(probe, reference)
