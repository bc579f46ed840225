"""What a user's type checker reports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CARELESS = """
import visavis

def welcome(probe: str, reference: str) -> None:
    verdict = visavis.verify(probe, reference)
    if verdict:
        print("welcome")
    "what follows is checked too" + 1
"""

BATCH = """
import visavis

def count(pairs: list[tuple[str, str]]) -> int:
    matches = 0
    for outcome in visavis.verify_many(pairs):
        if outcome.error is not None:
            print(outcome.index, type(outcome.error).__name__)
        else:
            matches += outcome.value.is_match
            print(outcome.value.probe.face_count)
    for made in visavis.extract_many(["a.jpg"]):
        if isinstance(made, visavis.Failure):
            raise made.error
        print(made.value.template.to_bytes(), made.get().sample.width)
    return matches
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests: mypy caches its analysis of the package there."""
    return tmp_path_factory.mktemp("types")


def mypy(program: str, folder: Path, *flags: str) -> str:
    (folder / "program.py").write_text(program)
    call = [sys.executable, "-m", "mypy", "--strict", *flags, "program.py"]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True).stdout


def test_a_verdict_as_a_condition_hides_nothing_that_follows_it(folder: Path) -> None:
    said = mypy(CARELESS, folder)
    assert "program.py:8: error: Unsupported operand types" in said and "Found 1 error" in said


def test_a_verdict_as_a_condition_is_reported_on_request(folder: Path) -> None:
    said = mypy(CARELESS, folder, "--enable-error-code", "truthy-bool")
    assert 'program.py:6: error: "verdict" has type "Verdict"' in said and "Found 2 errors" in said


def test_outcomes_of_a_batch_need_no_cast(folder: Path) -> None:
    assert mypy(BATCH, folder).startswith("Success")
