"""`verify_many` and `extract_many`: order, errors, reading ahead, an early end."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import visavis
from conftest import python


def threads_of_pool() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("visavis")]


def test_outcomes_come_in_order_with_their_errors(
    verifier: visavis.Verifier, images: Path, hopper: bytes
) -> None:
    photo = images / "astronaut.jpg"
    kinds: list[Any] = [
        (photo, hopper),
        (photo, images / "gray.png"),
        (photo, images / "missing"),
        (photo, None),
        (photo,),
        None,
        (photo, photo),
    ]
    reported: list[tuple[int, int | None]] = []
    pairs = kinds * 3
    outcomes = list(verifier.verify_many(pairs, threads=3, progress=lambda *state: reported.append(state)))
    assert [outcome.index for outcome in outcomes] == list(range(21))
    assert all(outcome.item is pair for outcome, pair in zip(outcomes, pairs))
    assert reported == [(done, 21) for done in range(1, 22)]
    for start in range(0, 21, 7):
        scores = [getattr(outcome.value, "integer_score", None) for outcome in outcomes[start : start + 7]]
        errors = [type(outcome.error) for outcome in outcomes[start : start + 7]]
        none = type(None)
        assert scores == [10, None, None, None, None, None, 100]
        assert errors == [
            none,
            visavis.NoFaceError,
            FileNotFoundError,
            TypeError,
            ValueError,
            TypeError,
            none,
        ]
    assert outcomes[0].get().integer_score == 10
    with pytest.raises(visavis.PhotoError):
        outcomes[1].get()
    assert "JFIF" not in repr(outcomes) and "item" not in repr(outcomes[0])


def test_templates_are_extracted_in_parallel(verifier: visavis.Verifier, images: Path) -> None:
    names = ["astronaut.jpg", "gray.png", "hopper.jpg"] * 3
    reported: list[tuple[int, int | None]] = []
    outcomes = list(
        verifier.extract_many(
            (images / name for name in names), threads=2, progress=lambda *state: reported.append(state)
        )
    )
    assert reported == [(done, None) for done in range(1, 10)]
    for outcome, name in zip(outcomes, names):
        assert outcome.item == images / name
        if name == "gray.png":
            assert isinstance(outcome, visavis.Failure) and isinstance(outcome.error, visavis.NoFaceError)
        else:
            assert isinstance(outcome, visavis.Success) and outcome.error is None
            assert outcome.get() is outcome.value and outcome.value == verifier.extract(images / name)


def test_pairs_may_hold_templates_and_have_a_threshold(verifier: visavis.Verifier, images: Path) -> None:
    template = verifier.extract(images / "astronaut.jpg").template
    pairs = [(template, images / "hopper.jpg"), (images / "gray.png", template), (template, template)]
    outcomes = list(verifier.verify_many(pairs, threshold=10))
    values = [None if outcome.value is None else outcome.value.integer_score for outcome in outcomes]
    assert values == [10, None, 100]
    assert outcomes[0].get().is_match and getattr(outcomes[1].error, "side", None) == "probe"


def test_nothing_is_read_far_ahead(verifier: visavis.Verifier) -> None:
    taken = 0

    def endless() -> Iterator[tuple[bytes, bytes]]:
        nonlocal taken
        for number in itertools.count(1):
            taken = number
            yield b"", b""

    for outcome in verifier.verify_many(endless(), threads=2):
        assert taken - outcome.index <= 8
        if outcome.index == 1000:
            break


def test_an_early_end_leaves_nothing_behind(verifier: visavis.Verifier, images: Path) -> None:
    pair = (images / "astronaut.jpg", images / "hopper.jpg")
    outcomes = verifier.verify_many(itertools.repeat(pair), threads=2)
    assert not threads_of_pool()
    next(outcomes)
    assert threads_of_pool()
    outcomes.close()  # type: ignore[attr-defined]
    assert not threads_of_pool()
    outcomes = verifier.verify_many(itertools.repeat(pair), threads=2, progress=lambda done, total: None)
    next(outcomes)
    del outcomes
    assert not threads_of_pool()


def test_errors_of_the_caller_are_raised(verifier: visavis.Verifier, images: Path) -> None:
    for threads in (0, -1, 5000):
        with pytest.raises(visavis.CallerError, match="threads"):
            verifier.verify_many([], threads=threads)
    with pytest.raises(TypeError):
        verifier.verify_many(5)  # type: ignore[arg-type]
    assert list(verifier.verify_many([])) == []

    def broken() -> Iterator[tuple[bytes, bytes]]:
        yield b"", b""
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        list(verifier.verify_many(broken()))

    def stop(done: int, total: int | None) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        list(visavis.verify_many([(b"", b"")] * 50, progress=stop))
    assert not threads_of_pool()


def test_an_interrupt_ends_it() -> None:
    program = """
import itertools, os, signal, sys, threading, visavis
# A shell that starts tests in the background makes them ignore this signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
def pairs():
    for index in itertools.count():
        if index == 20:
            os.kill(os.getpid(), signal.SIGINT)
        yield "astronaut.jpg", "hopper.jpg"
try:
    for outcome in visavis.verify_many(pairs()):
        outcome.get()
except KeyboardInterrupt:
    print("interrupted", threading.active_count())
"""
    done = python("-c", program)
    assert (done.returncode, done.stdout) == (0, "interrupted 1\n"), done.stderr


def test_an_interrupt_reaches_a_program_that_verifies() -> None:
    program = """
import os, signal, threading, time, visavis
signal.signal(signal.SIGINT, signal.default_int_handler)
verify = visavis.Verifier().verify
threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()
try:
    while True:
        verify("astronaut.jpg", "hopper.jpg")
except KeyboardInterrupt:
    print("interrupted")
"""
    done = python("-c", program)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
