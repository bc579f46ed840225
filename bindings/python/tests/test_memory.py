"""No leaks: memory after thousands of calls is what it was before."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy
import PIL.Image
import visavis

CALLS = 2000
MIB = 1 << 20


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_memory_is_flat_over_two_thousand_calls(images: Path) -> None:
    verifier = visavis.Verifier(workers=1)
    path = images / "hopper-128.png"
    data = path.read_bytes()
    pixels = numpy.asarray(PIL.Image.open(path).convert("RGB"))
    template = verifier.extract(data).template

    def calls(count: int) -> None:
        for index in range(count):
            if index % 4 == 0:
                verifier.verify(data, pixels)
            elif index % 4 == 1:
                visavis.Template.from_bytes(verifier.extract(path).template.to_bytes())
            elif index % 4 == 2:
                verifier.compare(
                    template, verifier.extract_face(data, verifier.detect(bytearray(data)).faces[0])
                )
            else:
                try:
                    verifier.verify(pixels[::2], b"GIF89a")
                except visavis.Error as error:
                    str(error)

    calls(200)
    before = resident()
    calls(CALLS)
    grown = resident() - before
    # A leak of a few KiB per call would exceed this; what allocators retain does not.
    assert grown < 4 * MIB, f"{grown / CALLS:.0f} bytes a call"


def test_verifiers_are_freed(images: Path) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            visavis.Verifier(workers=1).extract(images / "hopper-128.png")

    some(20)
    before = resident()
    some(40)
    assert resident() - before < 20 * MIB


def test_nothing_of_a_pair_is_kept(images: Path) -> None:
    pairs = ((bytearray(1 << 20), b"") for _ in range(500))
    start = resident()
    for outcome in visavis.verify_many(pairs):
        assert outcome.error is not None
    assert resident() - start < 100 * MIB
