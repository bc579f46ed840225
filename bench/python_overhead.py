"""The overhead of a verification through Python over Rust: the same photos through both, in turn.

    cargo build --release -p visavis-python --example rust_side
    python bench/python_overhead.py [FOLDER] [--pairs N] [--rounds N]

FOLDER contains photos (default: those of the golden cases). Needs the package and onnxruntime in the environment of this
Python. Both sides use one worker, and the processor time of the calling thread is measured, so that other load on the
machine is left out. Files are read before the clock starts. Medians of interleaved runs; the ratio counts.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from pathlib import Path
from typing import Union

import visavis

ROOT = Path(__file__).parents[1]
Result = tuple[Union[float, str], float]


def through_rust(rust: subprocess.Popen[str], pair: tuple[Path, Path]) -> Result:
    assert rust.stdin is not None and rust.stdout is not None
    rust.stdin.write("\t".join(map(str, pair)) + "\n")
    rust.stdin.flush()
    score, spent = rust.stdout.readline().split()
    try:
        return float(score), float(spent)
    except ValueError:
        return score, float(spent)


def through_python(verifier: visavis.Verifier, pair: tuple[Path, Path]) -> Result:
    probe, reference = (path.read_bytes() for path in pair)
    start = time.thread_time()
    try:
        result: Union[float, str] = verifier.verify(probe, reference).score
    except visavis.Error as error:
        result = error.code
    return result, (time.thread_time() - start) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measures the overhead of a verification through Python over Rust."
    )
    parser.add_argument(
        "folder", type=Path, nargs="?", default=ROOT / "tests/golden/images"
    )
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument(
        "--rust", type=Path, default=ROOT / "target/release/examples/rust_side"
    )
    options = parser.parse_args()
    photos = sorted(options.folder.rglob("*.jpg"))[: 2 * options.pairs]
    pairs = list(zip(photos[::2], photos[1::2]))
    verifier = visavis.Verifier(workers=1, engine="onnxruntime")
    library = verifier.engine.library or ""
    pipe = subprocess.PIPE
    rust = subprocess.Popen([options.rust, library], stdin=pipe, stdout=pipe, text=True)
    spent: dict[str, list[float]] = {"rust": [], "python": []}
    ratios = []
    for round_ in range(options.rounds):
        for index, pair in enumerate(pairs):
            # Each goes first as often as the other.
            if (round_ + index) % 2:
                by_python = through_python(verifier, pair)
                by_rust = through_rust(rust, pair)
            else:
                by_rust = through_rust(rust, pair)
                by_python = through_python(verifier, pair)
            assert by_rust[0] == by_python[0], (pair, by_rust, by_python)
            if isinstance(by_rust[0], str) or round_ == 0:
                continue
            spent["rust"].append(by_rust[1])
            spent["python"].append(by_python[1])
            ratios.append(by_python[1] / by_rust[1])
    rust.terminate()
    median = {side: statistics.median(times) for side, times in spent.items()}
    ratio = median["python"] / median["rust"]
    print(
        f"{len(pairs)} pairs, {options.rounds} rounds, {verifier.engine.name} {verifier.engine.version}"
    )
    print(
        f"median verification: Rust {median['rust']:.3f} ms, Python {median['python']:.3f} ms, ratio {ratio:.4f}"
    )
    print(f"median of the ratios pair by pair: {statistics.median(ratios):.4f}")


if __name__ == "__main__":
    main()
