"""The errors: one class for each party that can fix them."""

from __future__ import annotations

import errno
import os
from typing import Any, Literal, Optional

Code = Literal[
    "INVALID_ARGUMENT",
    "INVALID_PIXELS",
    "TEMPLATE_MALFORMED",
    "TEMPLATE_MISMATCH",
    "TEMPLATE_FAILED",
    "FILE_UNREADABLE",
    "DEADLINE_EXCEEDED",
    "EMPTY_IMAGE",
    "UNSUPPORTED_FORMAT",
    "CORRUPT_IMAGE",
    "IMAGE_TOO_LARGE",
    "NO_FACE",
    "SEVERAL_FACES",
    "FACE_TOO_SMALL",
    "MODEL_NOT_FOUND",
    "MODEL_INVALID",
    "MODEL_HASH_MISMATCH",
    "ENGINE_UNAVAILABLE",
    "ENGINE_INCOMPATIBLE",
    "OUT_OF_MEMORY",
    "INTERNAL",
    "PANIC",
]
"""The stable name of every kind of error."""

_MAX_QUOTED_PATH = 255
"""A longer path may be a photo or a template in Base64, and is not repeated."""


class Error(Exception):
    """Why there is no answer. "Different people" is an answer, never an error.

    `code` and `number` are stable and the same in every language; `side` says which photo it is about, `stage` which
    step it comes from. Nothing here ever holds pixels or templates.

    >>> import visavis
    >>> try:
    ...     visavis.verify("astronaut.jpg", "gray.png")
    ... except visavis.PhotoError as error:
    ...     print(error.code, error.number, error.side, error.stage)
    NO_FACE 40 reference choose
    """

    message: str
    """The message for people."""
    code: Code
    """The stable name, for example `NO_FACE`."""
    number: int
    """The stable number, for example 40."""
    side: Optional[str]
    """`probe` or `reference`, if it is about one of two photos."""
    stage: Optional[str]
    """`setup`, `decode`, `detect`, `choose`, `extract` or `compare`, if it comes from a step."""
    advice: tuple[str, ...]
    """What the photographer can improve, as names such as `too_dark`; the message says it in words."""
    index: Optional[int]
    """The index of the photo or template that it is about, if there are several."""

    def __init__(
        self,
        message: str,
        code: Code,
        number: int,
        side: Optional[str] = None,
        stage: Optional[str] = None,
        advice: tuple[str, ...] = (),
        index: Optional[int] = None,
    ) -> None:
        # All fields are in `args`, so that pickle and copy reproduce the error.
        super().__init__(message, code, number, side, stage, advice, index)
        self.message = message
        self.code = code
        self.number = number
        self.side = side
        self.stage = stage
        self.advice = advice
        self.index = index

    def __str__(self) -> str:
        text = f"{self.message} ({self.code})"
        return f"{self.side}: {text}" if self.side else text

    def to_dict(self) -> dict[str, Any]:
        """The fields, in a form that the module `json` accepts."""
        return dict(vars(self))


class CallerError(Error, ValueError):
    """Numbers 1 to 19: an argument or a template is invalid. The calling program can fix it."""


class ImageError(Error):
    """Numbers 20 to 39: the file is not an image that can be read. Its supplier can fix it."""


class PhotoError(Error):
    """Numbers 40 to 59: the image is readable but shows no usable face. The photographer can take another."""


class NoFaceError(PhotoError):
    """NO_FACE: no face was found."""


class SeveralFacesError(PhotoError):
    """SEVERAL_FACES: several faces were found and only one is allowed."""


class FaceTooSmallError(PhotoError):
    """FACE_TOO_SMALL: the face is smaller than the minimum that was set."""


class SetupError(Error):
    """Numbers 60 to 79: models or engine are missing or unsuitable. The installer of the package can fix it."""


class InternalError(Error):
    """Numbers 98 and 99: a defect of this library or of its engine."""


_BANDS = ((19, CallerError), (39, ImageError), (59, PhotoError), (79, SetupError), (99, InternalError))
_CLASSES = {
    "NO_FACE": NoFaceError,
    "SEVERAL_FACES": SeveralFacesError,
    "FACE_TOO_SMALL": FaceTooSmallError,
}


def made(message: str, code: Code, number: int, *more: Any) -> Error:
    """The exception for an error of the core; `more` holds the remaining fields."""
    band = next(cls for last, cls in _BANDS if number <= last)
    return _CLASSES.get(code, band)(message, code, number, *more)


def invalid_argument(message: str) -> Error:
    """The exception for an argument that this package checks itself."""
    return made(message, "INVALID_ARGUMENT", 1)


def unreadable(number: Optional[int], why: str, path: str) -> OSError:
    """The exception for a file that cannot be read, as Python's own `open` raises it."""
    why = why if number is None else os.strerror(number)
    if len(path) <= _MAX_QUOTED_PATH:
        return OSError(number or errno.EINVAL, why, path)
    return OSError(number or errno.EINVAL, f"{why}: a text of {len(path)} characters; is it Base64?")
