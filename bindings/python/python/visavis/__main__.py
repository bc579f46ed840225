"""The command line program: `visavis`, or `python -m visavis`. It is the same one that cargo and npm install."""

from __future__ import annotations

import signal
import sys

from visavis import _onnxruntime, _visavis


def main() -> int:
    """Run the program with the arguments of this process and return its exit status."""
    # The program does not return to the interpreter, whose own handler would wait until it does.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _visavis.command(["visavis", *sys.argv[1:]], _onnxruntime.library())


if __name__ == "__main__":
    sys.exit(main())
