"""Any input gives an answer or a named error."""

from __future__ import annotations

import io
from typing import Any

import numpy
import pytest
import visavis
from conftest import IMAGES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

QUIET = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
# In noise the search uses its whole budget, which takes long.
FEW = settings(QUIET, max_examples=15)
SMALL = visavis.Verifier(max_pixels=90_000, workers=1)
SOUND = [
    (IMAGES / name).read_bytes() for name in ("hopper-128.png", "1x1.png", "exif-5.png", "header-only.webp")
]


def answers_or_names(photo: Any) -> None:
    try:
        SMALL.detect(photo)
    except visavis.Error as error:
        assert error.number < 60 and error.code not in ("INTERNAL", "PANIC")


@QUIET
@given(some.binary(max_size=300), some.sampled_from(["", "GIF89a", "BM", "P6 2 2 255 ", "RIFF0000WEBPVP8 "]))
def test_bytes(data: bytes, start: str) -> None:
    for photo in (start.encode() + data, bytearray(data), memoryview(data), io.BytesIO(data)):
        answers_or_names(photo)


@QUIET
@given(some.sampled_from(SOUND), some.integers(0), some.integers(0, 255), some.integers(0))
def test_damaged_files(sound: bytes, at: int, value: int, cut: int) -> None:
    data = bytearray(sound)
    data[at % len(data)] = value
    answers_or_names(bytes(data[: len(data) - cut % 50]))


@FEW
@given(some.lists(some.integers(0, 40), max_size=4), some.randoms(use_true_random=False), some.booleans())
def test_arrays(shape: list[int], random: Any, turned: bool) -> None:
    array = numpy.frombuffer(random.randbytes(int(numpy.prod(shape))), numpy.uint8).reshape(shape)
    answers_or_names(array.T if turned else array)


@QUIET
@given(some.binary(max_size=900))
def test_templates(data: bytes) -> None:
    with pytest.raises(visavis.CallerError, match="TEMPLATE_MALFORMED"):
        visavis.Template.from_bytes(data)


@QUIET
@given(some.text(max_size=50).filter(lambda text: "\0" not in text and text.isprintable()))
def test_settings(text: str) -> None:
    for name in ("engine", "face", "workers", "threshold", "max_bytes"):
        try:
            visavis.Verifier(**{"engine": "embedded", name: text})  # type: ignore[arg-type]
        except visavis.CallerError as error:
            assert error.code == "INVALID_ARGUMENT"
