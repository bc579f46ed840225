//! What the core answers, as the classes of `visavis/_results.py`.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use visavis::{
    Advice, Comparison, Detection, EngineInfo, Enrolled, Enrollment, Extraction, Face, Point, Quality,
    Ranked, Rect, Sample, Timings, Verdict,
};

use crate::failure::exception;
use crate::template::Template;

pub(crate) type Answer<'py> = PyResult<Bound<'py, PyAny>>;

/// An object of the class with these fields, which are passed by name because the class decides on their order.
macro_rules! object {
    ($py:expr, $class:ident { $($field:ident: $value:expr),+ $(,)? }) => {{
        let fields = PyDict::new($py);
        $(fields.set_item(stringify!($field), $value)?;)+
        new($py, stringify!($class), &fields)
    }};
}

/// The same for a class whose fields are numbers with the same names, and optionally one more.
macro_rules! numbers {
    ($py:expr, $class:ident { $($field:ident),+ $(; $more:ident: $value:expr)? } = $from:expr) => {
        object!($py, $class { $($field: number($from.$field)),+ $(, $more: $value)? })
    };
}

fn new<'py>(py: Python<'py>, class: &str, fields: &Bound<'py, PyDict>) -> Answer<'py> {
    py.import("visavis._results")?.getattr(class)?.call((), Some(fields))
}

/// The engine's number in double precision, with the digits that distinguish it from its neighbours: 11.1 stays 11.1.
pub(crate) fn number(value: f32) -> f64 {
    value.to_string().parse().expect("Rust parses what it prints")
}

pub(crate) fn verdict<'py>(py: Python<'py>, verdict: &Verdict, threshold: f32) -> Answer<'py> {
    let fields = compared(py, &verdict.comparison, threshold)?;
    fields.set_item("probe", sample(py, &verdict.probe)?)?;
    fields.set_item("reference", sample(py, &verdict.reference)?)?;
    new(py, "Verdict", &fields)
}

pub(crate) fn comparison<'py>(py: Python<'py>, comparison: &Comparison, threshold: f32) -> Answer<'py> {
    new(py, "Comparison", &compared(py, comparison, threshold)?)
}

pub(crate) fn ranked<'py>(py: Python<'py>, ranked: &Ranked, threshold: f32) -> Answer<'py> {
    let fields = compared(py, &ranked.comparison, threshold)?;
    fields.set_item("index", ranked.index)?;
    new(py, "Ranked", &fields)
}

/// The fields of a comparison, with the threshold of the call, which need not be the verifier's.
fn compared<'py>(py: Python<'py>, comparison: &Comparison, threshold: f32) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    fields.set_item("is_match", comparison.score >= threshold)?;
    fields.set_item("threshold", number(threshold))?;
    fields.set_item("score", number(comparison.score))?;
    fields.set_item("similarity", number(comparison.similarity))?;
    fields.set_item("integer_score", comparison.integer_score())?;
    fields.set_item("false_match_rate", comparison.false_match_rate())?;
    Ok(fields)
}

pub(crate) fn extraction(py: Python<'_>, extraction: Extraction) -> Answer<'_> {
    let sample = sample(py, &extraction.sample)?;
    object!(py, Extraction { template: Template(extraction.template), sample: sample })
}

pub(crate) fn enrollment(py: Python<'_>, enrollment: Enrollment, threshold: f32) -> Answer<'_> {
    let photos: Vec<_> =
        enrollment.photos.iter().map(|photo| enrolled(py, photo, threshold)).collect::<PyResult<_>>()?;
    object!(py, Enrollment { template: Template(enrollment.template), photos: PyTuple::new(py, photos)? })
}

fn enrolled<'py>(py: Python<'py>, photo: &Enrolled, threshold: f32) -> Answer<'py> {
    let others = photo.others.map(|others| comparison(py, &others, threshold)).transpose()?;
    object!(py, Enrolled { sample: sample(py, &photo.sample)?, others: others })
}

fn sample<'py>(py: Python<'py>, sample: &Sample) -> Answer<'py> {
    object!(
        py,
        Sample {
            face: face(py, &sample.face)?,
            face_count: sample.face_count,
            width: sample.width,
            height: sample.height,
            milliseconds: milliseconds(py, &sample.timings)?,
            advice: advice(py, &sample.advice())?,
        }
    )
}

pub(crate) fn detection<'py>(py: Python<'py>, detection: &Detection) -> Answer<'py> {
    let faces: Vec<_> = detection.faces.iter().map(|found| face(py, found)).collect::<PyResult<_>>()?;
    let reason = detection.chosen.as_ref().err().map(|error| exception(py, error)).transpose()?;
    object!(
        py,
        Detection {
            faces: PyTuple::new(py, faces)?,
            chosen: detection.chosen.as_ref().ok(),
            reason: reason,
            width: detection.width,
            height: detection.height,
            milliseconds: milliseconds(py, &detection.timings)?,
        }
    )
}

fn face<'py>(py: Python<'py>, face: &Face) -> Answer<'py> {
    let quality = face.quality.map(|measured| quality(py, &measured)).transpose()?;
    object!(
        py,
        Face {
            bounds: numbers!(py, Bounds { x, y, width, height } = face.bounds)?,
            landmarks: landmarks(py, face.landmarks)?,
            confidence: number(face.confidence),
            quality: quality,
        }
    )
}

fn landmarks(py: Python<'_>, landmarks: [Point; 5]) -> Answer<'_> {
    let point = |place: Point| numbers!(py, Point { x, y } = place);
    let [right_eye, left_eye, nose, mouth_right, mouth_left] = landmarks.map(point);
    object!(
        py,
        Landmarks {
            right_eye: right_eye?,
            left_eye: left_eye?,
            nose: nose?,
            mouth_right: mouth_right?,
            mouth_left: mouth_left?,
        }
    )
}

#[rustfmt::skip]
fn quality<'py>(py: Python<'py>, quality: &Quality) -> Answer<'py> {
    numbers!(py, Quality {
        inter_eye_distance, sharpness, brightness, contrast, under_exposure, over_exposure, dynamic_range,
        illumination_uniformity, yaw, pitch, roll; advice: advice(py, &quality.advice())?
    } = quality)
}

/// The names of what the photographer can improve.
fn advice<'py>(py: Python<'py>, advice: &[Advice]) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, advice.iter().map(|advice| advice.name()))
}

/// Converts a face from Python that a detection had returned.
pub(crate) fn face_from(face: &Bound<'_, PyAny>) -> PyResult<Face> {
    let (x, y, width, height) = face.getattr("bounds")?.extract()?;
    let landmarks: [(f32, f32); 5] = face.getattr("landmarks")?.extract()?;
    let landmarks = landmarks.map(|(x, y)| Point { x, y });
    Ok(Face::new(Rect { x, y, width, height }, landmarks, face.getattr("confidence")?.extract()?))
}

fn milliseconds<'py>(py: Python<'py>, timings: &Timings) -> Answer<'py> {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    object!(
        py,
        Milliseconds {
            decode: milliseconds(timings.decode),
            detect: milliseconds(timings.detect),
            extract: milliseconds(timings.extract),
        }
    )
}

pub(crate) fn engine<'py>(py: Python<'py>, info: &EngineInfo) -> Answer<'py> {
    object!(
        py,
        Engine {
            name: info.engine.name(),
            version: &info.version,
            library: info.library.as_ref().map(|path| path.as_os_str()),
            fallback_reason: info.fallback_reason.as_deref(),
            warning: info.warning.as_deref(),
        }
    )
}
