"""What can go wrong: one class for each who can mend it."""

from __future__ import annotations

from typing import Optional


class Error(Exception):
    """Why there is no answer. "Different people" is an answer, never an error.

    `code` and `number` are stable and the same in every language; `side` says whose photo it is about, `stage` which
    step it comes from. Nothing here ever holds pixels or templates.

    >>> import visavis
    >>> try:
    ...     visavis.verify("astronaut.jpg", "gray.png")
    ... except visavis.PhotoError as error:
    ...     print(error.code, error.number, error.side, error.stage)
    NO_FACE 40 reference choose
    """

    message: str
    """A sentence for people."""
    code: str
    """The stable name, for example `NO_FACE`."""
    number: int
    """The stable number, for example 40."""
    side: Optional[str]
    """`probe` or `reference`, where it is about one of two photos."""
    stage: Optional[str]
    """`setup`, `decode`, `detect`, `choose`, `extract` or `compare`, where it comes from a step."""

    def __init__(
        self, message: str, code: str, number: int, side: Optional[str] = None, stage: Optional[str] = None
    ) -> None:
        # All of them are args, so that pickle and copy make the same again.
        super().__init__(message, code, number, side, stage)
        self.message = message
        self.code = code
        self.number = number
        self.side = side
        self.stage = stage

    def __str__(self) -> str:
        text = f"{self.message} ({self.code})"
        return f"{self.side}: {text}" if self.side else text


class CallerError(Error, ValueError):
    """Numbers 1 to 19: an argument or a template is not what it should be. The calling program can mend it."""


class ImageError(Error):
    """Numbers 20 to 39: no image that can be read. Whoever supplied the file can mend it."""


class PhotoError(Error):
    """Numbers 40 to 59: no usable face on a sound image. Whoever takes the photo can mend it by another one."""


class SetupError(Error):
    """Numbers 60 to 79: models or engine are missing or unfit. Whoever installed them can mend it."""


class InternalError(Error):
    """Numbers 98 and 99: a defect of this library or of its engine."""
