"""Fixtures that a careless or hostile client would send. None of them may cause a crash, a hang or excessive memory."""

import base64
import struct

import _formats as f
from _photos import ASTRONAUT, CLOSE, HOPPER, NONE, PORTRAIT, jpeg, save, scaled

TINY_VP8L = b"\x2f\x00\x00\x00\x00\x07\x10\xfd\x8f\xfe\x07\x22\xa2\xff\x01"  # 1x1


def cut(data, share):
    return data[: int(len(data) * share)]


def not_images():
    yield "empty.jpg", NONE, "zero bytes", b""
    yield "one-byte.jpg", NONE, "0xFF", b"\xff"
    yield "text.jpg", NONE, "prose", b"This is not a photograph.\n"
    yield "page.png", NONE, "HTML", b"<!DOCTYPE html><html><title>404</title><p>Not found</html>\n"
    yield (
        "drawing.svg",
        NONE,
        "SVG",
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="4"/></svg>\n'),
    )
    for brand, name in ((b"heic", "photo.heic"), (b"avif", "photo.avif")):
        body = b"ftyp" + brand + struct.pack(">I", 0) + b"mif1" + brand
        note = f"the header of {brand.decode().upper()}, which is not decoded"
        yield name, NONE, note, struct.pack(">I", 4 + len(body)) + body
    yield "document.pdf", NONE, "the header of a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def jpegs(a, h):
    plain, progressive = jpeg(a.crop(PORTRAIT), 85), jpeg(a.crop(PORTRAIT), 85, progressive=True)
    yield "base64.jpg", ASTRONAUT, "a JPEG, still in Base64", base64.b64encode(jpeg(scaled(a.crop(CLOSE), 96), 70))
    yield "leading-newline.jpg", ASTRONAUT, "a JPEG after a line feed", b"\n" + jpeg(scaled(a.crop(CLOSE), 96), 70)
    yield "soi-only.jpg", NONE, "the first marker and the start of another", f.SOI + b"\xff"
    yield "soi-eoi.jpg", NONE, "the first and the last marker", f.SOI + f.EOI
    yield "truncated-50.jpg", ASTRONAUT, "first half", cut(plain, 0.5)
    yield "truncated-99.jpg", ASTRONAUT, "all but the last hundredth", cut(plain, 0.99)
    yield "truncated-50-eoi.jpg", ASTRONAUT, "first half, EOI appended", cut(plain, 0.5) + f.EOI
    yield "truncated-99-eoi.jpg", ASTRONAUT, "all but the last hundredth, EOI appended", cut(plain, 0.99) + f.EOI
    whole = jpeg(a.crop(PORTRAIT), 85, exif=f.exif(1, thumbnail=jpeg(scaled(h, 96), 75)))
    yield "truncated-50-thumbnail.jpg", ASTRONAUT, "first half; its thumbnail, of Hopper, is whole", cut(whole, 0.5)
    restart = jpeg(a.crop(PORTRAIT), 85, restart_marker_blocks=8)
    at = next(
        i for i in range(len(restart) // 2, len(restart)) if restart[i] == 0xFF and 0xD0 <= restart[i + 1] <= 0xD7
    )
    yield "truncated-at-restart-eoi.jpg", ASTRONAUT, "cut at a restart marker, EOI appended", restart[:at] + f.EOI
    ends = f.jpeg_scan_ends(progressive)
    for share in (0.5, 0.95):
        part = cut(progressive, share)
        assert len(part) not in ends
        yield f"truncated-{share * 100:.0f}-progressive.jpg", ASTRONAUT, "cut inside a scan", part
    half = ends[len(ends) // 2 - 1]
    note = f"{len(ends) // 2} of its {len(ends)} scans, each whole, EOI appended"
    yield "missing-scans-progressive.jpg", ASTRONAUT, note, progressive[:half] + f.EOI
    small = jpeg(scaled(a.crop(CLOSE), 96), 70)
    yield (
        "claims-65500x65500.jpg",
        ASTRONAUT,
        "the frame header claims 65500x65500",
        f.jpeg_resized_header(small, 65500, 65500),
    )
    yield "zero-height.jpg", ASTRONAUT, "the frame header claims 96x0", f.jpeg_resized_header(small, 96, 0)
    start, end = f.jpeg_segment(small, f.DQT)
    while small[end : end + 2] == b"\xff\xdb":
        end += 2 + struct.unpack_from(">H", small, end + 2)[0]
    yield "no-quantization-tables.jpg", ASTRONAUT, "its DQT segments removed", small[:start] + small[end:]
    yield "segment-overrun.jpg", NONE, "a segment longer than the file", f.SOI + b"\xff\xe0\xff\xffJFIF\0"


def pngs(a):
    sound = save(scaled(a.crop(CLOSE), 96), "PNG", optimize=True)
    chunks = f.png_chunks(sound)
    idat = next(chunk for chunk in chunks if chunk[0] == b"IDAT")
    yield "truncated-50.png", ASTRONAUT, "first half", cut(sound, 0.5)
    yield "signature-only.png", NONE, "eight bytes", f.PNG_SIGNATURE
    broken = bytearray(sound)
    broken[idat[2] - 1] ^= 0x55
    yield "broken-crc.png", ASTRONAUT, "wrong CRC of an IDAT chunk", bytes(broken)
    yield (
        "no-idat.png",
        NONE,
        "no picture data",
        f.PNG_SIGNATURE + f.png_header(64, 64, 8, 2) + f.png_chunk(b"IEND", b""),
    )
    yield "too-few-rows.png", NONE, "half of the rows, all checksums correct", f.png(64, 64, 8, 0, bytes(65 * 32))
    yield "zero-width.png", NONE, "0x64", f.png(0, 64, 8, 0, bytes(64))
    yield "claims-100000x100000.png", NONE, "the header claims 100000x100000", f.png(100000, 100000, 8, 2, bytes(64))
    yield "bomb-12000x12000.png", NONE, "144 megapixels, sound", f.png(12000, 12000, 1, 0, bytes(1501 * 12000))
    yield "65000x1.png", NONE, "aspect 65000:1, sound", f.png(65000, 1, 8, 0, bytes(65001))
    yield "1x1001.png", NONE, "aspect 1001:1, sound", f.png(1, 1001, 8, 0, bytes(2 * 1001))


def others(a):
    close = scaled(a.crop(CLOSE), 96)
    vp8 = save(a.crop(CLOSE), "WEBP", quality=85, method=4)
    yield "truncated-50.webp", ASTRONAUT, "VP8, first half", cut(vp8, 0.5)
    yield (
        "truncated-50-lossless.webp",
        ASTRONAUT,
        "VP8L, first half",
        cut(save(close, "WEBP", lossless=True, method=6), 0.5),
    )
    yield "header-only.webp", NONE, "RIFF header without chunks", f.riff()
    canvas = struct.pack("<I", 0) + struct.pack("<I", 16382)[:3] * 2
    note = "VP8X canvas of 16383x16383 around one pixel"
    yield "claims-16383x16383.webp", NONE, note, f.riff((b"VP8X", canvas), (b"VP8L", TINY_VP8L))
    yield "truncated-50.gif", ASTRONAUT, "first half", cut(save(close.quantize(64), "GIF"), 0.5)
    frame = f.gif_frame(1, 1, b"\x44\x01")
    yield "claims-65535x65535.gif", NONE, "a screen of 65535x65535 around one pixel", f.gif(65535, 65535, frame)
    yield "no-frame.gif", NONE, "a screen without a frame", f.gif(64, 64)
    yield "claims-60000x60000.bmp", NONE, "the header claims 60000x60000", f.bmp(60000, 60000)
    yield "claims-2147483647.bmp", NONE, "the largest sizes that the header can hold", f.bmp(2**31 - 1, 2**31 - 1)
    yield (
        "lowest-height.bmp",
        NONE,
        "height -2147483648, which has no positive counterpart",
        f.bmp(64, -(2**31), bytes(64)),
    )
    yield "truncated.bmp", NONE, "64x64 with one row of pixels", f.bmp(64, 64, bytes(192))
    loop = f.tiff(16, 16, bytes(768), next_ifd=8)
    yield "ifd-loop.tif", NONE, "its directory names itself as the next", loop
    yield "huge-strip-count.tif", NONE, "4294967295 strips", f.tiff(64, 64, bytes(64), strip_count=2**32 - 1)
    yield "strip-beyond-end.tif", NONE, "the strip lies beyond the end", f.tiff(64, 64, bytes(64), strip_offset=2**31)
    yield "ifd-beyond-end.tif", NONE, "the directory lies beyond the end", b"II*\0\xff\xff\xff\x7f"
    yield "claims-100000x100000.tif", NONE, "the directory claims 100000x100000", f.tiff(100000, 100000, bytes(64))
    yield "claims-99999x99999.ppm", NONE, "the header claims 99999x99999", b"P6 99999 99999 255\n" + bytes(64)
    yield "negative-size.ppm", NONE, "a negative size", b"P6 -64 64 255\n" + bytes(64)
    yield "truncated.ppm", NONE, "64x64 with one row of pixels", b"P6 64 64 255\n" + bytes(192)


def build(pictures):
    a, h = pictures[ASTRONAUT], pictures[HOPPER]
    for group in (not_images(), jpegs(a, h), pngs(a), others(a)):
        yield from group
