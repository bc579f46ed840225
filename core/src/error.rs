//! The error of every module: its kind, which owns number and name, the photo, the step, and the reason.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::advice::Advice;
use crate::floating_point::FloatingPoint;

/// Result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)+) => {
        /// What went wrong. Every kind owns a stable number and a stable name, the same in every language.
        ///
        /// The band of a number says who can fix the problem: 1-19 the caller, 20-39 the supplier of the image file,
        /// 40-59 the photographer, 60-79 the installer of the library, 98-99 its makers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum ErrorKind {
            $($(#[$doc])* $variant = $number,)+
        }

        impl ErrorKind {
            /// Every kind, in the order of the numbers.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$variant),+];

            /// The stable name, for example `NO_FACE`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(ErrorKind::$variant => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// An argument or a setting is outside its documented range.
    InvalidArgument = 1, "INVALID_ARGUMENT";
    /// Raw pixels whose length, stride or size do not fit together.
    InvalidPixels = 2, "INVALID_PIXELS";
    /// The bytes are not a template, or were damaged.
    TemplateMalformed = 3, "TEMPLATE_MALFORMED";
    /// Templates of different models cannot be compared.
    TemplateMismatch = 4, "TEMPLATE_MISMATCH";
    /// A template that records a failure to extract has no comparison score with any other.
    TemplateFailed = 5, "TEMPLATE_FAILED";
    /// A photo's file is missing, is not a regular file, or cannot be read.
    FileUnreadable = 6, "FILE_UNREADABLE";
    /// The call took longer than it may.
    DeadlineExceeded = 7, "DEADLINE_EXCEEDED";
    /// The image has no bytes.
    EmptyImage = 20, "EMPTY_IMAGE";
    /// The bytes are not in a supported image format.
    UnsupportedFormat = 21, "UNSUPPORTED_FORMAT";
    /// The format was recognised, but the file is broken or cut short.
    CorruptImage = 22, "CORRUPT_IMAGE";
    /// More bytes, more pixels or a more extreme shape than the limits allow.
    ImageTooLarge = 23, "IMAGE_TOO_LARGE";
    /// No face was found.
    NoFace = 40, "NO_FACE";
    /// Several faces were found and the policy allows only one.
    SeveralFaces = 41, "SEVERAL_FACES";
    /// The face is smaller than the minimum that was set.
    FaceTooSmall = 42, "FACE_TOO_SMALL";
    /// A model file or its manifest cannot be read.
    ModelNotFound = 60, "MODEL_NOT_FOUND";
    /// This version cannot use the manifest or the model.
    ModelInvalid = 61, "MODEL_INVALID";
    /// A model file's SHA-256 is not the one in the manifest.
    ModelHashMismatch = 62, "MODEL_HASH_MISMATCH";
    /// The requested inference engine cannot be loaded.
    EngineUnavailable = 63, "ENGINE_UNAVAILABLE";
    /// The inference engine was found, but is too old or fails to start.
    EngineIncompatible = 64, "ENGINE_INCOMPATIBLE";
    /// There is not enough memory for the photo or the inference engine.
    OutOfMemory = 65, "OUT_OF_MEMORY";
    /// A defect of this library, or of the inference engine while it ran.
    Internal = 98, "INTERNAL";
    /// A panic that was caught at the boundary of the library.
    Panic = 99, "PANIC";
}

impl ErrorKind {
    /// The stable number, for example 40.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.number() == number)
    }

    /// Who can fix a problem of this kind.
    pub const fn band(self) -> Band {
        match self.number() {
            0..=19 => Band::Caller,
            20..=39 => Band::Image,
            40..=59 => Band::Photo,
            60..=79 => Band::Setup,
            _ => Band::Internal,
        }
    }
}

/// Who can fix a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Band {
    /// The program that calls the library: an argument is wrong.
    Caller,
    /// The supplier of the file: it is not a readable image.
    Image,
    /// The photographer: the image is readable, but shows no usable face.
    Photo,
    /// The installer of the library: models or engine are missing or unsuitable.
    Setup,
    /// The makers of the library.
    Internal,
}

/// The photo that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The live or current photo, whose identity is to be verified.
    Probe,
    /// The stored photo that the probe is compared with.
    Reference,
}

/// The step of a verification in which an error occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Loading models and engine.
    Setup,
    /// From bytes to pixels.
    Decode,
    /// From pixels to faces.
    Detect,
    /// From faces to the chosen face.
    Choose,
    /// From the face to a template.
    Extract,
    /// From two templates to a comparison score.
    Compare,
}

impl Side {
    /// `probe` or `reference`.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Probe => "probe",
            Side::Reference => "reference",
        }
    }
}

impl Stage {
    /// The lower-case name, for example `decode`.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Setup => "setup",
            Stage::Decode => "decode",
            Stage::Detect => "detect",
            Stage::Choose => "choose",
            Stage::Extract => "extract",
            Stage::Compare => "compare",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why an operation failed. Never holds pixels, templates or credentials.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    side: Option<Side>,
    stage: Option<Stage>,
    index: Option<usize>,
    message: String,
    advice: Vec<Advice>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this kind with a readable message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Error { kind, side: None, stage: None, index: None, message, advice: Vec::new(), source: None }
    }

    /// Adds the error that caused this one, for [`source`](std::error::Error::source).
    #[must_use]
    pub fn with_source(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Error { source: Some(Arc::new(source)), ..self }
    }

    /// Adds what the photographer can improve, to the message as well.
    #[must_use]
    pub(crate) fn with_advice(mut self, advice: Vec<Advice>) -> Self {
        let sentences: Vec<&str> = advice.iter().map(|advice| advice.sentence()).collect();
        if !sentences.is_empty() {
            self.message = format!("{}; {}", self.message, sentences.join("; "));
        }
        Error { advice, ..self }
    }

    /// What the photographer can improve, if that is known.
    pub fn advice(&self) -> &[Advice] {
        &self.advice
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The photo that it is about, if it is about one.
    pub fn side(&self) -> Option<Side> {
        self.side
    }

    /// The step in which it occurred, if it occurred in one.
    pub fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// Which of several photos or templates it is about, from 0, if it is about one of several.
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The readable sentence, without kind, side and stage.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Sets the photo, unless it is set already.
    #[must_use]
    pub fn at_side(mut self, side: Side) -> Self {
        self.side.get_or_insert(side);
        self
    }

    /// Says which of many it is about, in the message too.
    #[must_use]
    pub(crate) fn at_index(self, index: usize) -> Self {
        Error { message: format!("index {index}: {}", self.message), index: Some(index), ..self }
    }

    /// Sets the step, unless it is set already.
    #[must_use]
    pub fn at_stage(mut self, stage: Stage) -> Self {
        self.stage.get_or_insert(stage);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(side) = self.side {
            write!(f, "{side}: ")?;
        }
        write!(f, "{} ({})", self.message, self.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}

/// Runs work that must not unwind further, as at the boundary of a binding: a panic becomes an error of kind
/// [`ErrorKind::Panic`]. The floating-point state of the caller is saved and restored.
pub fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let _restored = FloatingPoint::standard();
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panicked(payload)))
}

fn panicked(payload: Box<dyn Any + Send>) -> Error {
    let message = match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => match payload.downcast::<&str>() {
            Ok(message) => (*message).to_owned(),
            Err(payload) => {
                // Dropping a value of an unknown type might panic again.
                std::mem::forget(payload);
                "of an unknown kind".to_owned()
            }
        },
    };
    Error::new(ErrorKind::Panic, format!("a defect in the library: {message}"))
}

/// Sets the stage of an error on its way out of a module.
pub(crate) trait Stamp<T> {
    fn stage(self, stage: Stage) -> Result<T>;
}

impl<T> Stamp<T> for Result<T> {
    fn stage(self, stage: Stage) -> Result<T> {
        self.map_err(|error| error.at_stage(stage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_banded() {
        let mut names: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorKind::ALL.len());
        for kind in ErrorKind::ALL {
            assert_eq!(ErrorKind::from_number(kind.number()), Some(*kind));
        }
        assert_eq!(ErrorKind::NoFace.band(), Band::Photo);
        assert_eq!(ErrorKind::Panic.band(), Band::Internal);
        assert_eq!(ErrorKind::from_number(0), None);
    }

    #[test]
    fn a_panic_becomes_an_error_that_names_it() {
        let error = |panic: fn()| {
            catch_panic(|| {
                panic();
                Ok(())
            })
            .unwrap_err()
        };
        assert!(error(|| panic!("on {}", "purpose")).message().ends_with("on purpose"));
        assert!(error(|| panic!("plain")).message().ends_with("plain"));
        assert_eq!(error(|| std::panic::panic_any(7)).kind(), ErrorKind::Panic);
        assert_eq!(catch_panic(|| Ok(3)).unwrap(), 3);
    }

    #[test]
    fn the_cause_is_kept() {
        let error = Error::new(ErrorKind::Internal, "no").with_source(fmt::Error);
        assert!(std::error::Error::source(&error.clone()).unwrap().is::<fmt::Error>());
    }

    #[test]
    fn the_first_stamp_stays() {
        let error =
            Error::new(ErrorKind::NoFace, "no face was found").at_side(Side::Probe).at_side(Side::Reference);
        assert_eq!(error.side(), Some(Side::Probe));
        assert_eq!(error.to_string(), "probe: no face was found (NO_FACE)");
    }
}
