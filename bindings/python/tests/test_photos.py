"""Every way to pass a photo, and the errors for objects that are not photos."""

from __future__ import annotations

import base64
import io
import os
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import numpy
import PIL.Image
import pytest
import visavis
from conftest import run


def score(verifier: visavis.Verifier, photo: Any, reference: Any) -> float:
    return verifier.verify(photo, reference).score


def test_every_form_of_the_same_photo_gives_the_same_score(
    verifier: visavis.Verifier, images: Path, hopper: bytes
) -> None:
    path = images / "astronaut.png"

    class BytesPath(os.PathLike[bytes]):
        def __fspath__(self) -> bytes:
            return os.fsencode(path)

    data = path.read_bytes()
    picture = PIL.Image.open(path)
    pixels = numpy.asarray(picture.convert("RGB"))
    forms = [
        data,
        bytearray(data),
        memoryview(data),
        memoryview(bytearray(b"xx" + data))[2:],
        str(path),
        path,
        BytesPath(),
        open(path, "rb"),
        open(path, "rb", buffering=0),
        io.BytesIO(data),
        tempfile.SpooledTemporaryFile(),
        picture,
        picture.convert("RGB"),
        picture.convert("RGBA"),
        pixels,
        numpy.asfortranarray(pixels),
        numpy.dstack([pixels, numpy.full(pixels.shape[:2], 255, numpy.uint8)]),
        pixels[:, :, ::-1][:, :, ::-1],
        numpy.ascontiguousarray(pixels[:, :, ::-1])[:, :, ::-1],
    ]
    forms[10].write(data)
    forms[10].seek(0)
    scores = {score(verifier, form, hopper) for form in forms}
    assert len(scores) == 1
    # The same holds for the reference.
    assert score(verifier, hopper, pixels) == score(verifier, hopper, data)
    for form in forms:
        getattr(form, "close", lambda: None)()


def test_gray_arrays_and_crops_are_photos(verifier: visavis.Verifier, images: Path) -> None:
    gray = numpy.asarray(PIL.Image.open(images / "astronaut.jpg").convert("L"))
    assert verifier.verify(gray, gray).score == 100
    crop = gray[0:300, 100:400]
    assert not crop.flags.c_contiguous
    assert verifier.verify(crop, gray).is_match


def test_one_channel_may_have_its_own_axis(verifier: visavis.Verifier, images: Path) -> None:
    gray = numpy.asarray(PIL.Image.open(images / "astronaut.jpg").convert("L"))
    assert verifier.detect(gray[:, :, None]) == verifier.detect(gray)


@pytest.mark.parametrize("channels", [3, 4])
def test_arrays_in_the_order_of_opencv_equal_their_file(
    verifier: visavis.Verifier, images: Path, hopper: bytes, channels: int
) -> None:
    path = images / "astronaut.png"
    rgb = numpy.asarray(PIL.Image.open(path).convert("RGBA"))
    bgr = numpy.ascontiguousarray(rgb[:, :, [2, 1, 0, 3][:channels]])
    score = verifier.verify(path, hopper).score
    assert verifier.verify(bgr, hopper, order="bgr").score == score
    assert verifier.verify(bgr, hopper).score != score
    # Files and pictures know their own order.
    assert verifier.verify(path, hopper, order="bgr").score == score
    assert verifier.extract(bgr, order="bgr").template == verifier.extract(path).template
    assert verifier.detect(bgr, order="bgr") == verifier.detect(path)
    with pytest.raises(visavis.CallerError, match="order must be"):
        verifier.detect(bgr, order="gbr")  # type: ignore[arg-type]


def test_arrays_are_not_copied() -> None:
    # In a separate process, whose peak memory no other test has raised.
    program = """
import numpy, resource, visavis
verifier = visavis.Verifier(workers=1)
pixels = numpy.full((4000, 4000, 3), 128, numpy.uint8)
verifier.detect(pixels[:640, :640])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
verifier.detect(pixels)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / pixels.nbytes)
"""
    assert float(run(program)) < 0.5


@pytest.mark.parametrize(
    "name",
    ["astronaut-gray16.png", "astronaut-gray-alpha.png", "astronaut-palette.png", "astronaut-cmyk.jpg"]
    + [
        "astronaut.gif",
        "astronaut-cut-out.png",
        "astronaut-alpha.webp",
        "astronaut-gray.jpg",
        "astronaut.pgm",
    ],
)
def test_modes_of_pillow_match_their_file(verifier: visavis.Verifier, images: Path, name: str) -> None:
    with PIL.Image.open(images / name) as picture:
        assert verifier.verify(picture, images / name).score > 75


@pytest.mark.parametrize(
    "mode",
    ["1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "LAB", "I;16"],
)
def test_every_mode_of_pillow_is_read(verifier: visavis.Verifier, images: Path, mode: str) -> None:
    picture = PIL.Image.open(images / "astronaut.jpg")
    if mode == "I;16":
        picture = PIL.Image.fromarray(numpy.asarray(picture.convert("L")).astype(numpy.uint16) * 257)
    elif mode in ("La", "PA"):
        picture = picture.convert("RGBA").convert("LA").convert(mode)
    elif mode == "RGBa":
        picture = picture.convert("RGBA").convert(mode)
    elif mode == "LAB":
        picture = PIL.Image.merge("LAB", [picture.convert("L")] + [PIL.Image.new("L", picture.size, 128)] * 2)
    else:
        picture = picture.convert(mode)
    assert picture.mode == mode
    found = verifier.detect(picture)
    assert (found.width, found.height) == picture.size
    # A face of dots, or with other brightnesses, may not be recognised.
    assert found.faces or mode in ("1", "LAB")


@pytest.mark.parametrize("mode", ["I", "F"])
def test_modes_that_do_not_define_white_are_rejected(verifier: visavis.Verifier, mode: str) -> None:
    with pytest.raises(visavis.CallerError, match="convert it to 8 bits") as caught:
        verifier.detect(PIL.Image.new(mode, (100, 100)))
    assert caught.value.code == "INVALID_PIXELS"


def test_opened_images_are_rotated_and_derived_ones_are_not(verifier: visavis.Verifier, images: Path) -> None:
    upright = verifier.detect(images / "exif-1.jpg")
    for number in range(1, 9):
        with PIL.Image.open(images / f"exif-{number}.jpg") as picture:
            found = verifier.detect(picture)
            assert (found.width, found.height) == (upright.width, upright.height), number
            copy = picture.copy()
            assert (verifier.detect(copy).width, verifier.detect(copy).height) == picture.size


def test_broken_images_from_pillow_are_corrupt_images(verifier: visavis.Verifier, images: Path) -> None:
    for name in ("truncated-50.jpg", "truncated-50.png", "truncated.bmp"):
        with pytest.raises(visavis.ImageError) as caught:
            with PIL.Image.open(images / name) as picture:
                verifier.verify(images / "astronaut.jpg", picture)
        assert (caught.value.code, caught.value.side, caught.value.stage) == (
            "CORRUPT_IMAGE",
            "reference",
            "decode",
        )
        assert caught.value.__cause__ is not None


def test_limits_hold_for_every_form(images: Path) -> None:
    small = visavis.Verifier(max_pixels=100, max_bytes=1000, engine="embedded")
    path = images / "astronaut.jpg"
    data = path.read_bytes()
    picture = PIL.Image.open(io.BytesIO(data))
    forms: list[Any] = [data, bytearray(data), memoryview(data), path, str(path), io.BytesIO(data), picture]
    forms += [numpy.zeros((20, 20, 3), numpy.uint8), numpy.zeros((20, 20), numpy.uint8)]
    for form in forms:
        with pytest.raises(visavis.ImageError) as caught:
            small.detect(form)
        assert (caught.value.code, caught.value.stage) == ("IMAGE_TOO_LARGE", "decode"), type(form)


def test_a_view_of_little_memory_is_rejected_before_it_is_expanded(verifier: visavis.Verifier) -> None:
    tracemalloc.start()
    with pytest.raises(visavis.ImageError, match="IMAGE_TOO_LARGE"):
        verifier.detect(numpy.broadcast_to(numpy.uint8(0), (30_000, 30_000, 3)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize(
    "url",
    [
        "data:image/jpeg;base64,AAAA",
        b"DATA:,AAAA",
        "https://AAAA@example.org/a.jpg",
        "file:///AAAA.jpg",
        "s3://AAAA",
    ],
)
def test_a_url_is_not_fetched_and_not_quoted(verifier: visavis.Verifier, astronaut: bytes, url: Any) -> None:
    with pytest.raises(visavis.CallerError, match="a URL is not fetched|decode its Base64") as caught:
        verifier.verify(astronaut, os.fsdecode(url))
    error = caught.value
    assert (error.code, error.side, error.stage) == ("INVALID_ARGUMENT", "reference", "decode")
    assert "AAAA" not in str(error)


def test_from_base64_decodes_a_photo_that_arrived_as_text(
    verifier: visavis.Verifier, astronaut: bytes
) -> None:
    text = base64.b64encode(astronaut).decode()
    lines = base64.encodebytes(astronaut).decode()
    for form in (text, lines, f"data:image/jpeg;base64,{text}", base64.urlsafe_b64encode(astronaut).decode()):
        assert visavis.from_base64(form, max_bytes=len(astronaut)) == astronaut
    assert verifier.verify(visavis.from_base64(text), astronaut).score == 100
    for wrong in (text + "*", text[:1001], "data:image/jpeg," + text, "photo.jpg"):
        with pytest.raises(visavis.CallerError, match="INVALID_ARGUMENT") as caught:
            visavis.from_base64(wrong)
        assert text[:20] not in repr(caught.value)
    with pytest.raises(visavis.ImageError, match="IMAGE_TOO_LARGE"):
        visavis.from_base64(text, max_bytes=len(astronaut) - 1)
    with pytest.raises(TypeError):
        visavis.from_base64(astronaut)  # type: ignore[arg-type]


def test_no_more_of_a_file_is_read_than_is_allowed() -> None:
    class Endless:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return b"\0" * size

    endless = Endless()
    with pytest.raises(visavis.ImageError, match="IMAGE_TOO_LARGE"):
        visavis.Verifier(max_bytes=3_000_000, engine="embedded").detect(endless)
    assert endless.given == 3_000_001


@pytest.mark.parametrize(
    "shape", [(), (9,), (0, 0), (0, 5, 3), (9, 9, 2), (9, 9, 5), (1, 9, 9, 3), (70_000, 1)]
)
def test_misshapen_arrays_are_named(verifier: visavis.Verifier, shape: tuple[int, ...]) -> None:
    array = numpy.zeros(shape, numpy.uint8)
    with pytest.raises(visavis.CallerError) as caught:
        verifier.verify(array, array)
    error = caught.value
    assert (error.code, error.side, error.stage) == ("INVALID_PIXELS", "probe", "decode")


def test_an_object_that_is_not_a_photo_is_a_type_error(verifier: visavis.Verifier, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("words")
    wrong: list[Any] = [None, 5, object(), [1, 2], {"a": 1}, numpy.zeros((9, 9), numpy.float32)]
    wrong += [io.StringIO("words"), memoryview(numpy.zeros((9, 9), numpy.uint8)), numpy.uint8(3)]
    with open(text) as file:
        for photo in [*wrong, file]:
            with pytest.raises(TypeError):
                verifier.detect(photo)

    class Odd:
        def read(self, size: int) -> Any:
            return 7

    with pytest.raises(TypeError, match="returns int, not bytes"):
        verifier.detect(Odd())


def test_files_that_cannot_be_read_are_errors_of_the_system(
    verifier: visavis.Verifier, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        verifier.detect(tmp_path / "missing.jpg")
    assert caught.value.filename == str(tmp_path / "missing.jpg")
    handles = len(os.listdir("/proc/self/fd"))
    with pytest.raises(IsADirectoryError) as at_folder:
        verifier.detect(tmp_path)
    assert at_folder.value.filename == str(tmp_path) and len(os.listdir("/proc/self/fd")) == handles
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        verifier.detect(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        verifier.detect("/dev/zero")
    with pytest.raises(OSError, match="NUL"):
        verifier.detect("a\0b")
    closed = io.BytesIO(b"")
    closed.close()
    with pytest.raises(ValueError, match="closed"):
        verifier.detect(closed)
    read, write = os.pipe()
    os.set_blocking(read, False)
    with os.fdopen(read, "rb", buffering=0) as file, pytest.raises(BlockingIOError):
        verifier.detect(file)
    os.close(write)


def test_a_photo_in_base64_is_not_quoted(verifier: visavis.Verifier, astronaut: bytes) -> None:
    text = base64.b64encode(astronaut).decode()
    for part in (text, text[:1000], text[:1000].replace("/", "_"), "/".join(["aGVsbG8"] * 50)):
        with pytest.raises(OSError, match="is it Base64") as caught:
            verifier.detect(part)
        assert caught.value.__context__ is None
        assert part[:40] not in f"{caught.value!r}"
