//! What the core answers, as JavaScript objects.

use std::time::Duration;

use napi::bindgen_prelude::{Buffer, Either8};
use napi_derive::napi;

use crate::failure::{Failure, names};
use crate::template::NativeTemplate;

/// The answer to a request.
pub(crate) type Answer =
    Either8<EngineInfo, Verification, Detection, Extraction, NativeTemplate, Buffer, Failure, Enrollment>;

/// A JavaScript object and the source of each of its fields. Types are matched in parts, because napi must see `Option`.
macro_rules! object {
    ($(#[$doc:meta])* $name:ident from $core:ident: $from:ty {
        $($(#[$field_doc:meta])* $field:ident: $type:ident $(<$inner:ident>)? = $value:expr;)+
    }) => {
        $(#[$doc])*
        #[napi(object, object_from_js = false)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type $(<$inner>)?,)+
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
        /// `onnxruntime` or `embedded`.
        #[napi(ts_type = "'onnxruntime' | 'embedded'")]
        name: String = verifier.engine().engine.name().to_owned();
        /// The engine's version, for example `1.28.0`.
        version: String = verifier.engine().version.clone();
        /// The library that was loaded, for ONNX Runtime.
        library: Option<String> =
            verifier.engine().library.as_ref().map(|path| path.to_string_lossy().into_owned());
        /// Why the embedded engine is in use although ONNX Runtime was allowed; absent if it was not.
        fallback_reason: Option<String> = verifier.engine().fallback_reason.clone();
        /// What the program should know about it: ONNX Runtime 1.29 or later was loaded before visavis, and its
        /// telemetry can no longer be turned off.
        warning: Option<String> = verifier.engine().warning.clone();
        /// The network that makes templates, for example `mobilefacenet-192`.
        model: String = verifier.extractor_id().to_owned();
    }
}

/// How similar two faces are.
#[napi(object, object_from_js = false)]
pub struct Comparison {
    /// Comparison score, 0 to 100: `-10 log10` of the false match rate. 30 means that one pair of different people in a
    /// thousand is as similar, 40 one in ten thousand.
    pub score: f64,
    /// The score rounded down: it reaches an integer threshold exactly when the score does.
    pub integer_score: u32,
    /// Cosine of the angle between the two templates, -1 to 1.
    pub similarity: f64,
    /// Whether the score reaches the threshold: the same person.
    pub is_match: bool,
    /// The threshold: the call's or the verifier's.
    pub threshold: f64,
    /// How often two different people are at least as similar, 0 to 1.
    pub false_match_rate: f64,
}

impl Comparison {
    pub(crate) fn judged(comparison: &visavis::Comparison, threshold: f32) -> Self {
        Comparison {
            score: number(comparison.score),
            integer_score: comparison.integer_score().into(),
            similarity: number(comparison.similarity),
            is_match: comparison.score >= threshold,
            threshold: number(threshold),
            false_match_rate: comparison.false_match_rate(),
        }
    }
}

/// One of many templates, and how similar it is.
#[napi(object, object_from_js = false)]
pub struct Ranked {
    /// Its index in the list.
    pub index: u32,
    /// How similar the two faces are.
    pub comparison: Comparison,
}

impl Ranked {
    pub(crate) fn new(ranked: &visavis::Ranked, threshold: f32) -> Self {
        let comparison = Comparison::judged(&ranked.comparison, threshold);
        Ranked { index: ranked.index as u32, comparison }
    }
}

/// The result of a verification.
#[napi(object, object_from_js = false)]
pub struct Verification {
    /// How similar the two faces are.
    pub comparison: Comparison,
    /// What was found in the probe, unless it is a template.
    pub probe: Option<Sample>,
    /// What was found in the reference, unless it is a template.
    pub reference: Option<Sample>,
}

object! {
    /// What was found in one photo.
    Sample from sample: visavis::Sample {
        /// The chosen face.
        face: Face = (&sample.face).into();
        /// How many faces were found.
        face_count: u32 = sample.face_count as u32;
        /// Width of the upright photo in pixels.
        width: u32 = sample.width;
        /// Height of the upright photo in pixels.
        height: u32 = sample.height;
        /// The time of its steps.
        milliseconds: Milliseconds = sample.timings.into();
        /// What a better photo needs: always `too_small` and `several_faces`, the rest if the quality was requested.
        #[napi(ts_type = "import('../index.js').Advice[]")]
        advice: Vec<String> = names(&sample.advice());
    }
}

object! {
    /// A face, in pixels from the top left corner of the upright photo.
    Face from face: &visavis::Face {
        /// The box around it; it may reach beyond the photo.
        bounds: Bounds = face.bounds.into();
        /// Five points of the face.
        landmarks: Landmarks = face.landmarks.into();
        /// How sure the detector is, 0 to 1.
        confidence: f64 = number(face.confidence);
        /// The capture quality, if the call requested it.
        quality: Option<Quality> = face.quality.as_ref().map(Quality::from);
    }
}

/// Five points of a face. Right and left are the person's: in an unmirrored photo, the right eye is on the left.
#[napi(object)]
pub struct Landmarks {
    /// The centre of the eye.
    pub right_eye: Point,
    /// The centre of the eye.
    pub left_eye: Point,
    /// The tip of the nose.
    pub nose: Point,
    /// The corner of the mouth.
    pub mouth_right: Point,
    /// The corner of the mouth.
    pub mouth_left: Point,
}

/// A point, in pixels from the top left corner of the upright photo.
#[napi(object)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl From<[visavis::Point; 5]> for Landmarks {
    fn from(points: [visavis::Point; 5]) -> Self {
        let [right_eye, left_eye, nose, mouth_right, mouth_left] =
            points.map(|point| Point { x: number(point.x), y: number(point.y) });
        Landmarks { right_eye, left_eye, nose, mouth_right, mouth_left }
    }
}

impl From<Landmarks> for [visavis::Point; 5] {
    fn from(Landmarks { right_eye, left_eye, nose, mouth_right, mouth_left }: Landmarks) -> Self {
        [right_eye, left_eye, nose, mouth_right, mouth_left]
            .map(|Point { x, y }| visavis::Point { x: x as f32, y: y as f32 })
    }
}

object! {
    /// Capture quality of one face. Where ISO/IEC 29794-5 defines a measure, it is that one, not mapped to 0..=100.
    Quality from quality: &visavis::Quality {
        /// Distance between the eyes in pixels. Below about 30 the template is unreliable.
        inter_eye_distance: f64 = number(quality.inter_eye_distance);
        /// How much fine detail the face shows, 0 (blurred) to 1 (sharp).
        sharpness: f64 = number(quality.sharpness);
        /// Luminance mean of the face, in linear light, 0 to 1.
        brightness: f64 = number(quality.brightness);
        /// Standard deviation of the luminance, 0 to 0.5.
        contrast: f64 = number(quality.contrast);
        /// Fraction of the face that is nearly black, 0 to 1.
        under_exposure: f64 = number(quality.under_exposure);
        /// Fraction of the face that is nearly white, 0 to 1.
        over_exposure: f64 = number(quality.over_exposure);
        /// Entropy of the face's luminances in bits, 0 to 8.
        dynamic_range: f64 = number(quality.dynamic_range);
        /// How similar the light on both cheeks is, 0 (one in the dark) to 1 (the same).
        illumination_uniformity: f64 = number(quality.illumination_uniformity);
        /// Degrees by which the head is turned towards its own left; an estimate, accurate to about 10 degrees.
        yaw: f64 = number(quality.yaw);
        /// Degrees by which the head is raised; an estimate, accurate to about 15 degrees.
        pitch: f64 = number(quality.pitch);
        /// Degrees by which the head is tilted towards its own left shoulder.
        roll: f64 = number(quality.roll);
        /// What a better photo needs; empty for a good one.
        #[napi(ts_type = "import('../index.js').Advice[]")]
        advice: Vec<String> = names(&quality.advice());
    }
}

/// A rectangle in pixels.
#[napi(object)]
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

impl From<visavis::Rect> for Bounds {
    fn from(visavis::Rect { x, y, width, height }: visavis::Rect) -> Self {
        Bounds { x: number(x), y: number(y), width: number(width), height: number(height) }
    }
}

impl From<Bounds> for visavis::Rect {
    fn from(Bounds { x, y, width, height }: Bounds) -> Self {
        visavis::Rect { x: x as f32, y: y as f32, width: width as f32, height: height as f32 }
    }
}

object! {
    /// Wall-clock time of the steps for one photo, in milliseconds.
    Milliseconds from timings: visavis::Timings {
        /// From bytes to pixels; 0 for raw pixels.
        decode: f64 = milliseconds(timings.decode);
        /// From pixels to faces.
        detect: f64 = milliseconds(timings.detect);
        /// From the face to the template.
        extract: f64 = milliseconds(timings.extract);
    }
}

object! {
    /// All faces of one photo.
    Detection from detection: visavis::Detection {
        /// The faces, most confident first; empty when there is none.
        faces: Vec<Face> = detection.faces.iter().map(Face::from).collect();
        /// Index of the chosen face in `faces`; absent if there is none.
        chosen: Option<u32> = detection.chosen.as_ref().ok().map(|&index| index as u32);
        /// Why no face is chosen, for example `NO_FACE` or `SEVERAL_FACES`.
        reason: Option<String> = detection.chosen.as_ref().err().map(|error| error.kind().name().to_owned());
        /// Width of the upright photo in pixels.
        width: u32 = detection.width;
        /// Height of the upright photo in pixels.
        height: u32 = detection.height;
        /// The time of its steps; `extract` is 0.
        milliseconds: Milliseconds = detection.timings.into();
        /// What a better photo needs: why no face is chosen, if that is known; else, for the chosen face, if the quality was
        /// requested.
        #[napi(ts_type = "import('../index.js').Advice[]")]
        advice: Vec<String> = names(&detection.advice());
    }
}

object! {
    /// A template and what it was made from.
    Extraction from extraction: visavis::Extraction {
        /// What `Template` keeps.
        template: NativeTemplate = extraction.template.into();
        /// What was found in the photo.
        sample: Sample = extraction.sample.into();
    }
}

/// A template made from several photos of one person.
#[napi(object, object_from_js = false)]
pub struct Enrollment {
    /// What `Template` keeps.
    pub template: NativeTemplate,
    /// The photos, in their order.
    pub photos: Vec<Enrolled>,
}

/// One of the photos that a template was made from.
#[napi(object, object_from_js = false)]
pub struct Enrolled {
    /// What was found in it.
    pub sample: Sample,
    /// How similar it is to the template made from the other photos. No match means that it probably shows
    /// somebody else, or is too poor to be useful. Absent if there is no other photo.
    pub others: Option<Comparison>,
}

impl Enrollment {
    pub(crate) fn judged(enrollment: visavis::Enrollment, threshold: f32) -> Self {
        let photo = |photo: visavis::Enrolled| Enrolled {
            sample: photo.sample.into(),
            others: photo.others.map(|others| Comparison::judged(&others, threshold)),
        };
        let photos = enrollment.photos.into_iter().map(photo).collect();
        Enrollment { template: enrollment.template.into(), photos }
    }
}

/// The engine's number in double precision, with the digits that distinguish it from its neighbours: 27.3 stays 27.3, so
/// that comparing it with a threshold agrees with `isMatch`.
fn number(value: f32) -> f64 {
    value.to_string().parse().expect("Rust parses what it prints")
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
