"""The types that checkers must infer; checked by mypy --strict, never run."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Optional, assert_type

import numpy
import numpy.typing
import PIL.Image
import visavis


def answers(
    verifier: visavis.Verifier, array: numpy.typing.NDArray[numpy.uint8], picture: PIL.Image.Image
) -> None:
    verdict = assert_type(verifier.verify(b"", Path("x")), visavis.Verdict)
    assert_type(verdict.score, float)
    assert_type(verdict.is_match, bool)
    assert_type(verdict.probe_face.landmarks.nose.x, float)
    assert_type(verdict.probe.milliseconds.decode, float)
    x, y, width, height = verdict.reference_face.bounds
    assert_type(width, float)
    template = assert_type(verifier.extract(array), visavis.Extraction).template
    assert_type(template, visavis.Template)
    assert_type(template.to_bytes(), bytes)
    assert_type(visavis.Template.from_bytes(memoryview(b"")), visavis.Template)
    assert_type(verifier.compare(template, template), visavis.Comparison)
    found = assert_type(visavis.detect(picture), visavis.Detection)
    assert_type(found.face, Optional[visavis.Face])
    assert_type(found.reason, Optional[visavis.Error])
    assert_type(found.faces, tuple[visavis.Face, ...])
    for outcome in visavis.verify_many([(b"", b"")], progress=print):
        assert_type(outcome, visavis.Outcome[visavis.Verdict])
        assert_type(outcome.get(), visavis.Verdict)
        if outcome.error is None:
            assert_type(outcome, visavis.Success[visavis.Verdict])
        else:
            assert_type(outcome, visavis.Failure)
    for made in visavis.extract_many([array]):
        assert_type(made.get().template, visavis.Template)
    enrolled = assert_type(verifier.enroll([b"", array, picture]), visavis.Enrollment)
    assert_type(enrolled.photos[0].others, Optional[visavis.Comparison])
    assert_type(verifier.verify(template, b""), visavis.PartialVerdict)
    assert_type(next(visavis.verify_many([(template, "x")])).get(), visavis.PartialVerdict)
    assert_type(visavis.rank(template, [template], top=5), list[visavis.Ranked])
    assert_type(visavis.crop(array, found.faces[0], order="bgr"), visavis.Picture)
    assert_type(verifier.engine.library, Optional[str])
    assert_type(visavis.from_base64("", max_bytes=9), bytes)


def photos(array: numpy.typing.NDArray[numpy.uint8], picture: PIL.Image.Image) -> list[visavis.Photo]:
    return [b"", bytearray(), memoryview(b""), "x", Path("x"), io.BytesIO(), open("x", "rb"), array, picture]


def mistakes(
    verdict: visavis.Verdict,
    array: numpy.typing.NDArray[numpy.uint8],
    floats: numpy.typing.NDArray[numpy.float32],
    error: visavis.Error,
) -> bool:
    visavis.verify(1, b"")  # type: ignore[call-overload]
    visavis.verify(b"", floats)  # type: ignore[arg-type]
    visavis.verify(io.StringIO(), b"")  # type: ignore[call-overload]
    visavis.detect(array, order="gbr")  # type: ignore[arg-type]
    visavis.Verifier(face="ugly")  # type: ignore[arg-type]
    visavis.Verifier(colour="red")  # type: ignore[call-arg]
    visavis.compare(b"", b"")  # type: ignore[arg-type]
    verdict.is_match = True  # type: ignore[misc]
    print(verdict.sure)  # type: ignore[attr-defined]
    return error.code == "NO_FAEC"  # type: ignore[comparison-overlap]


def errors(error: visavis.Error) -> Any:
    assert_type(error.code, visavis.Code)
    assert_type(error.number, int)
    assert_type(error.side, Optional[str])
    return error
