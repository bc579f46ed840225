//! What the core answers, as JSON. Numbers are printed with the digits that distinguish them from their neighbours:
//! 27.3 stays 27.3, so that comparing it with a threshold agrees with `isMatch`.

use std::time::Duration;

use serde::Serialize;

use crate::failure::names;

/// A serialised object, and the source of each of its fields.
macro_rules! object {
    ($(#[$doc:meta])* $name:ident from $core:ident: $from:ty {
        $($(#[$attribute:meta])* $field:ident: $type:ty = $value:expr;)+
    }) => {
        $(#[$doc])*
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        pub(crate) struct $name {
            $($(#[$attribute])* $field: $type,)+
        }

        impl From<$from> for $name {
            fn from($core: $from) -> Self {
                $name { $($field: $value),+ }
            }
        }
    };
}

object! {
    /// The engine that runs the networks.
    EngineInfo from verifier: &visavis::Verifier {
        name: &'static str = verifier.engine().engine.name();
        version: String = verifier.engine().version.clone();
        model: String = verifier.extractor_id().to_owned();
    }
}

/// How similar two faces are.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comparison {
    score: f32,
    integer_score: u8,
    similarity: f32,
    is_match: bool,
    threshold: f32,
    false_match_rate: f64,
}

impl Comparison {
    pub(crate) fn judged(comparison: &visavis::Comparison, threshold: f32) -> Self {
        Comparison {
            score: comparison.score,
            integer_score: comparison.integer_score(),
            similarity: comparison.similarity,
            is_match: comparison.score >= threshold,
            threshold,
            false_match_rate: comparison.false_match_rate(),
        }
    }
}

/// One of many templates, and how similar it is.
#[derive(Serialize)]
pub(crate) struct Ranked {
    pub(crate) index: usize,
    #[serde(flatten)]
    pub(crate) comparison: Comparison,
}

/// The result of a verification. A template has no sample.
#[derive(Serialize)]
pub(crate) struct Verdict {
    #[serde(flatten)]
    pub(crate) comparison: Comparison,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) probe: Option<Sample>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<Sample>,
}

/// One of the photos that a template was made from. If it is the only one, `others` is absent.
#[derive(Serialize)]
pub(crate) struct Enrolled {
    pub(crate) sample: Sample,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) others: Option<Comparison>,
}

object! {
    /// What was found in one photo.
    Sample from sample: visavis::Sample {
        face: Face = (&sample.face).into();
        face_count: usize = sample.face_count;
        width: u32 = sample.width;
        height: u32 = sample.height;
        milliseconds: Milliseconds = sample.timings.into();
        advice: Vec<&'static str> = names(&sample.advice());
    }
}

object! {
    /// A face, in pixels from the top left corner of the upright photo.
    Face from face: &visavis::Face {
        bounds: Bounds = face.bounds.into();
        landmarks: Landmarks = face.landmarks.into();
        confidence: f32 = face.confidence;
        #[serde(skip_serializing_if = "Option::is_none")]
        quality: Option<Quality> = face.quality.as_ref().map(Quality::from);
    }
}

object! {
    /// A rectangle in pixels.
    Bounds from bounds: visavis::Rect {
        x: f32 = bounds.x;
        y: f32 = bounds.y;
        width: f32 = bounds.width;
        height: f32 = bounds.height;
    }
}

object! {
    /// Five points of a face.
    Landmarks from points: [visavis::Point; 5] {
        right_eye: Point = points[0].into();
        left_eye: Point = points[1].into();
        nose: Point = points[2].into();
        mouth_right: Point = points[3].into();
        mouth_left: Point = points[4].into();
    }
}

object! {
    /// A point in pixels.
    Point from point: visavis::Point {
        x: f32 = point.x;
        y: f32 = point.y;
    }
}

object! {
    /// Capture quality of one face.
    Quality from quality: &visavis::Quality {
        inter_eye_distance: f32 = quality.inter_eye_distance;
        sharpness: f32 = quality.sharpness;
        brightness: f32 = quality.brightness;
        contrast: f32 = quality.contrast;
        under_exposure: f32 = quality.under_exposure;
        over_exposure: f32 = quality.over_exposure;
        dynamic_range: f32 = quality.dynamic_range;
        illumination_uniformity: f32 = quality.illumination_uniformity;
        yaw: f32 = quality.yaw;
        pitch: f32 = quality.pitch;
        roll: f32 = quality.roll;
        advice: Vec<&'static str> = names(&quality.advice());
    }
}

object! {
    /// Wall-clock time of the steps for one photo.
    Milliseconds from timings: visavis::Timings {
        decode: f64 = milliseconds(timings.decode);
        detect: f64 = milliseconds(timings.detect);
        extract: f64 = milliseconds(timings.extract);
    }
}

object! {
    /// All faces of one photo.
    Detection from detection: &visavis::Detection {
        faces: Vec<Face> = detection.faces.iter().map(Face::from).collect();
        #[serde(skip_serializing_if = "Option::is_none")]
        chosen: Option<usize> = detection.chosen.as_ref().ok().copied();
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'static str> = detection.chosen.as_ref().err().map(|error| error.kind().name());
        width: u32 = detection.width;
        height: u32 = detection.height;
        milliseconds: Milliseconds = detection.timings.into();
        advice: Vec<&'static str> = names(&detection.advice());
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
