"""visavis and its peers in Python on the same pairs of photos: how often they are right, and how long they take.

`python bench/compare.py --data FOLDER`, where the folder has LFW View 1 as train.csv, test.csv and the photos they name.
README.md describes what is measured, and how to set up the peers.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from pathlib import Path

# One thread each; every library reads this when it is imported.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import protocol

SUBJECTS = {
    "visavis": lambda: importlib.import_module("subject_visavis").Visavis("onnxruntime"),
    "visavis-embedded": lambda: importlib.import_module("subject_visavis").Visavis("embedded"),
    "opencv": lambda: importlib.import_module("subject_opencv").OpenCv(),
    "onnxruntime": lambda: importlib.import_module("subject_onnxruntime").OnnxRuntime(),
    "face_recognition": lambda: importlib.import_module("subject_dlib").FaceRecognition(),
}


def main() -> None:
    arguments = parse()
    subjects = [SUBJECTS[name]() for name in arguments.subjects]
    train, test = (protocol.pairs_of(arguments.data / f"{name}.csv") for name in ("train", "test"))
    train = protocol.spread(train, arguments.train_pairs)
    if arguments.only != "timing":
        print(accuracy(subjects, arguments.data, train, protocol.spread(test, arguments.test_pairs)))
    if arguments.only != "accuracy":
        print(timing(subjects, arguments.data, test, arguments.pairs, arguments.rounds))
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    for subject in subjects:
        print(f"* {subject.name}: {subject.about}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with train.csv and test.csv")
    parser.add_argument("--only", choices=("accuracy", "timing"), help="one of the two tables")
    parser.add_argument("--subjects", type=names, default=list(SUBJECTS), help=f"of {','.join(SUBJECTS)}")
    parser.add_argument(
        "--train-pairs", type=int, help="how many pairs of train choose the threshold, or 0 not to measure it (default: all)"
    )
    parser.add_argument("--test-pairs", type=positive, help="how many pairs of test are compared (default: all)")
    parser.add_argument("--pairs", type=positive, default=30, help="how many pairs are timed (default: 30)")
    parser.add_argument("--rounds", type=positive, default=5, help="how often each pair is timed (default: 5)")
    return parser.parse_args()


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"not a number >= 1: {text}")
    return int(text)


def names(text: str) -> list[str]:
    chosen = text.split(",")
    unknown = [name for name in chosen if name not in SUBJECTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no such subject: {', '.join(unknown)}")
    return chosen


def accuracy(
    subjects: list[protocol.Subject], data: Path, train: list[protocol.Pair], test: list[protocol.Pair]
) -> str:
    rows = []
    for subject in subjects:
        learnt = protocol.best_threshold(protocol.run(subject, data, train)[0]) if train else None
        rows.append(protocol.accuracy_row(subject.name, *protocol.run(subject, data, test), learnt))
    return protocol.table(protocol.ACCURACY_COLUMNS, rows)


def timing(
    subjects: list[protocol.Subject], data: Path, test: list[protocol.Pair], pairs: int, rounds: int
) -> str:
    chosen = protocol.spread(test, pairs)
    times = protocol.clock(subjects, data, chosen, rounds)
    rows = [protocol.timing_row(subject.name, own, times[0]) for subject, own in zip(subjects, times)]
    print(f"{len(chosen)} pairs, {rounds} rounds", file=sys.stderr)
    return protocol.table(protocol.TIMING_COLUMNS, rows)


if __name__ == "__main__":
    main()
