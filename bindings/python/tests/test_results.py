"""The answers: plain, frozen, comparable; and templates."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import math
import pickle
import xml.etree.ElementTree
from pathlib import Path
from typing import Any

import numpy
import PIL.Image
import pytest
import visavis


def test_verdicts_are_values(verifier: visavis.Verifier, astronaut: bytes, hopper: bytes) -> None:
    verdict = verifier.verify(astronaut, hopper)
    again = verifier.verify(astronaut, hopper)
    # Times differ, and are not compared.
    assert verdict == again and hash(verdict) == hash(again)
    assert verdict != verifier.verify(hopper, astronaut)
    assert verdict.probe_face is verdict.probe.face and verdict.reference_face is verdict.reference.face
    assert verdict.integer_score == int(verdict.score) == 10
    assert verdict.false_match_rate == pytest.approx(10 ** (-verdict.score / 10))
    for same in (pickle.loads(pickle.dumps(verdict)), copy.deepcopy(verdict)):
        assert same == verdict
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.is_match = True  # type: ignore[misc]
    assert repr(verdict) == f"Verdict(is_match=False, score={verdict.score}, threshold=27.0)"
    spent = verdict.probe.milliseconds
    assert spent.decode > 0 and spent.detect > 0


def test_numbers_are_the_engines_own(verifier: visavis.Verifier, astronaut: bytes, hopper: bytes) -> None:
    verdict = verifier.verify(astronaut, hopper)
    for number in (verdict.score, verdict.similarity, *verdict.probe.face.bounds):
        # Nine digits distinguish every 32-bit number from its neighbours.
        assert number == float(str(numpy.float32(number))) and len(repr(number)) <= 12


def test_nothing_is_true_by_accident(verifier: visavis.Verifier, astronaut: bytes) -> None:
    template = verifier.extract(astronaut).template
    verdict = verifier.verify(astronaut, astronaut)
    outcome = next(iter(verifier.verify_many([(astronaut, astronaut)])))
    for answer in (verdict, verifier.compare(template, template), verifier.detect(astronaut), outcome):
        with pytest.raises(TypeError, match="neither true nor false"):
            bool(answer)
        with pytest.raises(TypeError):
            _ = answer or None


def test_the_threshold_decides(astronaut: bytes, hopper: bytes) -> None:
    for threshold, is_match in [(10, True), (10.8, False), (12, False)]:
        verifier = visavis.Verifier(threshold=threshold)
        assert verifier.threshold == threshold
        assert verifier.verify(astronaut, hopper).is_match is is_match


def test_a_call_may_have_its_own_threshold(
    verifier: visavis.Verifier, astronaut: bytes, hopper: bytes
) -> None:
    template = verifier.extract(hopper).template
    for threshold, is_match in [(10, True), (10.8, False), (27, False), (0, True)]:
        verdict = verifier.verify(astronaut, hopper, threshold=threshold)
        assert (verdict.threshold, verdict.is_match) == (threshold, is_match)
        comparison = verifier.compare(verifier.extract(astronaut).template, template, threshold=threshold)
        assert (comparison.threshold, comparison.is_match) == (threshold, is_match)
    assert verifier.verify(astronaut, hopper).threshold == verifier.threshold == 27
    for wrong in (-1, 101, float("nan")):
        with pytest.raises(visavis.CallerError, match="threshold must be in 0..=100"):
            verifier.verify(b"no photo", b"", threshold=wrong)


def test_a_template_can_replace_a_photo(verifier: visavis.Verifier, astronaut: bytes, hopper: bytes) -> None:
    one, other = verifier.extract(astronaut).template, verifier.extract(hopper).template
    score = verifier.verify(astronaut, hopper).score
    for probe, reference in [(one, hopper), (astronaut, other), (one, other)]:
        comparison = verifier.verify(probe, reference)
        assert type(comparison) is visavis.PartialVerdict and comparison.score == score
        seen = [comparison.probe, comparison.reference]
        assert [sample is None for sample in seen] == [given in (one, other) for given in (probe, reference)]
    seen_too = verifier.verify(one, hopper, quality=True).reference
    assert seen_too == verifier.extract(hopper, quality=True).sample
    for probe, reference, side, code in [
        (b"", other, "probe", "EMPTY_IMAGE"),
        (one, b"", "reference", "EMPTY_IMAGE"),
        (visavis.Template.failed(), hopper, "probe", "TEMPLATE_FAILED"),
        (visavis.Template.failed(), b"", "reference", "EMPTY_IMAGE"),
    ]:
        with pytest.raises(visavis.Error) as caught:
            verifier.verify(probe, reference)
        assert (caught.value.side, caught.value.code) == (side, code)
    with pytest.raises(FileNotFoundError, match="missing"):
        verifier.verify(one, "missing")


def test_templates_are_ranked(verifier: visavis.Verifier, images: Path) -> None:
    names = ["hopper.jpg", "astronaut-dark.jpg", "hopper-128.png", "astronaut.jpg"]
    gallery = [verifier.extract(images / name).template for name in names]
    probe = gallery[3]
    ranked = verifier.rank(probe, gallery, threshold=10)
    assert [answer.index for answer in ranked[:2]] == [3, 1] and len(ranked) == 4
    for answer in ranked:
        comparison = verifier.compare(probe, gallery[answer.index], threshold=10)
        assert visavis.Ranked(**vars(comparison), index=answer.index) == answer
    assert sorted(ranked, key=lambda answer: -answer.similarity) == ranked
    assert verifier.rank(probe, iter(gallery), threshold=10, top=2) == ranked[:2]
    assert verifier.rank(probe, []) == verifier.rank(probe, gallery, top=0) == []
    with pytest.raises(visavis.CallerError, match="TEMPLATE_FAILED"):
        verifier.rank(probe, [*gallery, visavis.Template.failed()])


def test_answers_become_json(verifier: visavis.Verifier, images: Path, astronaut: bytes) -> None:
    verdict = verifier.verify(astronaut, images / "hopper.jpg", quality=True)
    plain = json.loads(json.dumps(verdict.to_dict()))
    assert (plain["score"], plain["is_match"], plain["threshold"]) == (verdict.score, False, 27)
    assert plain["probe"]["face"]["bounds"] == verdict.probe_face.bounds._asdict()
    assert plain["probe"]["face"]["landmarks"]["nose"] == verdict.probe_face.landmarks.nose._asdict()
    assert plain["probe"]["face"]["quality"]["sharpness"] > 0 and plain["probe"]["milliseconds"]["detect"] > 0
    found = json.loads(json.dumps(verifier.detect(images / "gray.png").to_dict()))
    assert found["faces"] == [] and found["reason"]["code"] == "NO_FACE" and found["reason"]["number"] == 40
    assert json.loads(json.dumps(verifier.engine.to_dict()))["name"] == "onnxruntime"
    enrolled = verifier.enroll([astronaut, images / "astronaut-dark.jpg"])
    plain = json.loads(json.dumps(enrolled.to_dict()))
    # Without the template, which is biometric data.
    assert list(plain) == ["photos"] and len(plain["photos"]) == 2
    assert plain["photos"][0]["others"]["is_match"] and plain["photos"][0]["sample"]["face_count"] == 1
    assert list(verifier.extract(astronaut).to_dict()) == ["sample"]


def test_notebooks_show_answers_as_tables(verifier: visavis.Verifier, images: Path, astronaut: bytes) -> None:
    verdict = verifier.verify(astronaut, images / "hopper.jpg", quality=True)
    extraction = verifier.extract(astronaut)
    answers: list[Any] = [
        verdict,
        verdict.probe_face,
        extraction,
        verifier.detect(images / "gray.png"),
        verifier.engine,
        verifier.enroll([astronaut, images / "astronaut-dark.jpg"]),
    ]
    for answer in answers:
        xml.etree.ElementTree.fromstring(answer._repr_html_())
    assert f"<th>score</th><td>{verdict.score:.4g}</td>" in verdict._repr_html_()
    assert "<td>Template(192 dimensions)</td>" in extraction._repr_html_()
    assert answers[-1]._repr_html_().count("<th>others</th>") == 2
    named = visavis.Engine("<b>", "1", None, None)
    assert "<th>name</th><td>&lt;b&gt;</td>" in named._repr_html_()


def test_a_photo_is_drawn_and_a_face_is_cut_out(verifier: visavis.Verifier, images: Path) -> None:
    photo = images / "two-people.jpg"
    found = verifier.detect(photo)
    drawn = verifier.draw(photo)
    picture = PIL.Image.open(io.BytesIO(drawn))
    assert drawn == verifier.draw(photo, found) == drawn._repr_png_() and picture.format == "PNG"
    assert picture.size == (found.width, found.height)
    corners = [picture.getpixel((round(face.bounds.x), round(face.bounds.y))) for face in found]
    assert corners == [(0, 200, 83), (255, 145, 0)]
    for margin in (0, 0.25, 100):
        for face in found:
            cut = PIL.Image.open(io.BytesIO(verifier.crop(photo, face, margin=margin)))
            width = min(round(face.bounds.width * (1 + 2 * margin)), found.width)
            assert abs(cut.width - width) <= 2 or margin == 0.25
            assert margin != 0.25 or verifier.verify(cut, verifier.extract_face(photo, face)).score > 60
    nowhere = dataclasses.replace(found.faces[0], bounds=visavis.Bounds(9e9, 0, 5, 5))
    for face, margin in [(nowhere, 0.0), (found.faces[0], float("nan")), (found.faces[0], -1.0)]:
        with pytest.raises(visavis.CallerError, match="INVALID_ARGUMENT"):
            verifier.crop(photo, face, margin=margin)
    assert repr(drawn) == f"Picture({len(drawn)} bytes)"


def test_faces_are_found_where_they_are(verifier: visavis.Verifier, images: Path) -> None:
    found = verifier.detect(images / "two-people.jpg")
    assert len(found) == len(found.faces) == 2 and tuple(found) == found.faces
    assert found.chosen is not None and found.face == found.faces[found.chosen]
    for face in found.faces:
        right, left = face.landmarks.right_eye, face.landmarks.left_eye
        assert right.x < left.x < face.bounds.x + face.bounds.width and 0.9 < face.confidence <= 1
        x, y, width, height = face.bounds
        assert x <= face.landmarks.nose.x <= x + width and y <= face.landmarks.nose.y <= y + height
    nothing = verifier.detect(images / "gray.png")
    assert nothing.faces == () and nothing.face is None and nothing.chosen is None
    assert isinstance(nothing.reason, visavis.NoFaceError) and nothing.reason.code == "NO_FACE"


def test_templates_are_values(verifier: visavis.Verifier, astronaut: bytes, hopper: bytes) -> None:
    template, other = verifier.extract(astronaut).template, verifier.extract(hopper).template
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
    comparison = verifier.compare(verifier.extract(astronaut).template, verifier.extract(hopper).template)
    assert (comparison.score, comparison.similarity) == (verdict.score, verdict.similarity)
    assert (comparison.integer_score, comparison.is_match) == (verdict.integer_score, verdict.is_match)
    face = verifier.detect(astronaut).face
    template = verifier.extract(astronaut).template
    assert face is not None and verifier.extract_face(astronaut, face) == template
    # A face that was pickled gives the same template.
    assert verifier.extract_face(astronaut, pickle.loads(pickle.dumps(face))) == template


def test_an_extraction_includes_its_sample(verifier: visavis.Verifier, astronaut: bytes) -> None:
    extraction = verifier.extract(astronaut)
    assert extraction.sample == verifier.verify(astronaut, astronaut).probe
    assert extraction == pickle.loads(pickle.dumps(extraction)) == verifier.extract(astronaut)


def test_quality_is_measured_on_request_only(verifier: visavis.Verifier, images: Path) -> None:
    photo = images / "two-people.jpg"
    assert all(face.quality is None for face in verifier.detect(photo).faces)
    assert verifier.extract(photo).sample.face.quality is None
    faces = verifier.detect(photo, quality=True).faces
    verdict = verifier.verify(photo, images / "astronaut-dark.jpg", quality=True)
    qualities = [face.quality for face in (*faces, verdict.probe_face, verdict.reference_face)]
    for quality in qualities:
        assert quality is not None and quality.inter_eye_distance > 10 and 0 < quality.sharpness < 1
    assert verifier.extract(photo, quality=True).sample.face == verdict.probe_face == faces[0]
    assert verdict.reference_face.quality.brightness < verdict.probe_face.quality.brightness  # type: ignore


def test_advice_is_part_of_quality_and_of_errors(verifier: visavis.Verifier, astronaut: bytes) -> None:
    small = PIL.Image.open(io.BytesIO(astronaut)).resize((110, 110))
    assert verifier.extract(small, quality=True).sample.face.quality.advice[0] == "too_small"  # type: ignore
    with pytest.raises(visavis.NoFaceError, match="too dark") as caught:
        verifier.extract(numpy.zeros((99, 99, 3), numpy.uint8))
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert error.advice == ("too_dark",) and error.to_dict()["advice"] == ("too_dark",)
    assert visavis.Verifier(face="single").detect(astronaut).reason is None


def test_what_makes_a_score_unreliable_is_always_reported(
    verifier: visavis.Verifier, images: Path, astronaut: bytes
) -> None:
    small = PIL.Image.open(io.BytesIO(astronaut)).resize((110, 110))
    verdict = verifier.verify(small, images / "two-people.jpg")
    assert (verdict.probe.advice, verdict.reference.advice) == (("too_small",), ("several_faces",))
    assert verifier.extract(astronaut).sample.advice == ()
    assert verdict.to_dict()["reference"]["advice"] == ["several_faces"]


@pytest.mark.parametrize("place", [float("nan"), float("inf"), 0.0, 1e30])
def test_nonsense_faces_are_errors_or_answers(
    verifier: visavis.Verifier, astronaut: bytes, place: float
) -> None:
    point = visavis.Point(place, place)
    face = visavis.Face(
        visavis.Bounds(place, 0, 1, 1), visavis.Landmarks(point, point, point, point, point), 1.0
    )
    try:
        assert verifier.extract_face(astronaut, face).dimensions == 192
    except visavis.Error as error:
        assert error.code == "NO_FACE" and not math.isfinite(place)


def test_patterns_match(verifier: visavis.Verifier, astronaut: bytes) -> None:
    assert visavis.Verdict.__match_args__[:3] == ("is_match", "score", "threshold")
    assert visavis.Face.__match_args__ == ("bounds", "landmarks", "confidence", "quality")


def test_verifiers_have_a_repr_and_cannot_be_pickled(verifier: visavis.Verifier) -> None:
    assert repr(verifier).startswith("Verifier(engine=onnxruntime 1.28.0, workers=")
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="in each process"):
            attempt(verifier)
    verifier.warm_up()
