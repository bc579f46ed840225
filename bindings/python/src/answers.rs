//! What the core answers, as the classes of `visavis/_results.py`.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};
use visavis::{Comparison, Detection, EngineInfo, Face, Point, Rect, Sample, Timings, Verdict};

use crate::failure::exception;

type Answer<'py> = PyResult<Bound<'py, PyAny>>;

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyType>> {
    Ok(py.import("visavis._results")?.getattr(name)?.cast_into()?)
}

/// The engine's number in Python's precision, with the digits that tell it from its neighbours: 11.1 stays 11.1.
pub(crate) fn number(value: f32) -> f64 {
    value.to_string().parse().expect("what Rust prints, it reads")
}

pub(crate) fn verdict<'py>(py: Python<'py>, verdict: &Verdict) -> Answer<'py> {
    let Comparison { score, similarity, is_match, .. } = verdict.comparison;
    let (integer, rate) = (verdict.comparison.integer_score(), verdict.comparison.false_match_rate());
    let samples = (sample(py, &verdict.probe)?, sample(py, &verdict.reference)?);
    let (probe, reference) = samples;
    class(py, "Verdict")?.call1((
        number(score),
        number(similarity),
        is_match,
        integer,
        rate,
        probe,
        reference,
    ))
}

pub(crate) fn comparison<'py>(py: Python<'py>, comparison: &Comparison) -> Answer<'py> {
    let Comparison { score, similarity, is_match, .. } = *comparison;
    let (integer, rate) = (comparison.integer_score(), comparison.false_match_rate());
    class(py, "Comparison")?.call1((number(score), number(similarity), is_match, integer, rate))
}

fn sample<'py>(py: Python<'py>, sample: &Sample) -> Answer<'py> {
    let Sample { face_count, width, height, .. } = *sample;
    let (face, timings) = (face(py, &sample.face)?, timings(py, &sample.timings)?);
    class(py, "Sample")?.call1((face, face_count, width, height, timings))
}

pub(crate) fn detection<'py>(py: Python<'py>, detection: &Detection) -> Answer<'py> {
    let faces: Vec<_> = detection.faces.iter().map(|found| face(py, found)).collect::<PyResult<_>>()?;
    let (chosen, problem) = match &detection.chosen {
        Ok(index) => (Some(*index), None),
        Err(error) => (None, Some(exception(py, error)?)),
    };
    let timings = timings(py, &detection.timings)?;
    let faces = PyTuple::new(py, faces)?;
    class(py, "Detection")?.call1((faces, chosen, problem, detection.width, detection.height, timings))
}

fn face<'py>(py: Python<'py>, face: &Face) -> Answer<'py> {
    let Rect { x, y, width, height } = face.bounds;
    let bounds = class(py, "Box")?.call1((number(x), number(y), number(width), number(height)))?;
    let point = class(py, "Point")?;
    let landmarks: Vec<_> = face
        .landmarks
        .iter()
        .map(|place| point.call1((number(place.x), number(place.y))))
        .collect::<PyResult<_>>()?;
    let landmarks = class(py, "Landmarks")?.call1(PyTuple::new(py, landmarks)?)?;
    class(py, "Face")?.call1((bounds, landmarks, number(face.confidence)))
}

/// A face that a detection gave, back from Python.
pub(crate) fn face_from(face: &Bound<'_, PyAny>) -> PyResult<Face> {
    let (x, y, width, height) = face.getattr("box")?.extract()?;
    let landmarks: [(f32, f32); 5] = face.getattr("landmarks")?.extract()?;
    let landmarks = landmarks.map(|(x, y)| Point { x, y });
    Ok(Face::new(Rect { x, y, width, height }, landmarks, face.getattr("confidence")?.extract()?))
}

fn timings<'py>(py: Python<'py>, timings: &Timings) -> Answer<'py> {
    let seconds = [timings.decode, timings.detect, timings.extract].map(|time: Duration| time.as_secs_f64());
    class(py, "Timings")?.call1((seconds[0], seconds[1], seconds[2]))
}

pub(crate) fn engine<'py>(py: Python<'py>, info: &EngineInfo) -> Answer<'py> {
    let library = info.library.as_ref().map(|path| path.as_os_str());
    let reason = info.fallback_reason.as_deref();
    class(py, "Engine")?.call1((info.engine.name(), &info.version, library, reason))
}
