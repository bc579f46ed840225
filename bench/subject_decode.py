"""OpenCV's decoder, with requests as in `subject_core.rs`: WHAT is full, half, quarter or eighth."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import cv2
import numpy as np

FLAGS = {
    "full": cv2.IMREAD_COLOR,
    "half": cv2.IMREAD_REDUCED_COLOR_2,
    "quarter": cv2.IMREAD_REDUCED_COLOR_4,
    "eighth": cv2.IMREAD_REDUCED_COLOR_8,
}


def main() -> None:
    cv2.setNumThreads(1)
    print(cv2.__version__, flush=True)
    files: dict[str, np.ndarray] = {}
    for line in sys.stdin:
        what, path = line.rstrip("\n").split("\t")
        if path not in files:
            files[path] = np.frombuffer(Path(path).read_bytes(), np.uint8)
        clock, processor = time.perf_counter(), time.process_time()
        decoded = cv2.imdecode(files[path], FLAGS[what])
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        print("error" if decoded is None else f"{clock * 1e3:.4f} {processor * 1e3:.4f}", flush=True)


if __name__ == "__main__":
    main()
