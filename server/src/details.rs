//! The extension `?details=true`: what the score is based on, and what a better photo needs. docs/DETAILS.md describes
//! each member.

use std::time::Duration;

use serde::Serialize;
use visavis::{Advice, Face, Point, Quality, Rect, Sample, ScoreTable, Verdict, Verifier};

/// The member `details` of a verdict.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    similarity: f32,
    exact_score: f32,
    false_match_rate: f64,
    lowest_measured_rate: f64,
    threshold: f32,
    is_match: bool,
    probe: Photo,
    reference: Photo,
    engine: Engine,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Photo {
    width: u32,
    height: u32,
    face_count: usize,
    face: Location,
    other_faces: Vec<[f32; 4]>,
    quality: Option<Capture>,
    advice: Vec<&'static str>,
    milliseconds: Milliseconds,
}

#[derive(Serialize)]
struct Location {
    bounds: [f32; 4],
    landmarks: [[f32; 2]; 5],
    confidence: f32,
}

#[derive(Serialize)]
struct Capture(#[serde(with = "CaptureFields")] Quality);

#[derive(Serialize)]
#[serde(remote = "Quality", rename_all = "camelCase")]
struct CaptureFields {
    inter_eye_distance: f32,
    sharpness: f32,
    brightness: f32,
    contrast: f32,
    under_exposure: f32,
    over_exposure: f32,
    dynamic_range: f32,
    illumination_uniformity: f32,
    yaw: f32,
    pitch: f32,
    roll: f32,
}

#[derive(Serialize)]
struct Milliseconds {
    decode: f64,
    detect: f64,
    extract: f64,
}

#[derive(Serialize)]
struct Engine {
    name: &'static str,
    version: String,
    detector: String,
    extractor: String,
}

impl Details {
    pub(crate) fn new(verifier: &Verifier, verdict: &Verdict) -> Self {
        let (comparison, engine) = (&verdict.comparison, verifier.engine());
        Details {
            similarity: comparison.similarity,
            exact_score: comparison.score,
            false_match_rate: comparison.false_match_rate(),
            lowest_measured_rate: ScoreTable::false_match_rate(
                verifier.calibration().highest_measured_score(),
            ),
            threshold: verifier.options().threshold,
            is_match: comparison.is_match,
            probe: Photo::new(&verdict.probe),
            reference: Photo::new(&verdict.reference),
            engine: Engine {
                name: engine.engine.name(),
                version: engine.version.clone(),
                detector: verifier.detector_id().to_owned(),
                extractor: verifier.extractor_id().to_owned(),
            },
        }
    }
}

impl Photo {
    fn new(sample: &Sample) -> Self {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        let bounds = |Rect { x, y, width, height }: Rect| [x, y, width, height];
        let Face { bounds: of_face, landmarks, confidence, .. } = sample.face;
        Photo {
            width: sample.width,
            height: sample.height,
            face_count: sample.face_count,
            face: Location {
                bounds: bounds(of_face),
                landmarks: landmarks.map(|Point { x, y }| [x, y]),
                confidence,
            },
            other_faces: sample.other_faces.iter().copied().map(bounds).collect(),
            quality: sample.face.quality.map(Capture),
            advice: sample.advice().into_iter().map(Advice::name).collect(),
            milliseconds: Milliseconds {
                decode: milliseconds(sample.timings.decode),
                detect: milliseconds(sample.timings.detect),
                extract: milliseconds(sample.timings.extract),
            },
        }
    }
}
