"""From whatever holds a photo to one of the three forms that the native half takes."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from typing import TYPE_CHECKING, Any, Optional, Protocol, Union

from visavis import _visavis

if TYPE_CHECKING:
    import numpy
    import numpy.typing
    import PIL.Image


class Readable(Protocol):
    """A file that is open for reading bytes."""

    def read(self, size: int, /) -> bytes: ...


Photo = Union[
    bytes,
    bytearray,
    memoryview,
    str,
    "os.PathLike[str]",
    "os.PathLike[bytes]",
    Readable,
    "numpy.typing.NDArray[numpy.uint8]",
    "PIL.Image.Image",
]
"""A photo: an image file as bytes, path or open file, or pixels as a numpy array or a picture of Pillow."""

Pixels = tuple[bytes, int, int, int]
"""Bytes, height, width, channels."""

Native = Union[bytes, Pixels, "numpy.typing.NDArray[numpy.uint8]"]

_CHUNK = 1 << 20

_QUOTED = 255
"""The longest path that an error quotes: what is longer may be a photo or a template in Base64."""


def native(photo: Photo, limits: _visavis.Verifier, side: Optional[str] = None) -> Native:
    """What the native half takes. Files are read up to the limit and one byte more, for the core to refuse."""
    most = limits.max_bytes + 1
    if isinstance(photo, bytes):
        return photo
    if isinstance(photo, (bytearray, memoryview)):
        return _copied(photo, most)
    if isinstance(photo, (str, os.PathLike)):
        path = os.fspath(photo)
        if path[:5] in ("data:", b"data:"):
            # Unquoted, for it is the photo itself.
            raise _visavis.error("INVALID_ARGUMENT", "a data: URL is no path: decode its Base64", side)
        return _read_path(path, most)
    # Whoever passes an object of numpy or Pillow has imported them.
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(photo, numpy.ndarray):
        if photo.dtype != numpy.uint8:
            raise TypeError(f"a numpy array of uint8 is needed, not of {photo.dtype}")
        if photo.ndim >= 2:
            # Before a view of little memory becomes an array of much.
            _check_pixels(photo.shape[1], photo.shape[0], limits.max_pixels, side)
        contiguous: Native = numpy.ascontiguousarray(photo)
        return contiguous
    pillow: Any = sys.modules.get("PIL.Image")
    if pillow is not None and isinstance(photo, pillow.Image):
        return _pixels(photo, limits.max_pixels, side)
    if callable(getattr(photo, "read", None)):
        return read_file(photo, most)
    raise TypeError(
        "a photo is bytes, a path, a file open for reading bytes, a numpy array of uint8 or a PIL.Image, "
        f"not {type(photo).__name__}"
    )


def _copied(data: Union[bytearray, memoryview], most: int) -> bytes:
    # Others may change it while the lock is released: a copy costs nothing beside decoding.
    with memoryview(data) as view:
        if view.ndim != 1 or view.itemsize != 1:
            raise TypeError("a memoryview must be of bytes in one dimension; pass an array of pixels itself")
        return bytes(view[:most])


def _read_path(path: Union[str, bytes], most: int) -> bytes:
    handle = _open(path)
    kind = os.fstat(handle).st_mode
    if stat.S_ISREG(kind):
        with os.fdopen(handle, "rb", buffering=0) as file:
            return read_file(file, most)
    os.close(handle)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise OSError(errno.EINVAL, "this is no regular file; open it yourself and pass the open file", path)


def _open(path: Union[str, bytes]) -> int:
    try:
        # A pipe without a writer must not block us.
        return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        if len(path) <= _QUOTED:
            raise
        unquoted = OSError(error.errno, error.strerror, f"a text of {len(path)} characters; is it Base64?")
    # Out here, where it does not carry the other along.
    raise unquoted


def read_file(file: Any, most: int) -> bytes:
    """The rest of an open file, up to so many bytes."""
    if isinstance(file, io.TextIOBase):
        raise TypeError("the file is open for text: open it with 'rb'")
    chunks = []
    while most > 0:
        chunk = file.read(min(_CHUNK, most))
        if chunk is None:
            raise BlockingIOError(errno.EAGAIN, "the file is non-blocking and has no data yet")
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise TypeError(f"the file's read() gives {type(chunk).__name__}, not bytes")
        if not chunk:
            break
        chunks.append(bytes(chunk[:most]))
        most -= len(chunk)
    return b"".join(chunks)


def _pixels(picture: Any, max_pixels: int, side: Optional[str]) -> Pixels:
    """Pixels of a picture of Pillow. What its `open` gave is turned as its EXIF says, as files are."""
    width, height = picture.size
    # Before Pillow decodes it.
    _check_pixels(width, height, max_pixels, side)
    if picture.mode in ("I", "F"):
        message = f"a picture of mode {picture.mode} says nothing of what is white: convert it to 8 bits"
        raise _visavis.error("INVALID_PIXELS", message, side)
    try:
        picture = _upright(picture)
        picture = picture if picture.mode in ("L", "RGB", "RGBA") else _converted(picture)
        return picture.tobytes(), picture.height, picture.width, len(picture.mode)
    except Exception as error:
        message = f"Pillow cannot read the picture: {type(error).__name__}"
        raise _visavis.error("CORRUPT_IMAGE", message, side) from error


def _check_pixels(width: int, height: int, most: int, side: Optional[str]) -> None:
    if width * height > most:
        message = f"{width}x{height} pixels are more than the {most} that are allowed"
        raise _visavis.error("IMAGE_TOO_LARGE", message, side)


def _upright(picture: Any) -> Any:
    # What was made of an opened picture has no format: its maker has seen it as it is.
    if picture.format is None:
        return picture
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture)


def _converted(picture: Any) -> Any:
    if picture.mode.startswith("I;16"):
        # Pillow's own conversion cuts 16 bits off at 255 instead of scaling them.
        return picture.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if picture.mode == "La":
        picture = picture.convert("LA")
    transparent = picture.mode in ("LA", "PA", "RGBa") or "transparency" in picture.info
    return picture.convert("RGBA" if transparent else "RGB")
