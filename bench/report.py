"""The document made from the sections of `measure.py`."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: The goals for the figures, written by hand.
GOALS = ROOT / "bench/goals.md"

INTRODUCTION = """# Benchmarks

Written by `cargo xtask bench`, which measures all pieces or the given ones again; [bench/README.md](../bench/README.md) says
how. In every table the subjects took turns, so that the ratios hold although the times are this machine's.
"""


def document(sections: dict[str, tuple[str, Path]]) -> str:
    """`sections`: what each measures, and the file that it was written to."""
    parts = [INTRODUCTION]
    for name, (about, file) in sections.items():
        text = file.read_text(encoding="utf-8") if file.is_file() else "Not measured.\n"
        parts.append(f"## {name}\n\n{about}\n\n{text}")
    return "\n".join([*parts, GOALS.read_text(encoding="utf-8")])


def stamp() -> str:
    """When, at which commit and on which machine something was measured."""
    changed = " with changes" if output("git", "status", "--porcelain", "--untracked-files=no") else ""
    commit = output("git", "rev-parse", "--short", "HEAD")
    return (
        f"{time.strftime('%Y-%m-%d')}, commit {commit}{changed}; {processor()}, {os.cpu_count()} processors, load "
        f"{os.getloadavg()[0]:.1f}; Linux {platform.release()}, {output('rustc', '--version')}, Python "
        f"{platform.python_version()}"
    )


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    name = next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())
    flags = next((line for line in lines if line.startswith("flags")), "")
    widest = next((flag for flag in ("avx512f", "avx2", "sse4_2") if flag in flags.split()), "")
    return f"{name} {widest}".strip()


def output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()
    except OSError:
        return "unknown"
