"""The answers: plain, frozen and picklable. Lengths are in pixels of the upright photo."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from visavis._errors import Error
from visavis._visavis import Template

MYPY = False
"""Always true for mypy, which treats the code behind `not MYPY` as unreachable; false for everything else."""


class Value:
    """Answers that can be converted to dictionaries, and that notebooks show as a table."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Dictionaries, lists, numbers and strings, in a form that the module `json` accepts.

        Templates are left out: they are stored by `Template.to_bytes`.
        """
        fields = [(field.name, getattr(self, field.name)) for field in dataclasses.fields(self)]  # type: ignore
        return {name: _plain(value) for name, value in fields if not isinstance(value, Template)}

    def _repr_html_(self) -> str:
        rows = [(field.name, getattr(self, field.name)) for field in dataclasses.fields(self)]  # type: ignore
        cells = "".join(f"<tr><th>{name}</th><td>{_cell(value)}</td></tr>" for name, value in rows)
        return f"<table>{cells}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, Value):
        return value._repr_html_()
    if hasattr(value, "_fields"):
        return f"({', '.join(map(_cell, value))})"
    if isinstance(value, tuple):
        return "".join(map(_cell, value))
    return html.escape(f"{value:.4g}" if isinstance(value, float) else str(value))


def _plain(value: Any) -> Any:
    if isinstance(value, (Value, Error)):
        return value.to_dict()
    if hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


class Ambiguous:
    """Answers that are neither true nor false.

    In Python any object counts as true by default, so that `if verify(a, b):` would let everybody in.
    """

    __slots__ = ()

    if not TYPE_CHECKING:

        def __bool__(self):
            hint = {"Detection": "its .faces", "Success": "its .error", "Failure": "its .error"}
            name = type(self).__name__
            raise TypeError(f"a {name} is neither true nor false: use {hint.get(name, 'its .is_match')}")

    elif not MYPY:
        # pyright reports a condition whose __bool__ does not return bool. mypy sees no __bool__ at all, so that its
        # check truthy-bool reports the condition; with a method that never returns it would skip the code after it.
        def __bool__(self) -> None: ...


class Point(NamedTuple):
    """A point, in pixels from the photo's top left corner."""

    x: float
    y: float


class Bounds(NamedTuple):
    """The upright rectangle around a face, in pixels; it may reach beyond the photo."""

    x: float
    y: float
    width: float
    height: float


class Landmarks(NamedTuple):
    """Five points of a face. Right and left are the person's: in an unmirrored photo, the right eye is on the left."""

    right_eye: Point
    left_eye: Point
    nose: Point
    mouth_right: Point
    mouth_left: Point


@dataclass(frozen=True)
class Quality(Value):
    """Quality of the capture of a face, for the photographer.

    Where ISO/IEC 29794-5 defines a measure, it is that one.
    """

    inter_eye_distance: float
    """Distance between the eyes in pixels. Below about 30 the template is unreliable."""
    sharpness: float
    """How much fine detail the face shows, 0 (blurred) to 1 (sharp)."""
    brightness: float
    """Mean luminance of the face, in linear light, 0 to 1."""
    contrast: float
    """Standard deviation of the luminance, 0 to 0.5."""
    under_exposure: float
    """Fraction of the face that is nearly black, 0 to 1."""
    over_exposure: float
    """Fraction of the face that is nearly white, 0 to 1."""
    dynamic_range: float
    """Entropy of the face's luminances in bits, 0 to 8."""
    illumination_uniformity: float
    """How similar the light on both cheeks is, 0 (one in the dark) to 1 (the same)."""
    yaw: float
    """Degrees by which the head is turned towards its own left; an estimate, accurate to about 10 degrees."""
    pitch: float
    """Degrees by which the head is raised; an estimate, accurate to about 15 degrees."""
    roll: float
    """Degrees by which the head is tilted towards its own left shoulder."""
    advice: tuple[str, ...]
    """What to improve: `too_small`, `blurred`, `too_dark`, `too_bright`, `turned_away` or `tilted`; may be empty."""


@dataclass(frozen=True)
class Face(Value):
    """A face that was found."""

    bounds: Bounds
    landmarks: Landmarks = field(repr=False)
    confidence: float
    """Confidence of the detector, 0 to 1."""
    quality: Optional[Quality] = field(default=None, repr=False)
    """Quality of the capture, if it was requested."""


@dataclass(frozen=True)
class Milliseconds(Value):
    """How long the steps took for one photo."""

    decode: float
    """From file or bytes to pixels; nearly 0 for raw pixels."""
    detect: float
    extract: float


@dataclass(frozen=True)
class Sample(Value):
    """What was found in one photo."""

    face: Face
    """The chosen face."""
    face_count: int
    """How many faces were found."""
    width: int
    height: int
    milliseconds: Milliseconds = field(compare=False, repr=False)
    advice: tuple[str, ...] = ()
    """What a better photo needs: always `too_small` and `several_faces`, the rest if the quality was requested."""


@dataclass(frozen=True)
class Comparison(Value, Ambiguous):
    """How similar two faces are.

    It is neither true nor false, so that a forgotten `.is_match` fails loudly instead of accepting everybody:

    >>> import visavis
    >>> if visavis.verify("astronaut.jpg", "hopper.jpg"):
    ...     print("welcome")
    Traceback (most recent call last):
        ...
    TypeError: a Verdict is neither true nor false: use its .is_match
    """

    is_match: bool
    """Whether the score reaches the threshold."""
    score: float
    """Comparison score, 0 to 100: -10 log10 of the false match rate, so that 30 is one in a thousand."""
    threshold: float
    """The lowest score of a match."""
    similarity: float = field(repr=False)
    """Cosine of the angle between the two templates, -1 to 1."""
    integer_score: int = field(repr=False)
    """The score rounded down: it reaches an integer threshold exactly when the score does."""
    false_match_rate: float = field(repr=False)
    """How often two different people look at least as similar. Beyond a score of 50 it is extrapolated."""


@dataclass(frozen=True)
class PartialVerdict(Comparison):
    """Do two photos show the same person, one of which or both are templates?"""

    probe: Optional[Sample] = field(repr=False)
    """What was found in the probe, unless it was a template."""
    reference: Optional[Sample] = field(repr=False)
    """What was found in the reference, unless it was a template."""


@dataclass(frozen=True)
class Verdict(PartialVerdict):
    """Do two photos show the same person?

    >>> import visavis
    >>> verdict = visavis.verify("astronaut.jpg", "hopper.jpg")
    >>> verdict  # doctest: +ELLIPSIS
    Verdict(is_match=False, score=10.7..., threshold=27.0)
    >>> round(verdict.probe_face.bounds.width)
    91
    """

    probe: Sample = field(repr=False)
    """What was found in the probe."""
    reference: Sample = field(repr=False)
    """What was found in the reference."""

    @property
    def probe_face(self) -> Face:
        """The chosen face of the probe."""
        return self.probe.face

    @property
    def reference_face(self) -> Face:
        """The chosen face of the reference."""
        return self.reference.face


@dataclass(frozen=True)
class Ranked(Comparison):
    """One of many templates, and how similar it is."""

    index: int
    """Its index in the list of templates."""


@dataclass(frozen=True)
class Extraction(Value):
    """A template, and the face that it was made from."""

    template: Template
    """The template, to store and compare."""
    sample: Sample
    """What was found in the photo."""


@dataclass(frozen=True)
class Enrolled(Value):
    """One of the photos that a template was made from."""

    sample: Sample
    """What was found in it."""
    others: Optional[Comparison]
    """How similar it is to the template made from the other photos. No match means that it probably shows
    somebody else, or is too poor to be useful. None if there is no other photo."""


@dataclass(frozen=True)
class Enrollment(Value):
    """A template made from several photos of one person."""

    template: Template
    """The template, to store and to compare probes with."""
    photos: tuple[Enrolled, ...]
    """The photos, in their order."""


@dataclass(frozen=True)
class Detection(Value, Ambiguous):
    """All faces of one photo. Its length and its items are those of `faces`.

    >>> import visavis
    >>> found = visavis.detect("two-people.jpg")
    >>> len(found), found.chosen, [round(face.bounds.width) for face in found]
    (2, 0, [114, 102])
    >>> visavis.detect("gray.png").reason.code
    'NO_FACE'
    """

    faces: tuple[Face, ...]
    """Most confident first; empty if there is none."""
    chosen: Optional[int]
    """Index of the chosen face, or None."""
    reason: Optional[Error] = field(compare=False)
    """Why no face is chosen."""
    width: int
    height: int
    milliseconds: Milliseconds = field(compare=False, repr=False)

    @property
    def face(self) -> Optional[Face]:
        """The chosen face, or None."""
        return None if self.chosen is None else self.faces[self.chosen]

    def __len__(self) -> int:
        return len(self.faces)

    def __iter__(self) -> Iterator[Face]:
        return iter(self.faces)


@dataclass(frozen=True)
class Engine(Value):
    """The engine that runs the networks."""

    name: str
    """`onnxruntime` or `embedded`."""
    version: str
    library: Optional[str]
    """The library that was loaded, for ONNX Runtime."""
    fallback_reason: Optional[str]
    """Why the slower embedded engine is in use although it was not requested."""
    warning: Optional[str] = None
    """Set if ONNX Runtime 1.29 or later was loaded before visavis: its telemetry can no longer be turned off."""


class Picture(bytes):
    """A PNG file, which notebooks show as a picture."""

    __slots__ = ()

    def _repr_png_(self) -> bytes:
        return bytes(self)

    def __repr__(self) -> str:
        return f"Picture({len(self)} bytes)"
