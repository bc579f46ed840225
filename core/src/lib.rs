#![doc = include_str!("../README.md")]

mod advice;
mod align;
mod base64_text;
mod belief;
mod calls;
mod check;
mod choose;
mod clock;
mod compare;
mod deadline;
mod decode;
mod detect;
mod engine;
mod enroll;
mod error;
mod extract;
mod floating_point;
mod geometry;
mod host;
mod image;
mod measure;
mod memory;
mod model;
mod options;
mod pair;
mod photo;
mod pixel_format;
mod pixels;
mod plan;
mod pool;
mod quality;
mod resample;
mod scaled;
mod score;
mod search;
mod sight;
mod template;
mod verdict;
mod verifier;
mod warp;
mod worker;

pub use advice::Advice;
pub use base64_text::from_base64;
pub use check::{ModelCheck, NetworkCheck, check_models};
pub use compare::Ranked;
pub use decode::declared_size;
pub use engine::{EngineInfo, forbid_telemetry};
pub use enroll::{Enrolled, Enrollment};
pub use error::{Band, Error, ErrorKind, Result, Side, Stage, catch_panic};
pub use geometry::{Point, Rect};
pub use image::Image;
pub use options::{Engine, FacePolicy, Limits, Options, Search};
pub use photo::Photo;
pub use pixel_format::PixelFormat;
pub use pixels::Pixels;
pub use quality::Quality;
pub use score::ScoreTable;
pub use template::Template;
pub use verdict::{Comparison, Detection, Extraction, Face, Sample, Timings, Verdict};
pub use verifier::Verifier;

/// Decodes a photo in parts at every scale and compares them. For the fuzzer only; not part of the interface.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn parts_agree(bytes: &[u8], limits: &Limits) -> Result<()> {
    decode::parts_agree(bytes, limits)
}
