"""The time from an empty folder to the first verdict: python bench/install.py FOLDER [ROUNDS]

FOLDER has what `cargo xtask packages FOLDER` made. pip and npm take turns, each with an empty cache: the package alone and,
with pip, also with ONNX Runtime, which is downloaded. The package itself is a local file, since it is on no registry yet.
"""

import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

IMAGES = pathlib.Path(__file__).parents[1] / "tests/golden/images"
PHOTOS = [str(IMAGES / name) for name in ("astronaut.jpg", "astronaut-dark.jpg")]

PYTHON = f"import visavis; print(visavis.verify(*{PHOTOS}).is_match)"
NODE = f"require('visavis').verify(...{PHOTOS}).then((verdict) => console.log(verdict.isMatch))"


def pip(folder, wheel, extra):
    python = folder / "venv/bin/python"
    return [
        ("environment", [sys.executable, "-m", "venv", folder / "venv"]),
        ("install", [python, "-m", "pip", "install", "--quiet", "--no-cache-dir", f"{wheel}{extra}"]),
        ("first verdict", [python, "-W", "ignore", "-c", PYTHON]),
        ("next start", [python, "-W", "ignore", "-c", PYTHON]),
    ]


def npm(folder, *packages):
    return [
        ("install", ["npm", "install", "--silent", "--no-audit", "--no-fund", "--cache", folder / "cache", *packages]),
        ("first verdict", ["node", "--no-warnings", "-e", NODE]),
        ("next start", ["node", "--no-warnings", "-e", NODE]),
    ]


def measured(steps, folder):
    times = {}
    for name, command in steps:
        start = time.monotonic()
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        times[name] = time.monotonic() - start
        assert "verdict" not in name or done.stdout.strip().lower() == "true", done.stdout
    return times


def main(packages, rounds=3):
    packages = pathlib.Path(packages).absolute()
    (wheel,) = packages.glob("visavis-*manylinux*x86_64*.whl")
    node = sorted(packages.glob("visavis-[0-9]*.tgz")) + sorted(packages.glob("visavis-linux-x64-gnu-*.tgz"))
    subjects = {
        "pip install visavis": lambda folder: pip(folder, wheel, ""),
        "pip install visavis[fast]": lambda folder: pip(folder, wheel, "[fast]"),
        "npm install visavis": lambda folder: npm(folder, *node),
    }
    all_times = {name: [] for name in subjects}
    for _ in range(int(rounds)):
        for name, steps in subjects.items():
            folder = pathlib.Path(tempfile.mkdtemp())
            try:
                all_times[name].append(measured(steps(folder), folder))
            finally:
                shutil.rmtree(folder)
    for name, times in all_times.items():
        medians = {step: statistics.median(one[step] for one in times) for step in times[0]}
        total = sum(seconds for step, seconds in medians.items() if step != "next start")
        print(f"{name}: {total:.1f} s;", ", ".join(f"{step} {seconds:.1f}" for step, seconds in medians.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
