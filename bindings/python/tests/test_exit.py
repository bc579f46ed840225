"""Interpreters that exit while the engine works."""

from __future__ import annotations

import pytest
from conftest import python, run

DAEMONS = """
import sys, threading, time, visavis
verifier = visavis.Verifier(engine=sys.argv[1], workers=2)
def work():
    while True:
        verifier.verify("astronaut.jpg", "hopper.jpg")
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
verifier.verify("astronaut.jpg", "hopper.jpg")
"""


@pytest.mark.parametrize("engine", ["onnxruntime", "embedded"])
def test_daemon_threads_that_verify_at_exit_leave_no_errors(engine: str) -> None:
    # Before the interpreter waited for them, 52 of 60 such programs printed errors of the engine, and one crashed.
    for _ in range(8):
        done = python("-c", DAEMONS, engine)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_daemon_threads_that_create_verifiers_at_exit_leave_no_errors() -> None:
    program = """
import threading, time, visavis
def work():
    while True:
        visavis.Verifier(workers=1)
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
"""
    for _ in range(5):
        assert run(program) == ""


def test_a_call_during_exit_is_an_error_that_says_so() -> None:
    program = """
import atexit
def late():
    for call in (visavis.Verifier, lambda: visavis.verify("astronaut.jpg", "hopper.jpg")):
        try:
            call()
        except RuntimeError as error:
            print(error)
# atexit calls the function registered first last.
atexit.register(late)
import visavis
visavis.verify("astronaut.jpg", "hopper.jpg")
"""
    assert run(program).splitlines() == ["visavis cannot be used while the interpreter exits"] * 2


def test_a_child_of_fork_exits_although_its_parent_was_verifying() -> None:
    program = """
import os, sys, threading, visavis
verifier = visavis.Verifier(workers=1)
started = threading.Event()
def work():
    while True:
        started.set()
        verifier.verify("astronaut.jpg", "hopper.jpg")
threading.Thread(target=work, daemon=True).start()
started.wait()
for _ in range(3):
    child = os.fork()
    if child == 0:
        sys.exit(verifier.verify("astronaut.jpg", "hopper.jpg").integer_score)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run(program).split() == ["10"] * 3


def test_a_valid_photo_creates_no_exception() -> None:
    # Creating one takes a lock that a child of fork waited for in vain, and releases the interpreter's lock outside a
    # call.
    program = """
from visavis import _visavis
asked = []
class Meta(type):
    def __getattribute__(cls, name):
        asked.append(name)
        return type.__getattribute__(cls, name)
class Path(str, metaclass=Meta):
    pass
photo = Path("astronaut.jpg")
asked.clear()
_visavis.Verifier([], None, None, None).detect(photo, False)
print(asked)
"""
    assert run(program) == "[]"
