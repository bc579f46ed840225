"""`visavis.Verifier`, and the one that the functions of the module share."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from typing import Callable, Literal, NoReturn, Optional, Union

from visavis import _batch, _onnxruntime, _visavis
from visavis._photos import Photo, native
from visavis._results import Comparison, Detection, Engine, Face, Outcome, Verdict

Path = Union[str, "os.PathLike[str]"]

Template = _visavis.Template


class Verifier:
    """Compares faces. Make one, keep it, and share it between threads.

    Making one loads the models, which takes a tenth of a second. Every method may be called from any number of
    threads at once; the interpreter's lock is released while it works. It outlives `fork`, but cannot be pickled:
    each process makes its own.

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
    ) -> None:
        """Load the models and start the engine; what is left out has its default.

        engine: `auto` (ONNX Runtime where it can be loaded, else the embedded engine), `onnxruntime` or `embedded`.
        onnxruntime: path of ONNX Runtime's library; else that of the package `onnxruntime`, if it is installed.
        models: folder with other models and their manifest.toml.
        workers: how many photos are processed at once (one per core); more calls wait.
        face: which face counts: `prominent` (large and near the middle), `largest`, or `single`, for which several
            faces are an error.
        min_face: smallest face that is accepted, as the shorter side of its box in pixels (0).
        threshold: comparison score from which two photos are a match (27: a false match rate of 0.2 %).
        max_bytes: largest image file in bytes (64 MiB).
        max_pixels: largest photo, width times height (50 million).
        """
        settings = {
            "engine": engine,
            "workers": workers,
            "face": face,
            "min_face": min_face,
            "threshold": threshold,
            "max_bytes": max_bytes,
            "max_pixels": max_pixels,
        }
        given = [(name, str(value)) for name, value in settings.items() if value is not None]
        hint = None if engine == "embedded" else _onnxruntime.library()
        self._native = _visavis.Verifier(given, onnxruntime, hint, models)

    def verify(self, probe: Photo, reference: Photo) -> Verdict:
        """Do these two photos show the same person?

        Errors come in a fixed order: probe unreadable, reference unreadable, no face on the probe, none on the
        reference.
        """
        first = native(probe, self._native, "probe")
        return self._native.verify(first, native(reference, self._native, "reference"))

    def verify_many(
        self,
        pairs: Iterable[tuple[Photo, Photo]],
        *,
        threads: Optional[int] = None,
        progress: Optional[Callable[[int, Optional[int]], object]] = None,
    ) -> Iterator[Outcome]:
        """Verify pairs of photos side by side; outcomes come in the order of the pairs.

        What is wrong with a pair is in its outcome and stops nothing. Only a few pairs are taken ahead of the one
        whose outcome is next, so that `pairs` may be an endless generator; it is asked in the caller's thread.

        threads: how many pairs are worked on at once (one per worker of the verifier).
        progress: called with the number of outcomes so far and the number of pairs, None where that is unknown.

        >>> import visavis
        >>> pairs = [("astronaut.jpg", "hopper.jpg"), ("astronaut.jpg", "no such file")]
        >>> for outcome in visavis.verify_many(pairs):
        ...     print(outcome.error or outcome.verdict.is_match)
        False
        [Errno 2] No such file or directory: 'no such file'
        """
        threads = self.workers if threads is None else threads
        return _batch.run(self.verify, pairs, threads, progress)

    def detect(self, photo: Photo) -> Detection:
        """Find all faces of a photo. A photo without a face is no error here."""
        return self._native.detect(native(photo, self._native))

    def extract(self, photo: Photo) -> Template:
        """Make a template of the face that counts."""
        return self._native.extract(native(photo, self._native))

    def extract_face(self, photo: Photo, face: Face) -> Template:
        """Make a template of a face that `detect` found on the same photo, whichever face counts there.

        >>> import visavis
        >>> verifier = visavis.Verifier()
        >>> faces = verifier.detect("two-people.jpg").faces
        >>> one, other = (verifier.extract_face("two-people.jpg", face) for face in faces)
        >>> verifier.compare(one, other).is_match
        False
        """
        return self._native.extract_face(native(photo, self._native), face)

    def compare(self, probe: Template, reference: Template) -> Comparison:
        """Compare two templates.

        >>> import visavis
        >>> template = visavis.extract("astronaut.jpg")
        >>> visavis.compare(template, template).score
        100.0
        """
        return self._native.compare(probe, reference)

    def warm_up(self) -> None:
        """Run both networks of one worker once, so that the first photo is as fast as the next."""
        self._native.warm_up()

    @property
    def engine(self) -> Engine:
        """The engine that computes."""
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
        raise TypeError("a Verifier cannot be pickled or copied: make one in each process")


_default: Optional[Verifier] = None
_lock = threading.Lock()


def default() -> Verifier:
    """The verifier of the module's functions, made at the first call; a failure is not remembered."""
    global _default
    if _default is None:
        with _lock:
            if _default is None:
                _default = Verifier()
    return _default


def _unlock() -> None:
    """The thread that held the lock is not in the child."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)
