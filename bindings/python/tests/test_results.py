"""What is answered: plain, frozen, comparable; and templates."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
from pathlib import Path

import numpy
import pytest
import visavis


def test_verdicts_are_values(verifier: visavis.Verifier, astronaut: bytes, hopper: bytes) -> None:
    verdict = verifier.verify(astronaut, hopper)
    again = verifier.verify(astronaut, hopper)
    # Timings differ, and are no part of it.
    assert verdict == again and hash(verdict) == hash(again)
    assert verdict != verifier.verify(hopper, astronaut)
    assert verdict.probe_face is verdict.probe.face and verdict.reference_face is verdict.reference.face
    assert verdict.integer_score == int(verdict.score) == 11
    assert verdict.false_match_rate == pytest.approx(10 ** (-verdict.score / 10))
    for same in (pickle.loads(pickle.dumps(verdict)), copy.deepcopy(verdict)):
        assert same == verdict
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.is_match = True  # type: ignore[misc]
    assert "is_match=False" in repr(verdict)
    assert verdict.probe.timings.decode > 0 and verdict.probe.timings.detect > 0


def test_numbers_are_the_engines_own(verifier: visavis.Verifier, astronaut: bytes, hopper: bytes) -> None:
    verdict = verifier.verify(astronaut, hopper)
    for number in (verdict.score, verdict.similarity, *verdict.probe.face.box):
        # Nine digits tell every number of 32 bits from its neighbours.
        assert number == float(str(numpy.float32(number))) and len(repr(number)) <= 12


def test_nothing_is_true_by_accident(verifier: visavis.Verifier, astronaut: bytes) -> None:
    template = verifier.extract(astronaut)
    verdict = verifier.verify(astronaut, astronaut)
    outcome = next(iter(verifier.verify_many([(astronaut, astronaut)])))
    for answer in (verdict, verifier.compare(template, template), verifier.detect(astronaut), outcome):
        with pytest.raises(TypeError, match="neither true nor false"):
            bool(answer)
        with pytest.raises(TypeError):
            _ = answer or None


def test_the_threshold_decides(astronaut: bytes, hopper: bytes) -> None:
    for threshold, is_match in [(11, True), (11.1, False), (12, False)]:
        verifier = visavis.Verifier(threshold=threshold)
        assert verifier.threshold == threshold
        assert verifier.verify(astronaut, hopper).is_match is is_match


def test_faces_are_found_where_they_are(verifier: visavis.Verifier, images: Path) -> None:
    found = verifier.detect(images / "two-people.jpg")
    assert len(found.faces) == 2 and found.chosen is not None and found.face == found.faces[found.chosen]
    for face in found.faces:
        right, left = face.landmarks.right_eye, face.landmarks.left_eye
        assert right.x < left.x < face.box.x + face.box.width and 0.9 < face.confidence <= 1
        x, y, width, height = face.box
        assert x <= face.landmarks.nose.x <= x + width and y <= face.landmarks.nose.y <= y + height
    nothing = verifier.detect(images / "gray.png")
    assert nothing.faces == () and nothing.face is None and nothing.chosen is None
    assert isinstance(nothing.problem, visavis.PhotoError) and nothing.problem.code == "NO_FACE"


def test_templates_are_values(verifier: visavis.Verifier, astronaut: bytes, hopper: bytes) -> None:
    template, other = verifier.extract(astronaut), verifier.extract(hopper)
    data = template.to_bytes()
    assert bytes(template) == data and len(data) == 796 and data[:4] == b"VAVT"
    for same in (
        visavis.Template.from_bytes(data),
        pickle.loads(pickle.dumps(template)),
        copy.copy(template),
    ):
        assert same == template and hash(same) == hash(template) and same.to_bytes() == data
    assert (
        template != other
        and template != data
        and len({template, other, visavis.Template.from_bytes(data)}) == 2
    )
    assert (template.dimensions, template.is_failed, len(template.model)) == (192, False, 32)
    assert repr(template) == "Template(192 dimensions)"
    failed = visavis.Template.failed()
    assert (
        failed.is_failed and failed.dimensions == 0 and visavis.Template.from_bytes(bytes(failed)) == failed
    )
    with pytest.raises(TypeError):
        visavis.Template()


def test_templates_give_the_score_of_their_photos(
    verifier: visavis.Verifier, astronaut: bytes, hopper: bytes
) -> None:
    verdict = verifier.verify(astronaut, hopper)
    comparison = verifier.compare(verifier.extract(astronaut), verifier.extract(hopper))
    assert (comparison.score, comparison.similarity) == (verdict.score, verdict.similarity)
    assert (comparison.integer_score, comparison.is_match) == (verdict.integer_score, verdict.is_match)
    face = verifier.detect(astronaut).face
    assert face is not None and verifier.extract_face(astronaut, face) == verifier.extract(astronaut)
    # A face that was kept as a value is as good.
    assert verifier.extract_face(astronaut, pickle.loads(pickle.dumps(face))) == verifier.extract(astronaut)


@pytest.mark.parametrize("place", [float("nan"), float("inf"), 0.0, 1e30])
def test_nonsense_faces_are_errors_or_answers(
    verifier: visavis.Verifier, astronaut: bytes, place: float
) -> None:
    point = visavis.Point(place, place)
    face = visavis.Face(
        visavis.Box(place, 0, 1, 1), visavis.Landmarks(point, point, point, point, point), 1.0
    )
    try:
        assert verifier.extract_face(astronaut, face).dimensions == 192
    except visavis.Error as error:
        assert error.code == "NO_FACE" and not math.isfinite(place)


def test_patterns_match(verifier: visavis.Verifier, astronaut: bytes) -> None:
    assert visavis.Verdict.__match_args__[:3] == ("score", "similarity", "is_match")
    assert visavis.Face.__match_args__ == ("box", "landmarks", "confidence")


def test_verifiers_tell_what_they_are_and_are_not_pickled(verifier: visavis.Verifier) -> None:
    assert repr(verifier).startswith("Verifier(engine=onnxruntime 1.28.0, workers=")
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="in each process"):
            attempt(verifier)
    verifier.warm_up()
