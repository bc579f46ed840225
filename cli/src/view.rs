//! The engine's answers, as JSON and as text.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use visavis::{Advice, Comparison, EngineInfo, Face, Quality, Rect, Sample, ScoreTable, Verifier};

use crate::text::grouped;

/// How similar two faces are.
#[derive(Serialize)]
pub(crate) struct ComparisonView {
    score: f32,
    similarity: f32,
    is_match: bool,
    threshold: f32,
}

/// A face, in pixels of the upright image.
#[derive(Serialize)]
pub(crate) struct FaceView {
    #[serde(with = "RectFields")]
    bounds: Rect,
    /// Both eyes, the tip of the nose, both corners of the mouth, as x and y; the person's right comes first.
    landmarks: [[f32; 2]; 5],
    confidence: f32,
    /// Only if it was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<QualityView>,
    /// What a better photo needs.
    #[serde(skip_serializing_if = "Value::is_null")]
    advice: Value,
}

#[derive(Serialize)]
struct QualityView(#[serde(with = "QualityFields")] Quality);

#[derive(Serialize)]
#[serde(remote = "Rect")]
struct RectFields {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

#[derive(Serialize)]
#[serde(remote = "Quality")]
struct QualityFields {
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

/// What was found in a photo.
#[derive(Serialize)]
pub(crate) struct SampleView {
    path: String,
    width: u32,
    height: u32,
    face: FaceView,
    face_count: usize,
    #[serde(skip_serializing_if = "Value::is_null")]
    advice: Value,
    milliseconds: TimingsView,
}

/// The time of each step for a photo.
#[derive(Serialize)]
struct TimingsView {
    decode: f64,
    detect: f64,
    extract: f64,
}

/// The engine in use.
#[derive(Serialize)]
pub(crate) struct EngineView {
    pub(crate) name: &'static str,
    pub(crate) version: String,
    library: Option<String>,
    fallback_reason: Option<String>,
}

impl ComparisonView {
    pub(crate) fn new(comparison: &Comparison, verifier: &Verifier) -> Self {
        let Comparison { score, similarity, is_match, .. } = *comparison;
        ComparisonView { score, similarity, is_match, threshold: verifier.options().threshold }
    }
}

impl From<&Face> for FaceView {
    fn from(face: &Face) -> Self {
        FaceView {
            bounds: face.bounds,
            landmarks: face.landmarks.map(|point| [point.x, point.y]),
            confidence: face.confidence,
            quality: face.quality.map(QualityView),
            advice: face.quality.map_or(Value::Null, |quality| advice(&quality.advice())),
        }
    }
}

impl SampleView {
    pub(crate) fn new(sample: &Sample, path: &Path) -> Self {
        let [decode, detect, extract] =
            [sample.timings.decode, sample.timings.detect, sample.timings.extract].map(milliseconds);
        SampleView {
            path: path.to_string_lossy().into_owned(),
            width: sample.width,
            height: sample.height,
            face: (&sample.face).into(),
            face_count: sample.face_count,
            advice: advice(&sample.advice()),
            milliseconds: TimingsView { decode, detect, extract },
        }
    }
}

impl From<&EngineInfo> for EngineView {
    fn from(info: &EngineInfo) -> Self {
        EngineView {
            name: info.engine.name(),
            version: info.version.clone(),
            library: info.library.as_ref().map(|path| path.to_string_lossy().into_owned()),
            fallback_reason: info.fallback_reason.clone(),
        }
    }
}

/// The names of what the photographer can improve, or null if there is nothing.
pub(crate) fn advice(advice: &[Advice]) -> Value {
    if advice.is_empty() { Value::Null } else { advice.iter().map(|advice| advice.name()).collect() }
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The verdict and its basis, in two lines.
pub(crate) fn verdict(comparison: &Comparison, verifier: &Verifier) -> String {
    let verdict = if comparison.is_match { "same person" } else { "different people" };
    format!(
        "{verdict}: score {:.1}, threshold {}\n  similarity {:.4}; {} of different people reaches this score\n",
        comparison.score,
        verifier.options().threshold,
        comparison.similarity,
        reaching(comparison.score, verifier.calibration().highest_measured_score()),
    )
}

/// How many pairs reach a score, as text; beyond the measured scores, only that they are fewer.
fn reaching(score: f32, measured: f32) -> String {
    let one_in = 1.0 / ScoreTable::false_match_rate(score.min(measured));
    if one_in < 1.5 {
        return "nearly every pair".into();
    }
    format!("{} 1 in {} pairs", if score > measured { "less than" } else { "about" }, rounded(one_in))
}

/// A face as text, with further lines for its quality and the advice if that was requested.
pub(crate) fn describe(face: &Face) -> String {
    let Rect { x, y, width, height } = face.bounds;
    let bounds = format!("{width:.0}x{height:.0} at ({x:.0}, {y:.0}), confidence {:.3}", face.confidence);
    let Some(quality) = &face.quality else { return bounds };
    let Quality { inter_eye_distance, sharpness, brightness, contrast, yaw, pitch, roll, .. } = quality;
    let advice: Vec<_> = quality.advice().iter().map(|one| format!("\n    {}", one.sentence())).collect();
    format!(
        "{bounds}\n    quality: {inter_eye_distance:.0} pixels between the eyes, sharpness {sharpness:.2}, brightness \
         {brightness:.2}, contrast {contrast:.2}, yaw {yaw:.0}, pitch {pitch:.0}, roll {roll:.0} degrees{}",
        advice.concat()
    )
}

/// The engine and the time that it took, as text.
pub(crate) fn engine_line(info: &EngineInfo, elapsed: Duration) -> String {
    format!("  {} {}, {:.0} ms\n", info.engine.name(), info.version, milliseconds(elapsed))
}

/// The measurement supports two digits.
fn rounded(number: f64) -> String {
    let unit = 10_f64.powf((number.log10().floor() - 1.0).max(0.0));
    grouped(((number / unit).round() * unit) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rate_beyond_the_measured_ones_is_claimed() {
        for (score, words) in [
            (0.0, "nearly every pair"),
            (27.0, "about 1 in 500 pairs"),
            (50.0, "about 1 in 100,000 pairs"),
            (99.0, "less than 1 in 100,000 pairs"),
        ] {
            assert_eq!(reaching(score, 50.0), words);
        }
    }

    #[test]
    fn large_numbers_are_rounded_to_two_digits() {
        for (number, text) in
            [(1.6, "2"), (12.4, "12"), (501.2, "500"), (1000.0, "1,000"), (2_089_296.1, "2,100,000")]
        {
            assert_eq!(rounded(number), text);
        }
    }
}
