"""Photos in the sizes of phones, made from the golden set's portrait of Eileen Collins (public domain)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

PORTRAIT = Path(__file__).resolve().parent.parent / "tests/golden/images/astronaut.jpg"

#: Width and height by name, in megapixels.
SIZES = {"0.06": (288, 216), "1": (1152, 864), "2": (1632, 1224), "12": (4000, 3000), "48": (8000, 6000)}
QUALITY = 88


class Photograph(NamedTuple):
    megapixels: str
    kind: str
    path: Path


def make(folder: Path, sizes: list[str]) -> list[Photograph]:
    """JPEGs, baseline and progressive, and one PNG of 12 megapixels. The bytes depend only on the versions."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for size in sizes:
        kinds = [("baseline JPEG", "jpg"), ("progressive JPEG", "progressive.jpg")]
        kinds += [("PNG", "png")] if size == "12" else []
        for kind, suffix in kinds:
            path = folder / f"{size}.{suffix}"
            if not path.is_file():
                picture(*SIZES[size]).save(path, quality=QUALITY, progressive="progressive" in kind)
            made.append(Photograph(size, kind, path))
    return made


def picture(width: int, height: int) -> Image.Image:
    """The upper part of the portrait, enlarged, with the noise of a camera's sensor: without that, a codec would have
    almost nothing to do."""
    portrait = Image.open(PORTRAIT).convert("RGB")
    upper = portrait.crop((0, 0, portrait.width, portrait.width * height // width))
    pixels = np.asarray(upper.resize((width, height), Image.Resampling.BICUBIC), np.int16)
    noise = np.random.default_rng(1).normal(0, 6, pixels.shape)
    return Image.fromarray(np.clip(pixels + np.rint(noise).astype(np.int16), 0, 255).astype(np.uint8))
