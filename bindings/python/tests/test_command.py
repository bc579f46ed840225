"""`python -m visavis`."""

from __future__ import annotations

import json
import subprocess
import sys

import visavis
from conftest import IMAGES, python


def command(*arguments: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
    call = [sys.executable, "-m", "visavis", *arguments]
    done = subprocess.run(call, cwd=IMAGES, input=stdin, capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode()


def test_the_status_tells_the_verdict() -> None:
    status, out, err = command("verify", "astronaut.jpg", "astronaut-dark.jpg")
    assert (status, err) == (0, "") and out.startswith(b"same person: score 68.")
    status, out, err = command("verify", "astronaut.jpg", "hopper.jpg")
    assert (status, err) == (1, "") and out.startswith(b"different people: score 11.1, threshold 27\n")
    assert command("verify", "astronaut.jpg", "hopper.jpg", "--set", "threshold=10")[0] == 0


def test_json_is_that_of_the_other_command_line() -> None:
    status, out, _ = command("verify", "astronaut.jpg", "hopper.jpg", "--json", "--engine", "embedded")
    reply = json.loads(out)
    verdict = visavis.Verifier(engine="embedded").verify(IMAGES / "astronaut.jpg", IMAGES / "hopper.jpg")
    assert status == 1 and out.count(b"\n") == 1
    assert list(reply) == [
        "score",
        "similarity",
        "is_match",
        "threshold",
        "probe",
        "reference",
        "engine",
        "milliseconds",
    ]
    assert (reply["score"], reply["similarity"], reply["threshold"]) == (
        verdict.score,
        verdict.similarity,
        27,
    )
    probe = reply["probe"]
    assert list(probe) == ["path", "width", "height", "face", "face_count", "milliseconds"]
    assert (probe["path"], probe["width"], probe["height"], probe["face_count"]) == (
        "astronaut.jpg",
        512,
        512,
        1,
    )
    assert list(probe["face"]) == ["box", "landmarks", "confidence"]
    assert (
        list(probe["face"]["box"]) == ["x", "y", "width", "height"] and len(probe["face"]["landmarks"]) == 5
    )
    assert list(probe["milliseconds"]) == ["decode", "detect", "extract"]
    assert list(reply["engine"]) == ["name", "version", "library", "fallback_reason"]


def test_errors_are_told_twice_where_json_is_asked_for() -> None:
    status, out, err = command("verify", "astronaut.jpg", "gray.png", "--json")
    assert (status, err) == (2, "visavis: gray.png: reference: no face was found (NO_FACE)\n")
    assert json.loads(out) == {
        "error": {
            "name": "NO_FACE",
            "number": 40,
            "side": "reference",
            "stage": "choose",
            "path": "gray.png",
            "message": "no face was found",
        }
    }
    assert command("verify", "astronaut.jpg", "gray.png")[:2] == (2, b"")


def test_files_and_usage_that_are_wrong() -> None:
    for path, why in [("missing.jpg", "No such file or directory"), (".", "Is a directory")]:
        status, out, err = command("verify", "astronaut.jpg", path, "--json")
        assert (status, err) == (2, f"visavis: {path}: cannot be read: {why} (FILE_UNREADABLE)\n")
        error = {"name": "FILE_UNREADABLE", "path": path, "message": f"cannot be read: {why}"}
        assert json.loads(out) == {"error": error}
    for arguments in (
        ["-", "-"],
        ["a", "b", "--set", "colour=red"],
        ["a", "b", "--set", "x"],
        ["a", "b", "--threads", "no"],
    ):
        status, _, err = command("verify", *arguments)
        assert status == 2 and "INVALID_ARGUMENT" in err, arguments
    for arguments in ([], ["verify"], ["dance"]):
        assert command(*arguments)[0] == 2
    status, _, err = command("verify", "a\x1b[2J.jpg", "b")
    assert status == 2 and "\x1b" not in err
    assert command("--version")[1].decode().split()[1] == visavis.__version__


def test_streams_and_pipes_are_read(astronaut: bytes) -> None:
    assert command("verify", "-", "astronaut-dark.jpg", stdin=astronaut)[0] == 0
    shell = f"{sys.executable} -m visavis verify <(cat astronaut.jpg) hopper.jpg"
    assert subprocess.run(["bash", "-c", shell], cwd=IMAGES, stdout=subprocess.PIPE).returncode == 1


def test_the_module_can_be_imported_without_running_it() -> None:
    assert python("-c", "import visavis.__main__").stdout == ""
