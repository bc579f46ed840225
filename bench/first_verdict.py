"""Runs one subject on one pair of photos, and exits: `python bench/first_verdict.py SUBJECT PROBE REFERENCE`."""

from __future__ import annotations

import sys
from pathlib import Path

import compare
import protocol

if __name__ == "__main__":
    name, probe, reference = sys.argv[1:]
    match = protocol.verify(compare.SUBJECTS[name](), Path(probe).read_bytes(), Path(reference).read_bytes())
    print("same" if match else "different")
