"""Every error: its class, what it tells, and its way to other processes."""

from __future__ import annotations

import copy
import pickle
import re
from pathlib import Path
from typing import Any, Callable

import pytest
import visavis
from conftest import ROOT

BANDS = [
    (range(1, 20), visavis.CallerError),
    (range(20, 40), visavis.ImageError),
    (range(40, 60), visavis.PhotoError),
    (range(60, 80), visavis.SetupError),
    (range(98, 100), visavis.InternalError),
]


def kinds() -> dict[str, int]:
    """Names and numbers, as the core's source has them."""
    source = (ROOT / "core/src/error.rs").read_text()
    return {name: int(number) for number, name in re.findall(r'= (\d+), "([A-Z_]+)";', source)}


def test_every_kind_has_the_class_of_its_band() -> None:
    assert len(kinds()) > 15
    for code, number in kinds().items():
        error = visavis._visavis.error(code, "why", "reference")
        (expected,) = [cls for band, cls in BANDS if number in band]
        assert type(error) is expected
        assert (error.code, error.number, error.side, error.stage) == (code, number, "reference", "decode")
        assert str(error) == f"reference: why ({code})"
        assert isinstance(error, visavis.Error) and isinstance(error, Exception)
        assert isinstance(error, ValueError) == (expected is visavis.CallerError)


def test_errors_survive_pickle_and_copy() -> None:
    for code in kinds():
        error = visavis._visavis.error(code, "why", None)
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(again) is type(error) and vars(again) == vars(error) and str(again) == str(error)


def failures(images: Path, tmp_path: Path) -> dict[str, tuple[Callable[[], Any], Any, Any]]:
    """A way to each error, with side and stage."""
    verify = visavis.Verifier().verify
    photo = images / "astronaut.jpg"
    template = visavis.extract(photo)
    foreign = bytearray(template.to_bytes())
    foreign[8] ^= 1
    import zlib

    foreign[-4:] = zlib.crc32(bytes(foreign[:-4])).to_bytes(4, "little")
    (tmp_path / "manifest.toml").write_text("nonsense")
    return {
        "INVALID_ARGUMENT": (lambda: visavis.Verifier(workers=0), None, "setup"),
        "TEMPLATE_MALFORMED": (lambda: visavis.Template.from_bytes(b"VAVT"), None, None),
        "TEMPLATE_MISMATCH": (
            lambda: visavis.compare(template, visavis.Template.from_bytes(foreign)),
            None,
            "compare",
        ),
        "TEMPLATE_FAILED": (
            lambda: visavis.compare(template, visavis.Template.failed()),
            "reference",
            "compare",
        ),
        "EMPTY_IMAGE": (lambda: verify(photo, b""), "reference", "decode"),
        "UNSUPPORTED_FORMAT": (lambda: verify(b"%PDF", photo), "probe", "decode"),
        "CORRUPT_IMAGE": (lambda: verify(photo, images / "truncated-50.jpg"), "reference", "decode"),
        "IMAGE_TOO_LARGE": (lambda: verify(images / "1x1001.png", photo), "probe", "decode"),
        "NO_FACE": (lambda: verify(photo, images / "gray.png"), "reference", "choose"),
        "SEVERAL_FACES": (
            lambda: visavis.Verifier(face="single").verify(photo, images / "two-people.jpg"),
            "reference",
            "choose",
        ),
        "FACE_TOO_SMALL": (lambda: visavis.Verifier(min_face=500).extract(photo), None, "choose"),
        "MODEL_NOT_FOUND": (lambda: visavis.Verifier(models=tmp_path / "none"), None, "setup"),
        "MODEL_INVALID": (lambda: visavis.Verifier(models=tmp_path), None, "setup"),
    }


def test_every_error_that_can_be_caused_is_as_documented(images: Path, tmp_path: Path) -> None:
    ways = failures(images, tmp_path)
    for code, (cause, side, stage) in ways.items():
        with pytest.raises(visavis.Error) as caught:
            cause()
        error = caught.value
        assert (error.code, error.side, error.stage) == (code, side, stage), error
        assert error.number == kinds()[code] and error.message
    assert len(ways) == 13


def test_errors_come_in_their_fixed_order(images: Path) -> None:
    blank, broken = images / "gray.png", images / "truncated-50.jpg"
    for probe, reference, side in [
        (blank, broken, "reference"),
        (broken, blank, "probe"),
        (blank, blank, "probe"),
    ]:
        with pytest.raises(visavis.Error) as caught:
            visavis.verify(probe, reference)
        assert caught.value.side == side


@pytest.mark.parametrize(
    "settings",
    [
        {"engine": "gpu"},
        {"face": "ugly"},
        {"workers": -1},
        {"workers": 1.5},
        {"workers": 10**30},
        {"workers": True},
        {"min_face": "big"},
        {"threshold": float("nan")},
        {"threshold": 101},
        {"max_bytes": 0},
        {"max_pixels": 0},
        {"max_pixels": 1 << 40},
    ],
)
def test_settings_out_of_range_are_named(settings: dict[str, Any]) -> None:
    with pytest.raises(visavis.CallerError, match=next(iter(settings))) as caught:
        visavis.Verifier(**settings)
    assert caught.value.code == "INVALID_ARGUMENT"


def test_settings_that_do_not_exist_are_type_errors() -> None:
    with pytest.raises(TypeError):
        visavis.Verifier(colour="red")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        visavis.Verifier("embedded")  # type: ignore[misc]
    with pytest.raises(TypeError):
        visavis.Verifier(models=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        visavis.compare(b"", b"")  # type: ignore[arg-type]
