//! What the core answers, as JavaScript objects.

use std::time::Duration;

use napi::bindgen_prelude::{Buffer, Either5};
use napi_derive::napi;

use crate::failure::Failure;

/// The answer to a task.
pub(crate) type Answer = Either5<EngineInfo, Verification, Detection, Extraction, Failure>;

/// What computes the networks.
#[napi(object, object_from_js = false)]
pub struct EngineInfo {
    /// `onnxruntime` or `embedded`.
    #[napi(ts_type = "'onnxruntime' | 'embedded'")]
    pub name: String,
    /// The engine's version, for example `1.28.0`.
    pub version: String,
    /// The library that was loaded, for ONNX Runtime.
    pub library: Option<String>,
    /// Where the embedded engine computes though ONNX Runtime was allowed: why that could not be used.
    pub fallback_reason: Option<String>,
    /// The network that makes templates, for example `mobilefacenet-192`.
    pub model: String,
}

/// How alike two faces are.
#[napi(object, object_from_js = false)]
pub struct Comparison {
    /// Comparison score, 0 to 100: `-10 log10` of the false match rate. 30 means that one pair of different people in
    /// a thousand is as alike, 40 one in ten thousand.
    pub score: f64,
    /// Cosine of the angle between the two templates, -1 to 1.
    pub similarity: f64,
    /// Whether the score reaches the threshold: the same person.
    pub is_match: bool,
    /// How often two different people are at least as alike, 0 to 1.
    pub false_match_rate: f64,
}

/// What came out of two photos.
#[napi(object, object_from_js = false)]
pub struct Verification {
    /// How alike the two faces are.
    pub comparison: Comparison,
    /// What was seen on the probe.
    pub probe: Sample,
    /// What was seen on the reference.
    pub reference: Sample,
}

/// What was seen on one photo.
#[napi(object, object_from_js = false)]
pub struct Sample {
    /// The face that counts.
    pub face: Face,
    /// How many faces were found.
    pub face_count: u32,
    /// Width of the upright photo in pixels.
    pub width: u32,
    /// Height of the upright photo in pixels.
    pub height: u32,
    /// What it cost.
    pub milliseconds: Milliseconds,
}

/// A face, in pixels from the top left corner of the upright photo.
#[napi(object, object_from_js = false)]
pub struct Face {
    /// The box around it; it may reach beyond the photo.
    pub bounds: Bounds,
    /// x and y of the right eye, left eye, tip of the nose, right and left corner of the mouth, of the person: so in
    /// an unmirrored photo the first eye is the one on the photo's left.
    #[napi(ts_type = "[x: number, y: number][]")]
    pub landmarks: Vec<Vec<f64>>,
    /// How sure the detector is, 0 to 1.
    pub confidence: f64,
}

/// A rectangle in pixels.
#[napi(object, object_from_js = false)]
pub struct Bounds {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Extent to the right.
    pub width: f64,
    /// Extent downwards.
    pub height: f64,
}

/// Wall-clock time of the steps for one photo, in milliseconds.
#[napi(object, object_from_js = false)]
pub struct Milliseconds {
    /// From bytes to pixels; 0 where the pixels were given.
    pub decode: f64,
    /// From pixels to faces.
    pub detect: f64,
    /// From the face to the template.
    pub extract: f64,
}

/// All faces of one photo.
#[napi(object, object_from_js = false)]
pub struct Detection {
    /// The faces, most confident first; empty when there is none.
    pub faces: Vec<Face>,
    /// Index of the face that counts in `faces`; absent when none does.
    pub chosen: Option<u32>,
    /// Why no face counts, for example `NO_FACE` or `SEVERAL_FACES`.
    pub reason: Option<String>,
    /// Width of the upright photo in pixels.
    pub width: u32,
    /// Height of the upright photo in pixels.
    pub height: u32,
    /// What it cost; `extract` is 0.
    pub milliseconds: Milliseconds,
}

/// A template's bytes and what it was made from.
#[napi(object, object_from_js = false)]
pub struct Extraction {
    /// What `Template` keeps.
    pub template: Buffer,
    /// What was seen on the photo.
    pub sample: Sample,
}

/// The engine's number in JavaScript's precision, with the digits that tell it from its neighbours: 27.3 stays 27.3, so
/// that comparing with a threshold gives what `isMatch` says.
fn number(value: f32) -> f64 {
    value.to_string().parse().expect("what Rust prints, it reads")
}

impl From<visavis::Comparison> for Comparison {
    fn from(comparison: visavis::Comparison) -> Self {
        Comparison {
            score: number(comparison.score),
            similarity: number(comparison.similarity),
            is_match: comparison.is_match,
            false_match_rate: comparison.false_match_rate(),
        }
    }
}

impl From<&visavis::Verdict> for Verification {
    fn from(verdict: &visavis::Verdict) -> Self {
        let visavis::Verdict { comparison, probe, reference, .. } = verdict;
        Verification { comparison: (*comparison).into(), probe: probe.into(), reference: reference.into() }
    }
}

impl From<&visavis::Sample> for Sample {
    fn from(sample: &visavis::Sample) -> Self {
        Sample {
            face: (&sample.face).into(),
            face_count: sample.face_count as u32,
            width: sample.width,
            height: sample.height,
            milliseconds: (&sample.timings).into(),
        }
    }
}

impl From<&visavis::Face> for Face {
    fn from(face: &visavis::Face) -> Self {
        let visavis::Rect { x, y, width, height } = face.bounds;
        Face {
            bounds: Bounds { x: number(x), y: number(y), width: number(width), height: number(height) },
            landmarks: face.landmarks.iter().map(|point| vec![number(point.x), number(point.y)]).collect(),
            confidence: number(face.confidence),
        }
    }
}

impl From<&visavis::Timings> for Milliseconds {
    fn from(timings: &visavis::Timings) -> Self {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        Milliseconds {
            decode: milliseconds(timings.decode),
            detect: milliseconds(timings.detect),
            extract: milliseconds(timings.extract),
        }
    }
}

impl From<&visavis::Detection> for Detection {
    fn from(detection: &visavis::Detection) -> Self {
        Detection {
            faces: detection.faces.iter().map(Face::from).collect(),
            chosen: detection.chosen.as_ref().ok().map(|&index| index as u32),
            reason: detection.chosen.as_ref().err().map(|error| error.kind().name().to_owned()),
            width: detection.width,
            height: detection.height,
            milliseconds: (&detection.timings).into(),
        }
    }
}

impl From<&visavis::Extraction> for Extraction {
    fn from(extraction: &visavis::Extraction) -> Self {
        let sample = (&extraction.sample).into();
        Extraction { template: extraction.template.to_bytes().into(), sample }
    }
}
