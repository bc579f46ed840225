"""The command line program: `visavis`, or `python -m visavis`. It is the same program that cargo and npm install."""

from __future__ import annotations

import signal
import sys

from visavis import _onnxruntime, _visavis


def main() -> int:
    """Run the program with the arguments of this process and return its exit status."""
    # Python's own handler would run only after the program has returned to the interpreter.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _visavis.command(["visavis", *sys.argv[1:]], _onnxruntime.library())


if __name__ == "__main__":
    sys.exit(main())
