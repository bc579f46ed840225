"""Threads and processes."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import visavis
from conftest import run


def test_threads_share_a_verifier(verifier: visavis.Verifier, images: Path) -> None:
    names = ["astronaut.jpg", "hopper.jpg", "two-people.jpg", "gray.png", "astronaut-dark.jpg"] * 8

    def answer(name: str) -> object:
        try:
            return verifier.verify(images / name, images / "astronaut.png")
        except visavis.Error as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(answer, names))
    assert answers == [answer(name) for name in names[:5]] * 8


def test_the_lock_is_released_while_it_works(images: Path) -> None:
    # One worker, so that all of the work is in the calling thread.
    verifier = visavis.Verifier(workers=1, engine="embedded")
    photo = (images / "astronaut.jpg").read_bytes()
    working, counted = threading.Event(), 0

    def work() -> None:
        for _ in range(5):
            verifier.verify(photo, photo)
        working.clear()

    working.set()
    thread = threading.Thread(target=work)
    thread.start()
    while working.is_set():
        counted += 1
        time.sleep(0.001)
    thread.join()
    # If the lock were held, this thread could count only between calls.
    assert counted > 20


def test_concurrent_first_calls_create_one_default_verifier() -> None:
    program = """
import threading, visavis
from visavis import _default
made = []
class Counting(_default.Verifier):
    def __init__(self, **settings):
        made.append(1)
        super().__init__(**settings)
_default.Verifier = Counting
barrier = threading.Barrier(8)
def ask():
    barrier.wait()
    visavis.detect("astronaut.jpg")
threads = [threading.Thread(target=ask) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(made))
"""
    assert run(program) == "1"


def test_a_failure_to_create_the_default_verifier_is_not_remembered() -> None:
    program = """
import os, visavis
os.environ["ORT_DYLIB_PATH"] = "/nowhere"
from visavis import _default
real = _default.Verifier
_default.Verifier = lambda: real(engine="onnxruntime")
try:
    visavis.verify("astronaut.jpg", "hopper.jpg")
except visavis.SetupError as error:
    print(error.code)
del os.environ["ORT_DYLIB_PATH"]
print(visavis.verify("astronaut.jpg", "hopper.jpg").integer_score)
"""
    assert run(program).split() == ["ENGINE_UNAVAILABLE", "10"]


WORK = """
import multiprocessing, os, sys, threading
import visavis

def score(pair):
    return visavis.verify(*pair).integer_score

def fails(name):
    return visavis.verify("astronaut.jpg", name)

def main(method, engine):
    context = multiprocessing.get_context(method)
    here = visavis.Verifier(engine=engine)
    expected = here.verify("astronaut.jpg", "hopper.jpg").integer_score
    visavis.verify("astronaut.jpg", "hopper.jpg")
    with context.Pool(2) as pool:
        scores = pool.map(score, [("astronaut.jpg", "hopper.jpg")] * 6)
        assert scores == [expected] * 6, scores
        verdict = pool.apply(visavis.verify, ("astronaut.jpg", "hopper.jpg"))
        assert verdict == visavis.verify("astronaut.jpg", "hopper.jpg")
        assert pool.apply(visavis.extract, ("hopper.jpg",)) == visavis.extract("hopper.jpg")
        try:
            pool.apply(fails, ("gray.png",))
        except visavis.PhotoError as error:
            print(error.code, error.side)
    if method == "fork":
        # An explicit verifier survives fork too, even while other threads use it.
        stop = threading.Event()
        def busy():
            while not stop.is_set():
                here.verify("astronaut.jpg", "hopper.jpg")
        threads = [threading.Thread(target=busy) for _ in range(2)]
        [thread.start() for thread in threads]
        for _ in range(5):
            child = os.fork()
            if child == 0:
                os._exit(here.verify("astronaut.jpg", "hopper.jpg").integer_score)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == expected
        stop.set()
        [thread.join() for thread in threads]

if __name__ == "__main__":
    main(*sys.argv[1:])
"""


@pytest.mark.parametrize("engine", ["onnxruntime", "embedded"])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_child_processes_can_verify(tmp_path: Path, method: str, engine: str) -> None:
    from conftest import python

    program = tmp_path / "work.py"
    program.write_text(WORK)
    done = python(str(program), method, engine)
    assert (done.returncode, done.stdout) == (0, "NO_FACE reference\n"), done.stderr


def test_a_fork_while_the_default_verifier_is_created_does_not_hang() -> None:
    program = """
import os, visavis
from visavis import _default
_default._lock.acquire()
child = os.fork()
if child == 0:
    os._exit(visavis.verify("astronaut.jpg", "hopper.jpg").integer_score)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run(program) == "10"
