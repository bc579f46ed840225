//! visavis: do these two photos show the same person?
//!
//! ```no_run
//! let verifier = visavis::Verifier::new(visavis::Options::default())?;
//! let verdict = verifier.verify(&std::fs::read("probe.jpg")?, &std::fs::read("reference.jpg")?)?;
//! println!("score {:.1}, same person: {}", verdict.comparison.score, verdict.comparison.is_match);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The comparison score is `-10 log10` of the false match rate: 30 means that one pair of different people in a
//! thousand is as alike, 40 one in ten thousand. "Different people" is a verdict, never an error.
//!
//! Photos are bytes of JPEG, PNG, WebP, BMP, GIF, TIFF or PNM files, or raw pixels ([`Image`]). Nothing is logged,
//! nothing is written, nothing is sent.

mod align;
mod choose;
mod compare;
mod decode;
mod detect;
mod engine;
mod error;
mod extract;
mod image;
mod model;
mod options;
mod pool;
mod quality;
mod resample;
mod score;
mod verifier;

pub use detect::{Face, Point, Rect};
pub use engine::EngineInfo;
pub use error::{Band, Error, ErrorKind, Result, Side, Stage};
pub use extract::Template;
pub use image::{Image, PixelFormat};
pub use options::{Engine, FacePolicy, Limits, Options};
pub use quality::Quality;
pub use score::ScoreTable;
pub use verifier::{Comparison, Detection, Extraction, Sample, Timings, Verdict, Verifier};
