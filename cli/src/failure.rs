//! What went wrong: an error of the engine, or one that only the command line knows.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use visavis::{Band, Error, ErrorKind, Side, Stage};

use crate::output::shown;

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
    File(FileProblem, String),
}

/// A failure as JSON.
#[derive(Serialize)]
pub(crate) struct FailureView<'a> {
    name: &'static str,
    /// The stable number, of the engine's own kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Cow<'a, str>>,
    message: &'a str,
}

/// What the engine never meets, because it opens no files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileProblem {
    /// Missing, a folder, or not to be read.
    Unreadable,
    /// It cannot be written.
    Unwritable,
    /// It would have to be replaced.
    Exists,
    /// A table of pairs or a manifest that is not in its documented form.
    Malformed,
}

impl FileProblem {
    const fn name(self) -> &'static str {
        match self {
            FileProblem::Unreadable => "FILE_UNREADABLE",
            FileProblem::Unwritable => "FILE_UNWRITABLE",
            FileProblem::Exists => "FILE_EXISTS",
            FileProblem::Malformed => "FILE_MALFORMED",
        }
    }
}

impl Failure {
    pub(crate) fn file(problem: FileProblem, path: &Path, why: impl fmt::Display) -> Self {
        Failure { cause: Cause::File(problem, why.to_string()), path: Some(path.to_owned()) }
    }

    pub(crate) fn unreadable(path: &Path, why: impl fmt::Display) -> Self {
        Self::file(FileProblem::Unreadable, path, format!("cannot be read: {why}"))
    }

    pub(crate) fn unwritable(path: &Path, why: impl fmt::Display) -> Self {
        Self::file(FileProblem::Unwritable, path, format!("cannot be written: {why}"))
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

    /// Says which of two photos or templates it is about.
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
            Cause::File(problem, _) => problem.name(),
        }
    }

    /// Whether it is about one photo, and says nothing of files, set-up or arguments. Defects that a photo brings out
    /// are: a run over thousands of photos must not end there.
    pub(crate) fn is_of_photo(&self) -> bool {
        let band = |error: &Error| error.kind().band();
        matches!(&self.cause, Cause::Engine(error) if !matches!(band(error), Band::Caller | Band::Setup))
    }

    /// The sentence for people, without file and name.
    pub(crate) fn message(&self) -> &str {
        match &self.cause {
            Cause::Engine(error) => error.message(),
            Cause::File(_, message) => message,
        }
    }

    /// For programs.
    pub(crate) fn view(&self) -> FailureView<'_> {
        let error = match &self.cause {
            Cause::Engine(error) => Some(error),
            Cause::File(..) => None,
        };
        FailureView {
            name: self.name(),
            number: error.map(|error| error.kind().number()),
            side: error.and_then(Error::side).map(Side::name),
            stage: error.and_then(Error::stage).map(Stage::name),
            path: self.path.as_deref().map(Path::to_string_lossy),
            message: self.message(),
        }
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
            Cause::File(problem, message) => write!(f, "{message} ({})", problem.name()),
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
