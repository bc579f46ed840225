//! The extension `?details=true`: why the score is what it is, and what a better photo would need.

use serde::Serialize;
use visavis::{Face, Point, Quality, Rect, Sample, ScoreTable, Verdict, Verifier};

/// What stands in `details`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// Cosine similarity of the two templates, -1..=1.
    pub similarity: f32,
    /// The score before it was rounded down.
    pub exact_score: f32,
    /// How often two different people reach this score.
    pub false_match_rate: f64,
    /// The lowest rate that the score's table was measured to; what is below it is an extrapolation.
    pub lowest_measured_rate: f64,
    /// The score from which it counts as the same person.
    pub threshold: f32,
    /// Whether the score reaches the threshold.
    pub is_match: bool,
    /// What was seen on the probe.
    pub probe: Photo,
    /// What was seen on the reference.
    pub reference: Photo,
    /// What computed it.
    pub engine: Engine,
}

/// One photo.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Photo {
    /// Width of the upright image in pixels.
    pub width: u32,
    /// Height of the upright image in pixels.
    pub height: u32,
    /// How many faces were found.
    pub face_count: usize,
    /// The one that counts, in pixels of the upright image.
    pub face: FaceDetails,
    /// How good the capture is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityDetails>,
    /// Milliseconds of each step.
    pub milliseconds: Milliseconds,
}

/// Where a face is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaceDetails {
    /// Left edge, top edge, width and height of its box.
    pub bounds: [f32; 4],
    /// x and y of the right eye, left eye, nose tip, right and left corner of the mouth.
    pub landmarks: [[f32; 2]; 5],
    /// How sure the detector is, 0..=1.
    pub confidence: f32,
}

/// Capture quality, in the terms of ISO/IEC 29794-5 where it has them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QualityDetails {
    /// Inter-eye distance in pixels.
    pub inter_eye_distance: f32,
    /// Sharpness, 0 (blurred) ..=1 (sharp).
    pub sharpness: f32,
    /// Luminance mean, 0..=1.
    pub brightness: f32,
    /// Standard deviation of the luminance, 0..=0.5.
    pub contrast: f32,
    /// Part of the face that is too dark to show anything, 0..=1.
    pub under_exposure: f32,
    /// Part of the face that is too bright to show anything, 0..=1.
    pub over_exposure: f32,
    /// Entropy of the luminances in bits, 0..=8.
    pub dynamic_range: f32,
    /// How alike the light on both cheeks is, 0..=1.
    pub illumination_uniformity: f32,
    /// Head turned towards its own left, in degrees, estimated from five points.
    pub yaw: f32,
    /// Head raised, in degrees, estimated from five points.
    pub pitch: f32,
    /// Head tilted towards its own left shoulder, in degrees.
    pub roll: f32,
}

/// Milliseconds of the steps for one photo.
#[derive(Clone, Debug, Serialize)]
pub struct Milliseconds {
    /// From bytes to pixels.
    pub decode: f64,
    /// From pixels to faces.
    pub detect: f64,
    /// From the face to the template.
    pub extract: f64,
}

/// What computed the score.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Engine {
    /// The inference engine.
    pub name: &'static str,
    /// Its version.
    pub version: String,
    /// The model that finds faces.
    pub detector: String,
    /// The model that makes templates.
    pub extractor: String,
}

impl Details {
    /// Of a verdict on photos whose quality was asked for.
    pub fn new(verifier: &Verifier, verdict: &Verdict) -> Self {
        let comparison = &verdict.comparison;
        let engine = verifier.engine();
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
        let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
        Photo {
            width: sample.width,
            height: sample.height,
            face_count: sample.face_count,
            face: FaceDetails::new(&sample.face),
            quality: sample.face.quality.as_ref().map(QualityDetails::new),
            milliseconds: Milliseconds {
                decode: milliseconds(sample.timings.decode),
                detect: milliseconds(sample.timings.detect),
                extract: milliseconds(sample.timings.extract),
            },
        }
    }
}

impl FaceDetails {
    fn new(face: &Face) -> Self {
        let Rect { x, y, width, height } = face.bounds;
        let landmarks = face.landmarks.map(|Point { x, y }| [x, y]);
        FaceDetails { bounds: [x, y, width, height], landmarks, confidence: face.confidence }
    }
}

impl QualityDetails {
    fn new(quality: &Quality) -> Self {
        QualityDetails {
            inter_eye_distance: quality.inter_eye_distance,
            sharpness: quality.sharpness,
            brightness: quality.brightness,
            contrast: quality.contrast,
            under_exposure: quality.under_exposure,
            over_exposure: quality.over_exposure,
            dynamic_range: quality.dynamic_range,
            illumination_uniformity: quality.illumination_uniformity,
            yaw: quality.yaw,
            pitch: quality.pitch,
            roll: quality.roll,
        }
    }
}
