"""The cases that every language must answer in the same way; tests/golden/README.md says how to run them."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
import visavis
from conftest import IMAGES, ROOT

COLUMNS = ["name", "options", "probe", "reference", "score", "error", "side"]
NUMBERS = {"min_face", "max_pixels", "max_bytes"}


class Case(NamedTuple):
    name: str
    options: str
    probe: str
    reference: str
    score: str
    error: str
    side: str


def lines() -> list[str]:
    text = (ROOT / "tests/golden/cases.tsv").read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def cases() -> list[Case]:
    header, *rows = [line.split("\t") for line in lines()]
    assert header == COLUMNS
    return [Case(*row) for row in rows]


def options(case: Case) -> dict[str, object]:
    pairs = [option.split("=") for option in case.options.split(";") if option]
    return {name: int(value) if name in NUMBERS else value for name, value in pairs}


@pytest.mark.parametrize("engine", ["onnxruntime", "embedded"])
def test_every_case_holds(engine: str) -> None:
    verifiers: dict[str, visavis.Verifier] = {}
    for case in cases():
        if case.options not in verifiers:
            verifiers[case.options] = visavis.Verifier(engine=engine, workers=1, **options(case))  # type: ignore
    apart = 0 if engine == "onnxruntime" else 1

    def complaint(case: Case) -> str:
        photos = [(IMAGES / name).read_bytes() for name in (case.probe, case.reference)]
        try:
            verdict = verifiers[case.options].verify(photos[0], photos[1])
        except visavis.Error as error:
            holds = not case.score and (error.code, error.side) == (case.error, case.side)
            return "" if holds else f"{case.name}: expected {case[4:]}, got {error!r}"
        score = math.floor(verdict.score)
        holds = not case.error and abs(score - int(case.score)) <= apart and verdict.integer_score == score
        return "" if holds else f"{case.name}: expected {case[4:]}, got {verdict.score}"

    with ThreadPoolExecutor(2) as pool:
        complaints = list(pool.map(complaint, cases()))
    assert len(complaints) == len(lines()) - 1 > 100
    assert not any(complaints), "\n".join(filter(None, complaints))


@pytest.mark.parametrize("engine", ["onnxruntime", "embedded"])
def test_every_enrolment_holds(engine: str) -> None:
    text = (ROOT / "tests/golden/enrolment.tsv").read_text(encoding="utf-8")
    header, *rows = [line.split("\t") for line in text.splitlines()]
    assert header == ["name", "photos", "probe", "score", "error", "index"]
    verifier = visavis.Verifier(engine=engine)  # type: ignore
    for name, photos, probe, score, error, index in rows:
        enrolled = [(IMAGES / photo).read_bytes() for photo in photos.split(";") if photo]
        try:
            enrollment = verifier.enroll(enrolled)
        except visavis.Error as failure:
            expected = (error, int(index) if index else None)
            assert not score and (failure.code, failure.index) == expected, f"{name}: {failure!r}"
            continue
        got = verifier.verify((IMAGES / probe).read_bytes(), enrollment.template).integer_score
        assert not error and abs(got - int(score)) <= (engine == "embedded"), f"{name}: {got}, not {score}"
        assert len(enrollment.photos) == len(enrolled)
        assert all((photo.others is None) == (len(enrolled) == 1) for photo in enrollment.photos)
    assert len(rows) >= 18
