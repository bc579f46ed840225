//! What went wrong: an error of the engine, or one that only the command line knows.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use visavis::{Band, Error, ErrorKind, Side, Stage};

use crate::text::shown;
use crate::view;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// An error with a stable name, a sentence for people and, where it is about one, a file.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    cause: Cause,
    path: Option<PathBuf>,
}

#[derive(Clone, Debug)]
enum Cause {
    Engine(Error),
    /// Name and message of what the engine never meets, because it only reads photos.
    File(&'static str, String),
}

impl Failure {
    fn file(name: &'static str, path: &Path, reason: impl fmt::Display) -> Self {
        Failure { cause: Cause::File(name, reason.to_string()), path: Some(path.to_owned()) }
    }

    pub(crate) fn unwritable(path: &Path, reason: impl fmt::Display) -> Self {
        Self::file("FILE_UNWRITABLE", path, format!("cannot be written: {reason}"))
    }

    /// A file would have to be replaced.
    pub(crate) fn exists(path: &Path) -> Self {
        Self::file("FILE_EXISTS", path, "exists already; --force replaces it")
    }

    /// A table of pairs or a manifest is not in its documented form.
    pub(crate) fn malformed(path: &Path, reason: impl fmt::Display) -> Self {
        Self::file("FILE_MALFORMED", path, reason)
    }

    pub(crate) fn unreadable(path: &Path, reason: impl fmt::Display) -> Self {
        Self::about(Error::new(ErrorKind::FileUnreadable, format!("cannot be read: {reason}")), path)
    }

    /// An argument cannot be used.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InvalidArgument, message).into()
    }

    /// Names the file that an engine's error is about.
    pub(crate) fn about(error: Error, path: &Path) -> Self {
        Failure { cause: Cause::Engine(error), path: Some(path.to_owned()) }
    }

    /// Names the one of two files that an engine's error is about, if it is about one.
    pub(crate) fn about_one_of(error: Error, probe: &Path, reference: &Path) -> Self {
        match error.side() {
            Some(Side::Probe) => Self::about(error, probe),
            Some(Side::Reference) => Self::about(error, reference),
            None => error.into(),
        }
    }

    /// States which of two photos or templates it is about.
    #[must_use]
    pub(crate) fn at_side(mut self, side: Side) -> Self {
        if let Cause::Engine(error) = self.cause {
            self.cause = Cause::Engine(error.at_side(side));
        }
        self
    }

    /// The stable name, in the style of the engine's own.
    pub(crate) fn name(&self) -> &'static str {
        match &self.cause {
            Cause::Engine(error) => error.kind().name(),
            Cause::File(name, _) => name,
        }
    }

    /// Whether it is about one photo, and says nothing about files, set-up or arguments. A defect that a photo brings
    /// out is: a run over thousands of photos must not end there.
    fn is_of_photo(&self) -> bool {
        let band = |error: &Error| error.kind().band();
        matches!(&self.cause, Cause::Engine(error) if !matches!(band(error), Band::Caller | Band::Setup))
    }

    /// What came of one photo; an error that is about anything else stays one, to end the work.
    pub(crate) fn as_outcome<T>(result: Result<T>) -> Result<Result<T>> {
        match result {
            Err(failure) if !failure.is_of_photo() => Err(failure),
            outcome => Ok(outcome),
        }
    }

    /// The sentence for people, without file and name.
    pub(crate) fn message(&self) -> &str {
        match &self.cause {
            Cause::Engine(error) => error.message(),
            Cause::File(_, message) => message,
        }
    }
}

/// For programs: what is not known is left out.
impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = match &self.cause {
            Cause::Engine(error) => Some(error),
            Cause::File(..) => None,
        };
        let members = [
            ("name", json!(self.name())),
            ("number", json!(error.map(|error| error.kind().number()))),
            ("side", json!(error.and_then(Error::side).map(Side::name))),
            ("stage", json!(error.and_then(Error::stage).map(Stage::name))),
            ("index", json!(error.and_then(Error::index))),
            ("path", json!(self.path.as_deref().map(Path::to_string_lossy))),
            ("message", json!(self.message())),
            ("advice", error.map_or(Value::Null, |error| view::advice(error.advice()))),
        ];
        serializer.collect_map(members.into_iter().filter(|(_, value)| *value != Value::Null))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { cause: Cause::Engine(error), path: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", shown(path))?;
        }
        match &self.cause {
            Cause::Engine(error) => error.fmt(f),
            Cause::File(name, message) => write!(f, "{message} ({name})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_that_a_photo_brings_out_does_not_end_a_run() {
        let of_photo = |kind| Failure::from(Error::new(kind, "")).is_of_photo();
        for kind in [ErrorKind::NoFace, ErrorKind::CorruptImage, ErrorKind::Internal, ErrorKind::Panic] {
            assert!(of_photo(kind), "{kind:?}");
        }
        for kind in [ErrorKind::InvalidArgument, ErrorKind::EngineUnavailable, ErrorKind::ModelInvalid] {
            assert!(!of_photo(kind), "{kind:?}");
        }
        assert!(!Failure::unreadable(Path::new("a"), "it is gone").is_of_photo());
    }
}
