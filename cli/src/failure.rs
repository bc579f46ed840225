//! Failures: an error of the engine, or one that only the command line can have.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use visavis::{Band, Error, ErrorKind, Side, Stage};

use crate::text::shown;
use crate::view;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// An error with a stable name, a message and, if it concerns one, a file.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    cause: Cause,
    path: Option<PathBuf>,
}

#[derive(Clone, Debug)]
enum Cause {
    Engine(Error),
    /// Name and message of an error about a file that the engine has no part in: a table, or a result.
    File(&'static str, String),
}

impl Failure {
    fn file(name: &'static str, path: &Path, reason: impl fmt::Display) -> Self {
        Failure { cause: Cause::File(name, reason.to_string()), path: Some(path.to_owned()) }
    }

    pub(crate) fn unwritable(path: &Path, reason: impl fmt::Display) -> Self {
        Self::file("FILE_UNWRITABLE", path, format!("cannot be written: {reason}"))
    }

    /// A file exists and may not be replaced.
    pub(crate) fn exists(path: &Path) -> Self {
        Self::file("FILE_EXISTS", path, "already exists; --force replaces it")
    }

    /// A table or a manifest does not have its documented form.
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

    /// Adds the file that an error of the engine concerns.
    pub(crate) fn about(error: Error, path: &Path) -> Self {
        Failure { cause: Cause::Engine(error), path: Some(path.to_owned()) }
    }

    /// Adds the one of two files that an error of the engine concerns, if it concerns one.
    pub(crate) fn about_one_of(error: Error, probe: &Path, reference: &Path) -> Self {
        match error.side() {
            Some(Side::Probe) => Self::about(error, probe),
            Some(Side::Reference) => Self::about(error, reference),
            None => error.into(),
        }
    }

    /// Adds which of two photos or templates the error concerns.
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

    /// Whether it concerns a single photo and not files, set-up or arguments. An internal error on a photo counts too: a
    /// run over thousands of photos must not end there.
    fn is_of_photo(&self) -> bool {
        let band = |error: &Error| error.kind().band();
        matches!(&self.cause, Cause::Engine(error) if !matches!(band(error), Band::Caller | Band::Setup))
    }

    /// The outcome of one photo. An error about anything else stays an error, which ends the work.
    pub(crate) fn as_outcome<T>(result: Result<T>) -> Result<Result<T>> {
        match result {
            Err(failure) if !failure.is_of_photo() => Err(failure),
            outcome => Ok(outcome),
        }
    }

    /// The message, without file and name.
    pub(crate) fn message(&self) -> &str {
        match &self.cause {
            Cause::Engine(error) => error.message(),
            Cause::File(_, message) => message,
        }
    }
}

/// For programs; unknown members are left out.
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
    fn an_internal_error_on_one_photo_does_not_end_a_run() {
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
