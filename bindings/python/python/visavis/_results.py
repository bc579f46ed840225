"""What is answered. All of it is plain, frozen and can be pickled; lengths are pixels of the upright photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn, Optional

from visavis._errors import Error


class _Ambiguous:
    """Answers that are neither true nor false.

    By Python's rule any object counts as true, so that `if verify(a, b):` would let everybody in.
    """

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        hint = "its .faces" if isinstance(self, Detection) else "its .is_match"
        if isinstance(self, Outcome):
            hint = "its .error, then its .verdict.is_match"
        raise TypeError(f"a {type(self).__name__} is neither true nor false: ask {hint}")


class Point(NamedTuple):
    """A place in pixels from the photo's top left corner."""

    x: float
    y: float


class Box(NamedTuple):
    """An upright rectangle in pixels; it may reach beyond the photo."""

    x: float
    y: float
    width: float
    height: float


class Landmarks(NamedTuple):
    """Five places of a face. Right and left are the person's: the right eye is on the photo's left."""

    right_eye: Point
    left_eye: Point
    nose: Point
    mouth_right: Point
    mouth_left: Point


@dataclass(frozen=True)
class Face:
    """A face that was found."""

    box: Box
    landmarks: Landmarks
    confidence: float
    """How sure the detector is, 0 to 1."""


@dataclass(frozen=True)
class Timings:
    """Seconds that the steps took for one photo."""

    decode: float
    """From bytes to pixels; 0 for raw pixels, and for a file that is verified against raw pixels."""
    detect: float
    extract: float


@dataclass(frozen=True)
class Sample:
    """What was seen on one photo."""

    face: Face
    """The face that counts."""
    face_count: int
    width: int
    height: int
    timings: Timings = field(compare=False)


@dataclass(frozen=True)
class Comparison(_Ambiguous):
    """How alike two faces are.

    It is neither true nor false, so that a forgotten `.is_match` fails loudly instead of accepting everybody:

    >>> import visavis
    >>> if visavis.verify("astronaut.jpg", "hopper.jpg"):
    ...     print("welcome")
    Traceback (most recent call last):
        ...
    TypeError: a Verdict is neither true nor false: ask its .is_match
    """

    score: float
    """Comparison score, 0 to 100: -10 log10 of the false match rate, so that 30 is one in a thousand."""
    similarity: float
    """Cosine of the angle between the two templates, -1 to 1."""
    is_match: bool
    """Whether the score reaches the threshold."""
    integer_score: int = field(repr=False)
    """The score rounded down: it reaches an integer threshold exactly when the score does."""
    false_match_rate: float = field(repr=False)
    """How often two different people look at least as alike. Beyond a score of 50 it is extrapolated."""


@dataclass(frozen=True)
class Verdict(Comparison):
    """Do two photos show the same person?

    >>> import visavis
    >>> verdict = visavis.verify("astronaut.jpg", "hopper.jpg")
    >>> verdict.is_match, verdict.integer_score
    (False, 11)
    >>> round(verdict.probe_face.box.width)
    91
    """

    probe: Sample
    """What was seen on the probe."""
    reference: Sample
    """What was seen on the reference."""

    @property
    def probe_face(self) -> Face:
        """The probe's face that counts."""
        return self.probe.face

    @property
    def reference_face(self) -> Face:
        """The reference's face that counts."""
        return self.reference.face


@dataclass(frozen=True)
class Detection(_Ambiguous):
    """All faces of one photo.

    >>> import visavis
    >>> found = visavis.detect("two-people.jpg")
    >>> len(found.faces), found.chosen
    (2, 0)
    >>> visavis.detect("gray.png").problem.code
    'NO_FACE'
    """

    faces: tuple[Face, ...]
    """The most confident first; empty when there is none."""
    chosen: Optional[int]
    """Which of them counts, or None."""
    problem: Optional[Error] = field(compare=False)
    """Why none counts."""
    width: int
    height: int
    timings: Timings = field(compare=False)

    @property
    def face(self) -> Optional[Face]:
        """The face that counts, or None."""
        return None if self.chosen is None else self.faces[self.chosen]


@dataclass(frozen=True)
class Engine:
    """What computes the networks."""

    name: str
    """`onnxruntime` or `embedded`."""
    version: str
    library: Optional[str]
    """The library that was loaded, for ONNX Runtime."""
    fallback_reason: Optional[str]
    """Why the slower embedded engine computes, where nobody asked for it."""


@dataclass(frozen=True)
class Outcome(_Ambiguous):
    """What came of one pair of many: a verdict or an error."""

    index: int
    """The pair's place in the order they came in."""
    pair: object = field(repr=False)
    """The pair as it was given."""
    verdict: Optional[Verdict]
    error: Optional[Exception]

    def get(self) -> Verdict:
        """The verdict, or the error raised."""
        if self.verdict is None:
            assert self.error is not None
            raise self.error
        return self.verdict
