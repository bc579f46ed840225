"""The pieces of `cargo xtask bench`: each measures one thing and writes it as a section of docs/BENCHMARKS.md.

`python bench/measure.py [PIECE...] --programs FOLDER --work FOLDER`. The subjects of a comparison take turns, so that other
load on the machine affects all of them alike, and the ratio of medians counts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

# One thread each; every library reads this when it is imported.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import photographs
import report
from piped import Subject
from protocol import pairs_of, spread, table

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
GOLDEN = ROOT / "tests/golden/images"


class Skipped(Exception):
    """Why a piece cannot be measured here."""


def stages(options: argparse.Namespace) -> str:
    """Photos in the sizes of phones: from bytes to a template, compared with the time that OpenCV takes to decode them."""
    made = photographs.make(options.work / "photos", options.sizes)
    fast, embedded, opencv = core(options, "onnxruntime"), core(options, "embedded"), decoder()
    rows = []
    for photo in made:
        scales = ("full", "half", "quarter", "eighth") if photo.kind != "PNG" else ("full",)
        # Not all of 48 megapixels: that may exceed the default limits, and no photo needs it.
        parts = ("bytes",) if photo.megapixels == "48" else ("bytes", "decode", "pixels")
        runs = {("visavis", what): (fast, what) for what in parts}
        runs["embedded", "bytes"] = (embedded, "bytes")
        runs.update({("opencv", scale): (opencv, scale) for scale in scales})
        rounds = options.rounds if photo.megapixels != "48" else max(3, options.rounds // 3)
        spent = take_turns(runs, photo.path, rounds)
        whole, full = median(spent["visavis", "bytes"], 1), median(spent["opencv", "full"], 1)
        decode, detect, extract = (median(spent["visavis", "bytes"], part) for part in (2, 3, 4))
        rows.append(
            [
                f"{photo.megapixels} MP {photo.kind}, {size(photo.path)}",
                f"{whole:.1f}",
                f"{decode:.1f} + {detect:.1f} + {extract:.1f}",
                *(
                    f"{median(spent['visavis', what], 1):.1f}" if ("visavis", what) in spent else "-"
                    for what in ("pixels", "decode")
                ),
                f"{median(spent['embedded', 'bytes'], 1):.1f}",
                " / ".join(f"{median(spent['opencv', scale], 1):.1f}" for scale in scales),
                f"{whole / full:.2f}",
            ]
        )
    columns = (
        "photo",
        "visavis, bytes to template",
        "of it decode + detect + extract",
        "visavis, pixels to template",
        "visavis, full decode",
        "embedded engine, bytes to template",
        "OpenCV decode, full / half / quarter / eighth",
        "visavis / OpenCV's full decode",
    )
    note = (
        f"Processor time in milliseconds (the stages: by the clock), one thread, medians of {options.rounds} interleaved "
        f"rounds (48 megapixels: {max(3, options.rounds // 3)}). {fast.about}; {embedded.about}; {opencv.about}."
    )
    return f"{note}\n\n{table(columns, rows)}"


def engines(options: argparse.Namespace) -> str:
    """Photos of LFW's size: the whole way compared with the two networks alone, and both engines."""
    fast, embedded = core(options, "onnxruntime"), core(options, "embedded")
    chosen = lfw(options, 30) or [GOLDEN / "exif-1.jpg", GOLDEN / "hopper-128.png"]
    runs = {
        ("ONNX Runtime", "networks"): (fast, "networks"),
        ("ONNX Runtime", "bytes"): (fast, "bytes"),
        ("embedded", "networks"): (embedded, "networks"),
        ("embedded", "bytes"): (embedded, "bytes"),
    }
    spent: dict[tuple[str, str], list[list[float]]] = {run: [] for run in runs}
    for photo in chosen:
        for run, times in take_turns(runs, photo, options.rounds).items():
            spent[run].extend(times)
    base = median(spent["ONNX Runtime", "networks"], 1)
    rows = [
        [f"{engine}, {what}", f"{median(times, 1):.2f}", f"{median(times, 1) / base:.2f}"]
        for (engine, what), times in spent.items()
    ]
    note = (
        f"Processor time in milliseconds, one thread, medians over {len(chosen)} photos of {source(options)}, {options.rounds} "
        f"interleaved rounds each. {fast.about}; {embedded.about}."
    )
    return f"{note}\n\n{table(('', 'median', 'x the networks alone'), rows)}"


def start(options: argparse.Namespace) -> str:
    """From the start of a process to its first verdict, after which it ends."""
    pair = [str(GOLDEN / name) for name in ("astronaut.jpg", "astronaut-dark.jpg")]
    program = str(options.programs / "visavis")
    runs = {f"visavis, {engine}": [program, "verify", "--engine", engine, *pair] for engine in ("onnxruntime", "embedded")}
    for name in (["visavis"] if find_spec("visavis") else []) + peers():
        runs[f"Python, {name}"] = [sys.executable, str(BENCH / "first_verdict.py"), name, *pair]
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(options.rounds + 1):
        for name in rotated(list(runs), turn):
            begin = time.perf_counter()
            done = subprocess.run(runs[name], capture_output=True, text=True, env=quiet(options))
            if done.returncode not in (0, 1):
                raise RuntimeError(f"{name}: {done.stderr.strip()[-300:]}")
            spent[name].append((time.perf_counter() - begin) * 1e3)
    medians = {name: statistics.median(times[1:]) for name, times in spent.items()}
    base = medians["visavis, onnxruntime"]
    rows = [[name, f"{value:.0f}", f"{value / base:.1f}"] for name, value in medians.items()]
    note = f"Milliseconds by the clock, medians of {options.rounds} interleaved starts with a warm file cache."
    return f"{note}\n\n{table(('', 'start to first verdict', 'ratio'), rows)}"


def memory(options: argparse.Namespace) -> str:
    """Each photo in a separate process: the peak memory, and how far it is above the idle level of the process."""
    made = photographs.make(options.work / "photos", options.sizes)
    rows = []
    for photo in made:
        cells = [f"{photo.megapixels} MP {photo.kind}"]
        for engine in ("onnxruntime", "embedded"):
            process = core(options, engine)
            process.ask("bytes", GOLDEN / "exif-1.jpg")
            idle = process.peak_mib()
            process.ask("bytes", photo.path)
            cells += [f"{process.peak_mib():.0f}", f"{process.peak_mib() - idle:.0f}"]
            process.stop()
        rows.append(cells)
    columns = ("photo", "ONNX Runtime: peak", "above idle", "embedded: peak", "above idle")
    note = "MiB, one worker. An idle process has made its verifier and one template of a photo of 250 pixels; the file itself counts."
    return f"{note}\n\n{table(columns, rows)}"


def python_peers(options: argparse.Namespace) -> str:
    """Alternative packages in Python: `bench/compare.py`."""
    if find_spec("visavis") is None:
        raise Skipped("visavis is not installed in this Python")
    command = [sys.executable, str(BENCH / "compare.py"), "--data", str(data(options))]
    command += ["--subjects", ",".join(["visavis", "visavis-embedded", *peers()])]
    return output(command + counts(options), options)


def node_peers(options: argparse.Namespace) -> str:
    """Alternative packages in Node: `bench/compare.mjs`."""
    node = shutil.which("node")
    if node is None or not (BENCH / "node_modules/visavis").exists():
        raise Skipped("Node is missing, or its packages are not installed as bench/README.md describes")
    return output([node, str(BENCH / "compare.mjs"), "--data", str(data(options)), *counts(options)], options)


def limit(options: argparse.Namespace) -> str:
    """The networks' multiply-adds at the highest rate that a matrix product reaches on this machine."""
    import numpy as np

    side = 1024
    left, right = np.ones((side, side), np.float32), np.ones((side, side), np.float32)
    rates = []
    for _ in range(100):
        begin = time.process_time()
        left @ right
        rates.append(side**3 / (time.process_time() - begin) / 1e9)
    peak = max(rates)
    # All levels, and the rest if a clear face makes the finest level unnecessary, as on LFW's photos at 256.
    needed = {
        "detector at 320, all levels": 0.245,
        "detector at 320": 0.121,
        "detector at 256": 0.077,
        "extractor": 0.22,
    }
    rows = [[name, f"{work:.3f}", f"{work / peak * 1e3:.2f}"] for name, work in needed.items()]
    total = needed["detector at 256"] + needed["extractor"]
    rows.append(["a photo of LFW: the last two", f"{total:.3f}", f"{total / peak * 1e3:.2f}"])
    note = (
        f"The largest rate of multiply-adds that numpy's BLAS reached on one thread: {peak:.1f} billion a second, in a "
        f"product of {side} x {side} matrices."
    )
    return f"{note}\n\n{table(('network', 'billion multiply-adds', 'milliseconds at that rate'), rows)}"


PIECES = {
    "stages": stages,
    "engines": engines,
    "start": start,
    "memory": memory,
    "python": python_peers,
    "node": node_peers,
    "limit": limit,
}


def core(options: argparse.Namespace, engine: str) -> Subject:
    program = options.programs / "examples/bench_subject"
    try:
        return Subject([str(program), f"engine={engine}"], quiet(options), "visavis")
    except OSError as error:
        raise Skipped(f"{program}: {error}") from None


def decoder() -> Subject:
    if "opencv" not in peers():
        raise Skipped("OpenCV is not installed in this Python")
    return Subject([sys.executable, str(BENCH / "subject_decode.py")], None, "OpenCV")


def peers() -> list[str]:
    """The peers that are installed."""
    modules = {"onnxruntime": "onnxruntime", "opencv": "cv2", "face_recognition": "face_recognition"}
    return [name for name, module in modules.items() if find_spec(module)]


def take_turns(
    runs: dict[tuple[str, str], tuple[Subject, str]], photo: Path, rounds: int
) -> dict[tuple[str, str], list[list[float]]]:
    """The times of each run, after a warm-up that does not count."""
    spent: dict[tuple[str, str], list[list[float]]] = {run: [] for run in runs}
    for turn in range(rounds + 1):
        for run in rotated(list(runs), turn):
            subject, what = runs[run]
            times = subject.ask(what, photo)
            if turn:
                spent[run].append(times)
    return spent


def rotated(names: list, turn: int) -> list:
    """Each goes first as often as the others."""
    first = turn % len(names)
    return names[first:] + names[:first]


def median(times: list[list[float]], part: int) -> float:
    return statistics.median(time[part] for time in times)


def data(options: argparse.Namespace) -> Path:
    if options.data is None or not (options.data / "test.csv").is_file():
        raise Skipped("it needs LFW View 1, as bench/README.md describes: --data FOLDER")
    return options.data


def lfw(options: argparse.Namespace, count: int) -> list[Path]:
    if options.data is None or not (options.data / "test.csv").is_file():
        return []
    return [options.data / pair.probe for pair in spread(pairs_of(options.data / "test.csv"), count)]


def source(options: argparse.Namespace) -> str:
    return "LFW View 1, test" if lfw(options, 1) else "the golden set"


def counts(options: argparse.Namespace) -> list[str]:
    """How much of the data is used: not train, which takes an hour and for which `compare.py` has an optional column."""
    few = ["--test-pairs", "60", "--pairs", "4", "--rounds", "2"] if options.quick else []
    return ["--train-pairs", "0", *few]


def output(command: list[str], options: argparse.Namespace) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=quiet(options))
    if done.returncode:
        raise RuntimeError(f"{Path(command[1]).name} failed ({done.returncode})")
    return done.stdout


def quiet(options: argparse.Namespace) -> dict[str, str]:
    extra = {"ORT_DYLIB_PATH": str(options.onnxruntime)} if options.onnxruntime else {}
    return {**os.environ, **extra}


def size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.2f} MB"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pieces", nargs="*", help=f"of {', '.join(PIECES)} (default: all)")
    parser.add_argument("--programs", type=Path, required=True, help="the folder with visavis and examples/bench_subject")
    parser.add_argument("--work", type=Path, required=True, help="where photos and sections are kept")
    parser.add_argument("--out", type=Path, help="the document (default: BENCHMARKS.md in the folder of --work)")
    parser.add_argument("--onnxruntime", type=Path, help="ONNX Runtime's library")
    parser.add_argument("--data", type=Path, help="the folder with LFW View 1")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--sizes", type=lambda text: text.split(","), default=list(photographs.SIZES))
    parser.add_argument("--quick", action="store_true", help="a few pairs and rounds, to check that it runs")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 2
    unknown = [piece for piece in options.pieces if piece not in PIECES]
    if unknown:
        parser.error(f"no such piece: {', '.join(unknown)}")
    options.work.mkdir(parents=True, exist_ok=True)
    failed = [piece for piece in options.pieces or PIECES if not measured(piece, options)]
    sections = {name: (function.__doc__ or "", options.work / f"{name}.md") for name, function in PIECES.items()}
    document = report.document(sections)
    (options.out or options.work / "BENCHMARKS.md").write_text(document, encoding="utf-8")
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def measured(piece: str, options: argparse.Namespace) -> bool:
    """Writes the section of a piece. Returns whether nothing failed: a piece that cannot be measured here has not failed."""
    print(f"{piece} ...", file=sys.stderr, flush=True)
    stamp, good = report.stamp(), True
    try:
        section = f"{PIECES[piece](options)}\n*{stamp}*\n"
    except Skipped as why:
        print(f"SKIPPED {piece}: {why}", file=sys.stderr)
        section = f"Not measured: {why}.\n\n*{stamp}*\n"
    except (RuntimeError, OSError) as why:
        print(f"{piece}: {why}", file=sys.stderr)
        section, good = f"Failed: {why}\n\n*{stamp}*\n", False
    (options.work / f"{piece}.md").write_text(section, encoding="utf-8")
    return good


if __name__ == "__main__":
    sys.exit(main())
