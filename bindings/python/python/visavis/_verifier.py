"""`visavis.Verifier`."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NoReturn, Optional, Union, overload

from visavis import _batch, _onnxruntime, _visavis
from visavis._batch import Outcome, Progress
from visavis._photos import Order, Photo, native
from visavis._results import (
    Comparison,
    Detection,
    Engine,
    Enrollment,
    Extraction,
    Face,
    PartialVerdict,
    Picture,
    Ranked,
    Sample,
    Verdict,
)

Path = Union[str, "os.PathLike[str]"]

Template = _visavis.Template

PhotoOrTemplate = Union[Photo, Template]

_MOST_ENROLLED = 16
"""The most photos of an enrolment. One more is passed on, for the core to reject."""

_warned: set[str] = set()


class Verifier:
    """Compares faces. Create one, keep it, and share it between threads.

    Creating one loads the models, which takes a tenth of a second. Every method may be called from any number of
    threads at once; the interpreter's lock is released while it works. It survives `fork`, but cannot be pickled:
    create one in each process.

    Two arguments are the same in all methods. `order` is the order of the channels of numpy arrays: `rgb` (also
    with alpha), or `bgr` as OpenCV reads them. With `quality` the capture quality of the faces is measured as well.

    >>> import visavis
    >>> verifier = visavis.Verifier(face="single", threshold=30)
    >>> verifier.verify("astronaut.jpg", "astronaut-dark.jpg").is_match
    True
    """

    def __init__(
        self,
        *,
        engine: Optional[Literal["auto", "onnxruntime", "embedded"]] = None,
        onnxruntime: Optional[Path] = None,
        models: Optional[Path] = None,
        workers: Optional[int] = None,
        face: Optional[Literal["prominent", "largest", "single"]] = None,
        min_face: Optional[int] = None,
        threshold: Optional[float] = None,
        max_bytes: Optional[int] = None,
        max_pixels: Optional[int] = None,
        max_decode_bytes: Optional[int] = None,
        search: Optional[Literal["quick", "normal", "thorough"]] = None,
        deadline: Optional[float] = None,
    ) -> None:
        """Load the models and start the engine; arguments that are omitted have their defaults.

        engine: `auto` (ONNX Runtime if it can be loaded, else the embedded engine), `onnxruntime` or `embedded`.
        onnxruntime: path of ONNX Runtime's library (that of the package `onnxruntime`, if it is installed).
        models: folder with other models and their manifest.toml.
        workers: how many photos are processed at once (one per core); more calls wait.
        face: how the face is chosen: `prominent` (large and near the middle), `largest`, or `single`, for which several
            faces are an error.
        min_face: smallest face that is accepted, as the shorter side of its bounds in pixels (0).
        threshold: comparison score from which two photos are a match (27: a false match rate of 0.2 %).
        max_bytes: largest image file in bytes (64 MiB).
        max_pixels: largest photo, width times height (50 million).
        max_decode_bytes: most memory that decoding one photo may take (160 MiB).
        search: how thoroughly faces are searched for: `quick`, `normal` or `thorough`: at most 12, 120 or 600 looks.
        deadline: seconds that one call may take before it fails with DEADLINE_EXCEEDED (no limit).
        """
        settings = {
            "engine": engine,
            "workers": workers,
            "face": face,
            "min_face": min_face,
            "threshold": threshold,
            "max_bytes": max_bytes,
            "max_pixels": max_pixels,
            "max_decode_bytes": max_decode_bytes,
            "search": search,
            "deadline": deadline,
        }
        given = [(name, str(value)) for name, value in settings.items() if value is not None]
        hint = None if engine == "embedded" else _onnxruntime.library()
        self._native = _visavis.Verifier(given, onnxruntime, hint, models)
        info = self.engine
        if hint is None and info.fallback_reason is not None:
            _warn_once(_onnxruntime.ADVICE)
        if info.warning is not None:
            _warn_once(info.warning)

    @overload
    def verify(
        self,
        probe: Photo,
        reference: Photo,
        *,
        threshold: Optional[float] = None,
        quality: bool = False,
        order: Order = "rgb",
    ) -> Verdict: ...

    @overload
    def verify(
        self,
        probe: PhotoOrTemplate,
        reference: PhotoOrTemplate,
        *,
        threshold: Optional[float] = None,
        quality: bool = False,
        order: Order = "rgb",
    ) -> PartialVerdict: ...

    def verify(
        self,
        probe: PhotoOrTemplate,
        reference: PhotoOrTemplate,
        *,
        threshold: Optional[float] = None,
        quality: bool = False,
        order: Order = "rgb",
    ) -> PartialVerdict:
        """Do these two photos show the same person? Either may be a template.

        Errors come in a fixed order: probe unreadable, reference unreadable, no face in the probe, none in the
        reference.

        threshold: comparison score from which it is a match, instead of the verifier's.

        >>> import visavis
        >>> enrolled = visavis.extract("astronaut.jpg").template
        >>> visavis.verify("astronaut-dark.jpg", enrolled, threshold=50)  # doctest: +ELLIPSIS
        PartialVerdict(is_match=True, score=67..., threshold=50.0)
        """
        if isinstance(probe, Template) or isinstance(reference, Template):
            one, seen = self._extracted(probe, quality, "probe", order)
            other, seen_too = self._extracted(reference, quality, "reference", order)
            comparison = self.compare(one, other, threshold=threshold)
            return PartialVerdict(**vars(comparison), probe=seen, reference=seen_too)
        photos = native(probe, self._native, order), native(reference, self._native, order)
        return self._native.verify(*photos, threshold, quality)

    def _extracted(
        self, given: PhotoOrTemplate, quality: bool, side: str, order: Order
    ) -> tuple[Template, Optional[Sample]]:
        if isinstance(given, Template):
            return given, None
        extraction = self._native.extract(native(given, self._native, order), quality, side)
        return extraction.template, extraction.sample

    @overload
    def verify_many(
        self,
        pairs: Iterable[tuple[Photo, Photo]],
        *,
        threads: Optional[int] = None,
        progress: Optional[Progress] = None,
        threshold: Optional[float] = None,
        quality: bool = False,
        order: Order = "rgb",
    ) -> Iterator[Outcome[Verdict]]: ...

    @overload
    def verify_many(
        self,
        pairs: Iterable[tuple[PhotoOrTemplate, PhotoOrTemplate]],
        *,
        threads: Optional[int] = None,
        progress: Optional[Progress] = None,
        threshold: Optional[float] = None,
        quality: bool = False,
        order: Order = "rgb",
    ) -> Iterator[Outcome[PartialVerdict]]: ...

    def verify_many(
        self,
        pairs: Iterable[tuple[PhotoOrTemplate, PhotoOrTemplate]],
        *,
        threads: Optional[int] = None,
        progress: Optional[Progress] = None,
        threshold: Optional[float] = None,
        quality: bool = False,
        order: Order = "rgb",
    ) -> Iterator[Outcome[Any]]:
        """Verify pairs of photos in parallel; outcomes come in the order of the pairs.

        The error of a pair is in its outcome and does not stop the others. Only a few pairs are read ahead of the
        next outcome, so that `pairs` may be an endless generator; it runs in the caller's thread.

        threads: how many pairs are processed at once (one per worker of the verifier).
        progress: called with the number of outcomes so far and the number of pairs, or None if that is unknown.

        >>> import visavis
        >>> pairs = [("astronaut.jpg", "hopper.jpg"), ("astronaut.jpg", "no such file")]
        >>> for outcome in visavis.verify_many(pairs):
        ...     print(outcome.error or outcome.value.is_match)
        False
        [Errno 2] No such file or directory: 'no such file'
        """

        def work(pair: tuple[PhotoOrTemplate, PhotoOrTemplate]) -> PartialVerdict:
            probe, reference = pair
            return self.verify(probe, reference, threshold=threshold, quality=quality, order=order)

        return _batch.run(work, pairs, self.workers if threads is None else threads, progress)

    def detect(self, photo: Photo, *, quality: bool = False, order: Order = "rgb") -> Detection:
        """Find all faces in a photo. Finding none is not an error here."""
        return self._native.detect(native(photo, self._native, order), quality)

    def extract(self, photo: Photo, *, quality: bool = False, order: Order = "rgb") -> Extraction:
        """Make a template of the chosen face."""
        return self._native.extract(native(photo, self._native, order), quality, None)

    def extract_many(
        self,
        photos: Iterable[Photo],
        *,
        threads: Optional[int] = None,
        progress: Optional[Progress] = None,
        quality: bool = False,
        order: Order = "rgb",
    ) -> Iterator[Outcome[Extraction]]:
        """Make templates of photos in parallel, as `verify_many` verifies pairs."""

        def work(photo: Photo) -> Extraction:
            return self.extract(photo, quality=quality, order=order)

        return _batch.run(work, photos, self.workers if threads is None else threads, progress)

    def enroll(
        self,
        photos: Iterable[Photo],
        *,
        threshold: Optional[float] = None,
        quality: bool = False,
        order: Order = "rgb",
    ) -> Enrollment:
        """Make one template from 1 to 16 photos of one person. Probes are compared with it as with any other.

        The first photo that cannot be used is an error, whose `index` says which it is. A photo of somebody else is
        not an error, but lets that person match: `others` of each photo says whether it matches the rest.

        threshold: comparison score from which a photo matches the others, instead of the verifier's.

        >>> import visavis
        >>> enrolled = visavis.enroll(["astronaut-blurred.jpg", "astronaut-q10.jpg", "face-20px.jpg"])
        >>> all(photo.others.is_match for photo in enrolled.photos)
        True
        >>> visavis.verify("astronaut-dark.jpg", enrolled.template).is_match
        True
        """
        if isinstance(photos, (str, bytes, bytearray, memoryview, os.PathLike)) or hasattr(photos, "dtype"):
            raise TypeError(f"a list of photos is required, not one {type(photos).__name__}")
        taken = itertools.islice(photos, _MOST_ENROLLED + 1)
        return self._native.enroll(
            [native(photo, self._native, order) for photo in taken], threshold, quality
        )

    def extract_face(self, photo: Photo, face: Face, *, order: Order = "rgb") -> Template:
        """Make a template of any face that `detect` found in the same photo.

        >>> import visavis
        >>> one, other = (
        ...     visavis.extract_face("two-people.jpg", face) for face in visavis.detect("two-people.jpg")
        ... )
        >>> visavis.compare(one, other).is_match
        False
        """
        return self._native.extract_face(native(photo, self._native, order), face)

    def compare(
        self, probe: Template, reference: Template, *, threshold: Optional[float] = None
    ) -> Comparison:
        """Compare two templates.

        >>> import visavis
        >>> template = visavis.extract("astronaut.jpg").template
        >>> visavis.compare(template, template).score
        100.0
        """
        return self._native.compare(probe, reference, threshold)

    def rank(
        self,
        probe: Template,
        references: Iterable[Template],
        *,
        threshold: Optional[float] = None,
        top: Optional[int] = None,
    ) -> list[Ranked]:
        """Compare one template with many; the most similar come first.

        top: how many to return (all).

        >>> import visavis
        >>> photos = ["hopper.jpg", "astronaut-dark.jpg", "hopper-128.png"]
        >>> gallery = [outcome.get().template for outcome in visavis.extract_many(photos)]
        >>> [best] = visavis.rank(visavis.extract("astronaut.jpg").template, gallery, top=1)
        >>> best.index, best.is_match
        (1, True)
        """
        return self._native.rank(probe, list(references), threshold, top)

    def draw(self, photo: Photo, detection: Optional[Detection] = None, *, order: Order = "rgb") -> Picture:
        """The photo as a PNG file with bounds and landmarks drawn in: green for the chosen face, orange for others.

        detection: what `detect` found in this photo; without it, `detect` is called first.
        """
        if detection is None:
            detection = self.detect(photo, order=order)
        drawn = self._native.draw(native(photo, self._native, order), detection.faces, detection.chosen)
        return Picture(drawn)

    def crop(self, photo: Photo, face: Face, *, margin: float = 0.25, order: Order = "rgb") -> Picture:
        """A face cut out of its photo, as a PNG file.

        margin: how much of the photo is kept on each side, as a fraction of the face's width and height.
        """
        return Picture(self._native.crop(native(photo, self._native, order), face, margin))

    def warm_up(self) -> None:
        """Run both networks of one worker once, so that the first photo is as fast as the next."""
        self._native.warm_up()

    @property
    def engine(self) -> Engine:
        """The engine in use."""
        return self._native.engine

    @property
    def threshold(self) -> float:
        """The comparison score from which two photos are a match."""
        return self._native.threshold

    @property
    def workers(self) -> int:
        """How many photos are processed at once."""
        return self._native.workers

    def __repr__(self) -> str:
        engine = self.engine
        return (
            f"Verifier(engine={engine.name} {engine.version}, workers={self.workers}, "
            f"threshold={self.threshold:g})"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Verifier cannot be pickled or copied: create one in each process")


def _warn_once(message: str) -> None:
    if message not in _warned:
        _warned.add(message)
        # Attributed to the code that created the verifier.
        warnings.warn(message, RuntimeWarning, stacklevel=3)
