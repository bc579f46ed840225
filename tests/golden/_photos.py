"""Fixtures that are, or must be treated as, sound pictures."""

import io
import random
import zlib

from PIL import Image, ImageDraw, ImageFilter, ImageOps

import _formats as f

ASTRONAUT, HOPPER, SMALL_HOPPER, NONE = "astronaut", "hopper", "hopper-128", "made"
PORTRAIT = (96, 0, 352, 320)  # 256x320: not square, so that a rotation in the wrong direction shows
CLOSE = (144, 16, 304, 208)  # 160x192, hair to collar
TIGHT = (176, 60, 272, 188)  # brow to chin
Turn = Image.Transpose
# The transformation of the pixels after which EXIF orientation n makes them upright again.
STORED = {
    2: Turn.FLIP_LEFT_RIGHT,
    3: Turn.ROTATE_180,
    4: Turn.FLIP_TOP_BOTTOM,
    5: Turn.TRANSPOSE,
    6: Turn.ROTATE_90,
    7: Turn.TRANSVERSE,
    8: Turn.ROTATE_270,
}


def png(image):
    return save(image, "PNG", optimize=True)


def save(image, kind, **how):
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def jpeg(image, quality=90, **how):
    return save(image, "JPEG", quality=quality, **how)


def turned(image, orientation):
    return image.transpose(STORED[orientation]) if orientation in STORED else image


def scaled(image, width):
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)


def canvas(size, *pasted, colour=(96, 112, 128)):
    page = Image.new("RGB", size, colour)
    for image, at in pasted:
        page.paste(image, at)
    return page


def head_mask(size):
    """A mask that is white where the head is in the CLOSE crop."""
    mask = Image.new("L", size, 0)
    width, height = size
    ImageDraw.Draw(mask).ellipse((width * 0.14, 0, width * 0.86, height * 0.97), fill=255)
    return mask


def containers(a):
    """The same face in every supported format, and in unusual variants of each."""
    portrait, close = a.crop(PORTRAIT), a.crop(CLOSE)
    small = scaled(close, 112)
    cut_out, hidden = close.convert("RGBA"), scaled(close, 96).convert("RGBA")
    cut_out.putalpha(head_mask(close.size))
    hidden.putalpha(0)  # after scaling: Pillow weights colours by alpha when it scales, and would erase them
    yield "astronaut.jpg", ASTRONAUT, "the whole portrait, quality 90", jpeg(a)
    yield "astronaut.png", ASTRONAUT, "RGB", png(scaled(close, 128))
    yield "astronaut-lossless.webp", ASTRONAUT, "VP8L", save(scaled(close, 128), "WEBP", lossless=True, method=6)
    yield "astronaut-lossy.webp", ASTRONAUT, "VP8", save(portrait, "WEBP", quality=85, method=4)
    yield "astronaut-alpha.webp", ASTRONAUT, "VP8X with alpha", save(cut_out, "WEBP", quality=85, method=4)
    yield "astronaut.bmp", ASTRONAUT, "24 bits", save(small, "BMP")
    yield "astronaut.gif", ASTRONAUT, "256 colours", save(close.quantize(256), "GIF")
    yield "astronaut.tif", ASTRONAUT, "LZW strips", save(small, "TIFF", compression="tiff_lzw")
    yield (
        "astronaut-oriented.tif",
        ASTRONAUT,
        "TIFF orientation 6, pixels rotated",
        save(turned(scaled(close, 96), 6), "TIFF", compression="tiff_lzw", tiffinfo={274: 6}),
    )
    yield "astronaut.ppm", ASTRONAUT, "P6", save(small, "PPM")
    yield "astronaut.pgm", ASTRONAUT, "P5", save(small.convert("L"), "PPM")
    yield "astronaut-progressive.jpg", ASTRONAUT, "progressive", jpeg(portrait, progressive=True)
    yield "astronaut-restart.jpg", ASTRONAUT, "restart markers", jpeg(portrait, restart_marker_blocks=8)
    yield "astronaut-gray.jpg", ASTRONAUT, "one component", jpeg(portrait.convert("L"))
    yield "astronaut-cmyk.jpg", ASTRONAUT, "four components, Adobe marker", jpeg(close.convert("CMYK"))
    yield "astronaut-rgb16.png", ASTRONAUT, "16 bits, RGB", f.png_rgb16(scaled(close, 96))
    gray16 = Image.frombytes("I;16B", close.size, bytes(b for v in close.convert("L").tobytes() for b in (v, v)))
    yield "astronaut-gray16.png", ASTRONAUT, "16 bits, gray", png(gray16)
    yield "astronaut-palette.png", ASTRONAUT, "256 colours", png(close.quantize(256))
    yield "astronaut-interlaced.png", ASTRONAUT, "Adam7", f.png_interlaced(scaled(close, 96))
    yield (
        "astronaut-cut-out.png",
        ASTRONAUT,
        "RGBA, head on a transparent background",
        png(cut_out.resize((128, 154), Image.Resampling.LANCZOS)),
    )
    yield (
        "astronaut-gray-alpha.png",
        ASTRONAUT,
        "gray and alpha, opaque",
        png(close.convert("LA")),
    )
    yield (
        "transparent.png",
        ASTRONAUT,
        "alpha 0 everywhere, a face in the hidden RGB",
        png(hidden),
    )


def animated(a, h):
    """The first frame counts. The second is the other person, so that a wrong choice changes the score."""
    first = a.crop(CLOSE)
    second = h.crop((135, 90, 385, 390)).resize(first.size, Image.Resampling.LANCZOS)
    gif = {"save_all": True, "append_images": [second.quantize(64)], "duration": 100, "loop": 0}
    yield "animated.gif", ASTRONAUT, "second frame: Hopper", save(first.quantize(128), "GIF", **gif)
    webp = {"save_all": True, "append_images": [second], "duration": 100, "quality": 80, "method": 4}
    yield "animated.webp", ASTRONAUT, "second frame: Hopper", save(first, "WEBP", **webp)
    apng = {"save_all": True, "append_images": [scaled(second, 96)], "duration": 100, "optimize": True}
    yield "animated.png", ASTRONAUT, "APNG, second frame: Hopper", save(scaled(first, 96), "PNG", **apng)


def oriented(a, h):
    portrait = a.crop(PORTRAIT)
    for n in range(1, 9):
        # 4:4:4 and sizes of whole blocks: the upright views then differ by rounding only.
        data = jpeg(turned(portrait, n), 85, subsampling=0, exif=f.exif(n))
        yield f"exif-{n}.jpg", ASTRONAUT, f"EXIF orientation {n}, pixels transformed to match", data
    small = scaled(a.crop(CLOSE), 112)
    big_endian = f.exif(5, ">")
    yield (
        "exif-5.png",
        ASTRONAUT,
        "eXIf chunk, orientation 5, big-endian",
        save(turned(small, 5), "PNG", optimize=True, exif=big_endian),
    )
    yield (
        "exif-7.webp",
        ASTRONAUT,
        "EXIF chunk, orientation 7",
        save(turned(portrait, 7), "WEBP", quality=85, method=4, exif=f.exif(7)),
    )
    yield (
        "exif-invalid-orientation.jpg",
        ASTRONAUT,
        "orientation 99: treated as none",
        jpeg(portrait, 85, exif=f.exif(99)),
    )
    yield (
        "exif-garbage.jpg",
        ASTRONAUT,
        "EXIF directory beyond the block: treated as none",
        jpeg(portrait, 85, exif=b"Exif\0\0II*\0\xf0\xff\xff\x7f\xff\xff"),
    )
    thumbnail = jpeg(scaled(h, 128), 75)
    yield (
        "exif-thumbnail.jpg",
        ASTRONAUT,
        "the EXIF thumbnail shows Hopper; the picture counts",
        jpeg(portrait, 85, exif=f.exif(1, thumbnail=thumbnail)),
    )
    for degrees, turn in ((90, Turn.ROTATE_90), (180, Turn.ROTATE_180), (270, Turn.ROTATE_270)):
        note = f"rotated by {degrees} degrees anticlockwise, no EXIF"
        yield f"rotated-{degrees}.jpg", ASTRONAUT, note, jpeg(portrait.transpose(turn), 85)


def framed(a, h):
    portrait, close = a.crop(PORTRAIT), a.crop(CLOSE)
    yield "astronaut-mirrored.jpg", ASTRONAUT, "mirrored", jpeg(ImageOps.mirror(portrait))
    yield "face-40px.jpg", ASTRONAUT, "reduced until the face is about 40 pixels wide", jpeg(scaled(a, 230))
    yield "face-20px.jpg", ASTRONAUT, "reduced until the face is about 20 pixels wide", jpeg(scaled(a, 115))
    yield "face-fills-frame.jpg", ASTRONAUT, "brow to chin only", jpeg(scaled(a.crop(TIGHT), 288))
    canvas_note = "1600x1200, the face about 70 pixels wide and off the centre"
    yield "face-in-canvas.jpg", ASTRONAUT, canvas_note, jpeg(canvas((1600, 1200), (scaled(portrait, 195), (1100, 300))))
    yield "astronaut-q10.jpg", ASTRONAUT, "quality 10", jpeg(portrait, 10)
    yield "astronaut-blurred.jpg", ASTRONAUT, "out of focus", jpeg(close.filter(ImageFilter.GaussianBlur(3)))
    dark = portrait.point([v // 16 for v in range(256)] * 3)
    yield "astronaut-dark.jpg", ASTRONAUT, "four stops under", jpeg(dark, 95)
    covered = close.copy()
    ImageDraw.Draw(covered).rectangle((30, 118, 130, 176), fill=(220, 225, 230))
    yield "astronaut-masked.jpg", ASTRONAUT, "mouth and chin covered", jpeg(covered)
    yield "hopper-mirrored.jpg", HOPPER, "mirrored", jpeg(ImageOps.mirror(scaled(h, 320)), 85)
    yield "hopper.webp", HOPPER, "VP8, half the size", save(scaled(h, 256), "WEBP", quality=85, method=4)


def small_hopper(s):
    yield "hopper-128.png", SMALL_HOPPER, "128x128", png(s)
    big = s.resize((512, 512), Image.Resampling.BICUBIC)
    yield "hopper-upscaled.jpg", SMALL_HOPPER, "enlarged four times, without additional detail", jpeg(big, 85)


def several(a, h):
    portrait, bust = scaled(a.crop(PORTRAIT), 320), scaled(h, 300)
    both = f"{ASTRONAUT}, {HOPPER}"
    pair = canvas((620, 400), (portrait, (0, 0)), (bust, (320, 40)))
    yield "two-people.jpg", both, "side by side: Collins left, Hopper right", jpeg(pair, 80)
    large, small = scaled(a.crop(PORTRAIT), 400), scaled(h.crop((90, 60, 430, 440)), 210)
    edge = canvas((960, 500), (large, (-60, 0)), (small, (375, 140)))
    note = "Collins larger but at the edge, Hopper smaller in the middle"
    yield "largest-at-the-edge.jpg", both, note, jpeg(edge, 80)
    twice = canvas((512, 320), (a.crop(PORTRAIT), (0, 0)), (a.crop(PORTRAIT), (256, 0)))
    yield "same-face-twice.jpg", ASTRONAUT, "two copies side by side, equally prominent", jpeg(twice)


def tolerated(a, h):
    """Files that no encoder should write, but every viewer shows."""
    portrait = a.crop(PORTRAIT)
    plain = jpeg(portrait, 85)
    assert plain.endswith(f.EOI)
    yield "png-named.jpg", ASTRONAUT, "a PNG under a wrong name", png(scaled(a.crop(CLOSE), 96))
    yield "trailing-garbage.jpg", ASTRONAUT, "1000 bytes of noise after EOI", plain + random.Random(1).randbytes(1000)
    second = jpeg(scaled(h, 256), 80)
    yield "trailing-second-photo.jpg", ASTRONAUT, "a JPEG of Hopper after EOI, as in an MPO file", plain + second
    yield "no-eoi.jpg", ASTRONAUT, "complete except for its EOI marker", plain[:-2]
    start, _ = f.jpeg_segment(plain, f.SOS)
    fill = plain[:start] + b"\xff" * 5 + plain[start:]
    yield "fill-bytes.jpg", ASTRONAUT, "0xFF fill bytes before a marker, as the standard allows", fill
    small = png(scaled(a.crop(CLOSE), 96))
    at = f.png_chunks(small)[1][1]
    bomb = f.png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(20_000_000), 9))
    yield "text-bomb.png", ASTRONAUT, "sound, with a comment that inflates to 20 MB", small[:at] + bomb + small[at:]


def faceless():
    yield "gray.png", NONE, "flat gray", png(Image.new("L", (320, 240), 128))
    yield "black.jpg", NONE, "all black", jpeg(Image.new("RGB", (320, 240)))
    dice = random.Random(2)
    texture = Image.new("L", (256, 256), 128)
    for cells in (8, 32, 128):
        layer = Image.frombytes("L", (cells, cells), dice.randbytes(cells * cells))
        texture = Image.blend(texture, layer.resize(texture.size, Image.Resampling.BICUBIC), 0.5)
    yield "texture.jpg", NONE, "noise at three scales", jpeg(texture, 80)
    ramp = Image.linear_gradient("L").resize((320, 240))
    yield (
        "gradient.png",
        NONE,
        "a gradient",
        png(Image.merge("RGB", (ramp, ImageOps.flip(ramp), ramp))),
    )
    yield "1x1.png", NONE, "one pixel", png(Image.new("RGB", (1, 1), (200, 160, 140)))
    yield "1x600.png", NONE, "one pixel wide", png(Image.new("RGB", (1, 600), (200, 160, 140)))
    yield (
        "1000x1.png",
        NONE,
        "aspect 1000:1, the maximum",
        png(Image.new("L", (1000, 1))),
    )


def build(pictures):
    a, h, s = pictures[ASTRONAUT], pictures[HOPPER], pictures[SMALL_HOPPER]
    for group in (containers(a), animated(a, h), oriented(a, h), framed(a, h), small_hopper(s)):
        yield from group
    for group in (several(a, h), tolerated(a, h), faceless()):
        yield from group
