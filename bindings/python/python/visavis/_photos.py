"""Converts every kind of photo to one of the forms that the native half accepts."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, Any, Literal, Optional, Protocol, Union

from visavis._errors import invalid_argument

if TYPE_CHECKING:
    import numpy
    import numpy.typing
    import PIL.Image

    from visavis import _visavis


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
"""A photo: an image file as bytes, path or open file, or pixels as a numpy array or a Pillow image."""

Pixels = tuple[Union[bytes, "numpy.typing.NDArray[numpy.uint8]"], int, int, str]
"""Rows without gaps, height, width, format."""

Invalid = tuple[str, str, Optional[Exception]]
"""Code, message and cause of an error that the core reports in its turn: probe before reference."""

Native = Union[bytes, str, Pixels, Invalid]

Order = Literal["rgb", "bgr"]
"""The order of the channels of numpy arrays."""

_CHUNK = 1 << 20

_MODES = {"L": "gray", "RGB": "rgb", "RGBA": "rgba"}
"""Pillow's modes that are formats of the core."""


def native(photo: Photo, limits: _visavis.Verifier, order: Order) -> Native:
    """The photo in the form for the native half. An object that is not a photo is a TypeError; a fault of a photo is
    returned, not raised."""
    if order not in ("rgb", "bgr"):
        raise invalid_argument(f"order must be rgb or bgr, not {order}")
    max_bytes = limits.max_bytes
    if isinstance(photo, bytes):
        return photo
    if isinstance(photo, (bytearray, memoryview)):
        return _copied(photo, max_bytes + 1)
    if isinstance(photo, (str, os.PathLike)):
        return os.fsdecode(photo)
    # A caller that passes an object of numpy or Pillow has imported that package.
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(photo, numpy.ndarray):
        if photo.dtype != numpy.uint8:
            raise TypeError(f"a numpy array must have the type uint8, not {photo.dtype}")
        return _array(photo, limits.max_pixels, order, numpy.ascontiguousarray)
    pillow: Any = sys.modules.get("PIL.Image")
    if pillow is not None and isinstance(photo, pillow.Image):
        return _picture(photo, limits.max_pixels)
    if isinstance(photo, io.TextIOBase):
        raise TypeError("the file is open for text: open it with 'rb'")
    if callable(getattr(photo, "read", None)):
        return _file(photo, max_bytes + 1)
    raise TypeError(
        "a photo is bytes, a path, a file open for reading bytes, a numpy array of uint8 or a PIL.Image, "
        f"not {type(photo).__name__}"
    )


def _copied(data: Union[bytearray, memoryview], length: int) -> bytes:
    # Other threads may change it while the lock is released. The cost of a copy is negligible compared to decoding.
    with memoryview(data) as view:
        if view.ndim != 1 or view.itemsize != 1:
            raise TypeError("a memoryview must have one dimension of bytes; pass an array of pixels itself")
        return bytes(view[:length])


def _file(file: Any, length: int) -> Union[bytes, Invalid]:
    """The rest of an open file, up to one byte beyond the limit, so that the core rejects it if it is longer."""
    chunks = []
    while length > 0:
        try:
            chunk = file.read(min(_CHUNK, length))
        except Exception as error:
            return ("FILE_UNREADABLE", "the file cannot be read", error)
        if chunk is None:
            busy = BlockingIOError(errno.EAGAIN, "the file is non-blocking and has no data yet")
            return ("FILE_UNREADABLE", "the file cannot be read", busy)
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise TypeError(f"the file's read() returns {type(chunk).__name__}, not bytes")
        if not chunk:
            break
        chunks.append(bytes(chunk[:length]))
        length -= len(chunk)
    return b"".join(chunks)


def _array(array: Any, max_pixels: int, order: Order, contiguous: Any) -> Union[Pixels, Invalid]:
    shape = array.shape
    channels = 1 if len(shape) == 2 else shape[2] if len(shape) == 3 else 0
    formats = {1: "gray", 3: order, 4: order + "a"}
    if channels not in formats:
        message = f"an array of shape {list(shape)}: (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) is required"
        return ("INVALID_PIXELS", message, None)
    height, width = shape[:2]
    # Checked before a view of little memory becomes a large array.
    return _too_large(width, height, max_pixels) or (contiguous(array), height, width, formats[channels])


def _picture(picture: Any, max_pixels: int) -> Union[Pixels, Invalid]:
    """The pixels of a Pillow image. An image from `PIL.Image.open` is rotated according to its EXIF, as files are."""
    width, height = picture.size
    too_large = _too_large(width, height, max_pixels)
    if too_large:
        # Checked before Pillow decodes it.
        return too_large
    if picture.mode in ("I", "F"):
        message = f"a picture of mode {picture.mode} does not define white: convert it to 8 bits"
        return ("INVALID_PIXELS", message, None)
    try:
        picture = _upright(picture)
        picture = picture if picture.mode in _MODES else _converted(picture)
        return picture.tobytes(), picture.height, picture.width, _MODES[picture.mode]
    except Exception as error:
        return ("CORRUPT_IMAGE", f"Pillow cannot read the picture: {type(error).__name__}", error)


def _too_large(width: int, height: int, max_pixels: int) -> Optional[Invalid]:
    if width * height <= max_pixels:
        return None
    return (
        "IMAGE_TOO_LARGE",
        f"{width}x{height} pixels are more than the {max_pixels} that are allowed",
        None,
    )


def _upright(picture: Any) -> Any:
    # An image derived from an opened one has no format: its creator has seen it as it is.
    if picture.format is None:
        return picture
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture)


def _converted(picture: Any) -> Any:
    if picture.mode.startswith("I;16"):
        # Pillow's own conversion clips 16-bit values at 255 instead of scaling them.
        return picture.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if picture.mode == "La":
        picture = picture.convert("LA")
    transparent = picture.mode in ("LA", "PA", "RGBa") or "transparency" in picture.info
    return picture.convert("RGBA" if transparent else "RGB")
