"""The parts of each file format that the fixtures need, written byte by byte.

Pillow refuses to write broken files, and some sound ones (16-bit RGB, interlaced PNG).
"""

import struct
import zlib

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SOF0, SOF2, DQT, SOS = 0xC0, 0xC2, 0xDB, 0xDA


# --- PNG -----------------------------------------------------------------------------------------


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width, height, depth, colour, interlace=0):
    return png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def png(width, height, depth, colour, raw, interlace=0):
    """A PNG around `raw`, which already contains the filter byte of every row."""
    return (
        PNG_SIGNATURE
        + png_header(width, height, depth, colour, interlace)
        + png_chunk(b"IDAT", zlib.compress(raw, 9))
        + png_chunk(b"IEND", b"")
    )


def png_chunks(data):
    """[(kind, start, end)] of every chunk; start and end include length and CRC."""
    found, at = [], len(PNG_SIGNATURE)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        found.append((data[at + 4 : at + 8], at, at + 12 + length))
        at += 12 + length
    return found


def png_rgb16(image):
    """16 bits per channel: v * 257 keeps the picture, and the noise-free low byte keeps the file small."""
    width, height = image.size
    pixels = image.tobytes()
    rows = (pixels[y * width * 3 : (y + 1) * width * 3] for y in range(height))
    raw = b"".join(b"\0" + bytes(b for v in row for b in (v, v)) for row in rows)
    return png(width, height, 16, 2, raw)


def png_interlaced(image):
    """Adam7: seven passes of ever denser pixels."""
    width, height = image.size
    pixels = image.tobytes()
    raw = b""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    for x0, y0, dx, dy in passes:
        for y in range(y0, height, dy):
            at = (y * width + x0) * 3
            row = b"".join(pixels[at + i * 3 : at + i * 3 + 3] for i in range(0, width - x0, dx))
            raw += b"\0" + row
    return png(width, height, 8, 2, raw, interlace=1)


# --- JPEG ----------------------------------------------------------------------------------------


def jpeg_segments(data):
    """[(marker, start, end)]; an SOS segment includes the coded data that follows it, RSTn too."""
    found, at = [], 2
    while data[at : at + 2] != EOI:
        assert data[at] == 0xFF, hex(at)
        marker = data[at + 1]
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == SOS:
            while data[end] != 0xFF or data[end + 1] == 0 or 0xD0 <= data[end + 1] <= 0xD7:
                end += 1
        found.append((marker, at, end))
        at = end
    return found


def jpeg_segment(data, marker):
    return next((start, end) for kind, start, end in jpeg_segments(data) if kind == marker)


def jpeg_scan_ends(data):
    return [end for kind, _, end in jpeg_segments(data) if kind == SOS]


def jpeg_resized_header(data, width, height):
    """The same file with another size in its frame header."""
    start, _ = jpeg_segment(data, SOF0)
    return data[: start + 5] + struct.pack(">HH", height, width) + data[start + 9 :]


# --- EXIF ----------------------------------------------------------------------------------------


def exif(orientation, order="<", thumbnail=b""):
    """An EXIF block with an orientation and, if given, a JPEG thumbnail in the second directory."""
    entry = struct.Struct(order + "HHI4s").pack

    def short(value):  # left-justified in its four bytes
        return struct.pack(order + "HH", value, 0)

    def long(value):
        return struct.pack(order + "I", value)

    first = struct.pack(order + "H", 1) + entry(0x0112, 3, 1, short(orientation))
    second_at = 8 + len(first) + 4
    second = b""
    if thumbnail:
        data_at = second_at + 2 + 3 * 12 + 4
        second = struct.pack(order + "H", 3)
        second += entry(0x0103, 3, 1, short(6))
        second += entry(0x0201, 4, 1, long(data_at)) + entry(0x0202, 4, 1, long(len(thumbnail)))
        second += long(0) + thumbnail
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return b"Exif\0\0" + mark + long(8) + first + long(second_at if thumbnail else 0) + second


# --- the others ----------------------------------------------------------------------------------


def riff(*chunks):
    body = b"WEBP"
    for kind, data in chunks:
        body += kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp(width, height, pixels=b""):
    """24 bits, uncompressed; width and height are signed 32-bit numbers, as the format requires."""
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + info + pixels


def tiff(width, height, strip, strip_offset=None, strip_count=1, next_ifd=0):
    """One strip of uncompressed RGB. `next_ifd` = 8 makes the directory its own successor."""
    bits_at = 8 + 2 + 10 * 12 + 4
    data_at = bits_at + 6
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 3, bits_at),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, strip_count, data_at if strip_offset is None else strip_offset),
        (277, 3, 1, 3),
        (278, 4, 1, height),
        (279, 4, strip_count, len(strip)),
        (284, 3, 1, 1),
    ]
    ifd = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8) + ifd + struct.pack("<I", next_ifd) + struct.pack("<HHH", 8, 8, 8) + strip


def gif(width, height, frames=b""):
    """A screen with two colours; `frames` is inserted unchanged."""
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0)
    return b"GIF89a" + screen + b"\x80\x80\x80\xff\xff\xff" + frames + b";"


def gif_frame(width, height, lzw):
    return b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02" + bytes([len(lzw)]) + lzw + b"\0"
