"""A program that answers requests line by line: WHAT, tab, PATH; the answer is in milliseconds."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Subject:
    def __init__(self, command: list[str], environment: dict[str, str] | None, name: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        #: The first line that it prints describes it.
        self.about = f"{name}: {self.read()}"

    def ask(self, what: str, path: Path | str = "") -> list[float]:
        """Wall-clock time, processor time, and parts of the first."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\t{path}\n")
        self.process.stdin.flush()
        answer = self.read()
        if answer.startswith("error"):
            raise RuntimeError(f"{self.about}: {what} of {path}: {answer}")
        return [float(word) for word in answer.split()]

    def read(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} ended")
        return line.strip()

    def peak_mib(self) -> float:
        """The most memory that it has held (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def stop(self) -> None:
        # This also closes the pipes.
        self.process.communicate()

    def __del__(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
