"""Every error: its class, its fields, and its transfer to other processes."""

from __future__ import annotations

import copy
import io
import pickle
import re
from pathlib import Path
from typing import Any, Callable, get_args

import numpy
import PIL.Image
import pytest
import visavis
from conftest import ROOT
from visavis import _errors

BANDS = [
    (range(1, 20), visavis.CallerError),
    (range(20, 40), visavis.ImageError),
    (range(40, 60), visavis.PhotoError),
    (range(60, 80), visavis.SetupError),
    (range(98, 100), visavis.InternalError),
]


def kinds() -> dict[str, int]:
    """Names and numbers from the core's source."""
    source = (ROOT / "core/src/error.rs").read_text()
    return {name: int(number) for number, name in re.findall(r'= (\d+), "([A-Z_]+)";', source)}


def test_every_kind_has_the_class_of_its_band() -> None:
    assert len(kinds()) > 15
    for code, number in kinds().items():
        error = _errors.made("why", code, number, "reference", "decode")
        (expected,) = [cls for band, cls in BANDS if number in band]
        assert isinstance(error, expected)
        # Photo errors have a class for each code.
        name = "".join(part.capitalize() for part in code.split("_")) + "Error"
        assert type(error) is (getattr(visavis, name) if number in range(40, 60) else expected)
        assert code in get_args(visavis.Code)
        assert (error.code, error.number, error.side, error.stage) == (code, number, "reference", "decode")
        assert str(error) == f"reference: why ({code})"
        assert isinstance(error, visavis.Error) and isinstance(error, Exception)
        assert isinstance(error, ValueError) == (expected is visavis.CallerError)


def test_errors_survive_pickle_and_copy() -> None:
    for code, number in kinds().items():
        error = _errors.made("why", code, number)
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(again) is type(error) and vars(again) == vars(error) and str(again) == str(error)


def failures(images: Path, tmp_path: Path) -> dict[str, tuple[Callable[[], Any], Any, Any]]:
    """For each error a call that causes it, with side and stage."""
    verify = visavis.Verifier().verify
    photo = images / "astronaut.jpg"
    template = visavis.extract(photo).template
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


def forms(path: Path) -> list[Any]:
    """The same photo in every form that is read differently."""
    return [path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes())]


class Broken(io.RawIOBase):
    """A file on a disk that fails."""

    def read(self, size: int = -1, /) -> bytes:
        raise OSError("the disk fails")


def test_errors_come_in_their_fixed_order_in_every_mix(images: Path) -> None:
    verifier = visavis.Verifier(max_pixels=300_000)
    with PIL.Image.open(images / "truncated-50.jpg") as picture, PIL.Image.open(images / "gray.png") as gray:
        unreadable: list[Any] = [
            images / "missing",
            images,
            Broken(),
            b"",
            picture,
            PIL.Image.new("F", (9, 9)),
        ]
        unreadable += [numpy.zeros((9, 9, 9), numpy.uint8), numpy.zeros((900, 900), numpy.uint8), "data:,"]
        unreadable += [images / "truncated-50.jpg", memoryview(b"%PDF")]
        faceless: list[Any] = [*forms(images / "gray.png"), numpy.zeros((50, 50, 3), numpy.uint8), gray]

        def first(probe: Any, reference: Any) -> Any:
            with pytest.raises((visavis.Error, OSError)) as caught:
                verifier.verify(probe, reference)
            return vars(caught.value) or str(caught.value)

        def alone(photo: Any, side: str) -> Any:
            with pytest.raises((visavis.Error, OSError)) as caught:
                verifier.extract(photo)
            known = vars(caught.value)
            return {**known, "side": side} if known else str(caught.value)

        for bad in unreadable:
            reasons = alone(bad, "probe"), alone(bad, "reference")
            for other in [*unreadable, *faceless, images / "astronaut.jpg"]:
                assert first(bad, other) == reasons[0], (bad, other)
            for readable in [*faceless, images / "astronaut.jpg"]:
                rewind(readable)
                assert first(readable, bad) == reasons[1], (readable, bad)
        for blank in faceless:
            rewind(blank)
            assert first(blank, faceless[0])["side"] == "probe"


def rewind(photo: Any) -> None:
    getattr(photo, "seek", lambda place: None)(0)


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
