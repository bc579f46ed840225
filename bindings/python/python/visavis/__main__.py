"""`python -m visavis verify A B`: the command `visavis verify`, where only this package is installed."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any, Optional

import visavis
from visavis import _photos, _visavis

SAME, DIFFERENT, FAILED = 0, 1, 2


class _Failure(Exception):
    """An error with the file that it is about, in the order of the JSON."""

    def __init__(self, message: str, **known: Any) -> None:
        super().__init__(message)
        self.view = {key: value for key, value in {**known, "message": message}.items() if value is not None}

    @classmethod
    def of(cls, error: visavis.Error, path: Optional[str] = None) -> _Failure:
        known = {"number": error.number, "side": error.side, "stage": error.stage, "path": path}
        return cls(error.message, name=error.code, **known)

    def __str__(self) -> str:
        before = "".join(f"{self.view[key]}: " for key in ("path", "side") if key in self.view)
        return f"{_shown(before)}{self.view['message']} ({self.view['name']})"


def main(arguments: Optional[list[str]] = None) -> int:
    """Run the command and give its exit status: 0 same person, 1 different people, 2 error."""
    options = _parser().parse_args(arguments)
    try:
        return _verify(options)
    except _Failure as failure:
        print(f"visavis: {failure}", file=sys.stderr)
        if options.json:
            _print_json({"error": failure.view})
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m visavis", description="face verification")
    parser.add_argument("--version", action="version", version=f"visavis {visavis.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = commands.add_parser("verify", help="do two photos show the same person?")
    verify.description = "Do two photos show the same person? Exit status: 0 same, 1 different, 2 error"
    verify.add_argument("probe", help="the live or current photo; - reads standard input")
    verify.add_argument("reference", help="the stored photo it is compared with; - reads standard input")
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    verify.add_argument("--engine", help="inference engine: auto, onnxruntime or embedded")
    verify.add_argument("--models", metavar="FOLDER", help="folder with other models and their manifest.toml")
    verify.add_argument("--threads", metavar="N", help="how many photos are processed at once")
    verify.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help="any other option of visavis.Verifier"
    )
    return parser


def _verify(options: argparse.Namespace) -> int:
    if options.probe == options.reference == "-":
        raise _invalid("only one of the two files can be standard input")
    try:
        verifier = visavis.Verifier(**_settings(options))
    except visavis.Error as error:
        raise _Failure.of(error) from None
    # One byte more than is allowed, for the engine to refuse.
    most = verifier._native.max_bytes + 1
    probe, reference = (_read(path, most) for path in (options.probe, options.reference))
    start = time.perf_counter()
    try:
        verdict = verifier.verify(probe, reference)
    except visavis.Error as error:
        raise _Failure.of(error, getattr(options, error.side or "", None)) from None
    milliseconds = (time.perf_counter() - start) * 1e3
    tell = _tell_json if options.json else _tell
    tell(options, verifier, verdict, milliseconds)
    return SAME if verdict.is_match else DIFFERENT


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    settings = {"engine": options.engine, "models": options.models, "workers": options.threads}
    for setting in options.set:
        name, sign, value = setting.partition("=")
        if not sign:
            raise _invalid(f"--set needs KEY=VALUE, not {setting!r}")
        if name not in (visavis.Verifier.__init__.__kwdefaults__ or ()):
            raise _invalid(f"there is no option named {name!r}")
        settings[name] = value
    return settings


def _invalid(message: str) -> _Failure:
    return _Failure.of(_visavis.error("INVALID_ARGUMENT", message, None))


def _read(path: str, most: int) -> bytes:
    try:
        if path == "-":
            return _photos.read_file(sys.stdin.buffer, most)
        # Opened here, since on a command line pipes are welcome.
        with open(path, "rb", buffering=0) as file:
            return _photos.read_file(file, most)
    except OSError as error:
        raise _Failure(f"cannot be read: {error.strerror}", name="FILE_UNREADABLE", path=path) from None


def _tell(
    options: argparse.Namespace, verifier: visavis.Verifier, verdict: visavis.Verdict, milliseconds: float
) -> None:
    answer = "same person" if verdict.is_match else "different people"
    _print(f"{answer}: score {verdict.score:.1f}, threshold {verifier.threshold:g}")
    _print(f"  similarity {verdict.similarity:.4f}")
    for side, sample in (("probe", verdict.probe), ("reference", verdict.reference)):
        x, y, width, height = sample.face.box
        others = f", 1 of {sample.face_count} faces" if sample.face_count > 1 else ""
        where = f"{width:.0f}x{height:.0f} at ({x:.0f}, {y:.0f}), confidence {sample.face.confidence:.3f}"
        path = _shown(getattr(options, side))
        _print(f"  {side:<9}  {path}, {sample.width}x{sample.height}{others}: face {where}")
    _print(f"  {verifier.engine.name} {verifier.engine.version}, {milliseconds:.0f} ms")


def _tell_json(
    options: argparse.Namespace, verifier: visavis.Verifier, verdict: visavis.Verdict, milliseconds: float
) -> None:
    _print_json(
        {
            "score": verdict.score,
            "similarity": verdict.similarity,
            "is_match": verdict.is_match,
            "threshold": verifier.threshold,
            "probe": _sample(options.probe, verdict.probe),
            "reference": _sample(options.reference, verdict.reference),
            "engine": vars(verifier.engine),
            "milliseconds": milliseconds,
        }
    )


def _sample(path: str, sample: visavis.Sample) -> dict[str, Any]:
    face = {
        "box": sample.face.box._asdict(),
        "landmarks": sample.face.landmarks,
        "confidence": sample.face.confidence,
    }
    return {
        "path": path,
        "width": sample.width,
        "height": sample.height,
        "face": face,
        "face_count": sample.face_count,
        "milliseconds": {step: seconds * 1e3 for step, seconds in vars(sample.timings).items()},
    }


def _print_json(value: object) -> None:
    _print(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _print(text: str) -> None:
    # A file name may hold bytes that are no text.
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def _shown(text: str) -> str:
    """A file name that does nothing to the terminal it is shown on."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


if __name__ == "__main__":
    sys.exit(main())
