"""The program `visavis` that pip installs, and `python -m visavis`; cli/ tests what it does."""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import visavis
from conftest import IMAGES, python

PROGRAM = str(Path(sys.executable).with_name("visavis"))
MODULE = [sys.executable, "-m", "visavis"]


def command(*arguments: str | bytes, stdin: bytes = b"") -> tuple[int, bytes, str]:
    done = subprocess.run([PROGRAM, *arguments], cwd=IMAGES, input=stdin, capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode()


def test_the_status_reports_the_verdict() -> None:
    status, out, err = command("verify", "astronaut.jpg", "astronaut-dark.jpg")
    assert (status, err) == (0, "") and out.startswith(b"same person: score 67.")
    status, out, err = command("verify", "astronaut.jpg", "hopper.jpg")
    assert (status, err) == (1, "") and out.startswith(b"different people: score 10.7, threshold 27\n")
    assert command("verify", "astronaut.jpg", "hopper.jpg", "--set", "threshold=10")[0] == 0


def test_the_module_and_the_program_are_the_same() -> None:
    for arguments in (["--help"], ["--version"], ["verify", "astronaut.jpg", "gray.png"], ["dance"]):
        module = subprocess.run([*MODULE, *arguments], cwd=IMAGES, capture_output=True)
        assert (module.returncode, module.stdout, module.stderr.decode()) == command(*arguments)
    assert command("--version")[1].decode().split()[1] == visavis.__version__
    entry = next(iter(importlib.metadata.entry_points(group="console_scripts", name="visavis")))
    assert entry.value == "visavis.__main__:main"


def test_it_has_every_command() -> None:
    usage = command("--help")[1].decode()
    for name in ("verify", "detect", "extract", "compare", "eval", "calibrate"):
        assert f"\n  {name} " in usage
        assert command(name, "--help")[0] == 0


def test_json_agrees_with_the_package() -> None:
    status, out, _ = command("verify", "astronaut.jpg", "hopper.jpg", "--json")
    reply = json.loads(out)
    verdict = visavis.verify(IMAGES / "astronaut.jpg", IMAGES / "hopper.jpg")
    assert status == 1 and out.count(b"\n") == 1
    assert (reply["score"], reply["similarity"]) == (verdict.score, verdict.similarity)
    assert reply["probe"]["face"]["confidence"] == verdict.probe_face.confidence
    engine = visavis.Verifier().engine
    # The package onnxruntime of this environment serves the program too.
    assert reply["engine"]["name"] == engine.name == "onnxruntime"
    assert reply["engine"]["library"] == engine.library


def test_with_json_errors_are_reported_on_both_streams() -> None:
    status, out, err = command("verify", "astronaut.jpg", "gray.png", "--json")
    assert (status, err) == (2, "visavis: gray.png: reference: no face was found (NO_FACE)\n")
    assert json.loads(out)["error"]["name"] == "NO_FACE"
    assert command("verify", "astronaut.jpg", "gray.png")[:2] == (2, b"")


def test_missing_files_and_wrong_usage() -> None:
    for arguments in (
        ["verify", "astronaut.jpg", "missing.jpg"],
        ["verify", "-", "-"],
        [],
        ["verify"],
        ["dance"],
    ):
        status, out, err = command(*arguments)
        assert status == 2 and not out and err, arguments
    status, _, err = command("verify", "a\x1b[2J.jpg", "b")
    assert status == 2 and "\x1b" not in err
    # A name that is not valid text reaches the program unchanged.
    status, _, err = command("verify", b"\xff.jpg", "astronaut.jpg")
    assert status == 2 and "Traceback" not in err


def test_streams_and_pipes_are_read(astronaut: bytes) -> None:
    assert command("verify", "-", "astronaut-dark.jpg", stdin=astronaut)[0] == 0
    shell = f"{PROGRAM} verify <(cat astronaut.jpg) hopper.jpg"
    assert subprocess.run(["bash", "-c", shell], cwd=IMAGES, stdout=subprocess.PIPE).returncode == 1


def test_an_interrupt_ends_a_running_program(tmp_path: Path) -> None:
    # The program waits for standard input; Python's own handler would only record the signal.
    for call in ([PROGRAM], MODULE):
        running = subprocess.Popen(
            [*call, "verify", "-", "hopper.jpg"],
            cwd=IMAGES,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        maps = Path(f"/proc/{running.pid}/maps")
        while "_visavis.abi3.so" not in maps.read_text():
            time.sleep(0.01)
        time.sleep(1)
        os.kill(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=60)
        assert (running.returncode, err) == (-signal.SIGINT, b"")


def test_the_module_can_be_imported_without_running_it() -> None:
    assert python("-c", "import visavis.__main__").stdout == ""
