//! What went wrong: an error of the engine, or one that only the command line knows.

use std::fmt;
use std::path::Path;

use visavis::Error;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// An error with a stable name and a sentence for people.
#[derive(Debug)]
pub(crate) enum Failure {
    /// From the engine; about a file where `path` names one.
    Engine { error: Error, path: Option<String> },
    /// A file is missing, a folder, or not to be read.
    Unreadable(String),
    /// A file cannot be written.
    Unwritable(String),
    /// A table of pairs, or a manifest, is not in its documented form.
    Malformed(String),
    /// An argument cannot be used.
    Argument(String),
}

impl Failure {
    pub(crate) fn unreadable(path: &Path, why: impl fmt::Display) -> Self {
        Failure::Unreadable(format!("{} cannot be read: {why}", path.display()))
    }

    pub(crate) fn unwritable(path: &Path, why: impl fmt::Display) -> Self {
        Failure::Unwritable(format!("{} cannot be written: {why}", path.display()))
    }

    /// Names the file that an engine's error is about.
    pub(crate) fn in_file(error: Error, path: &Path) -> Self {
        Failure::Engine { error, path: Some(path.display().to_string()) }
    }

    /// The stable name, in the style of the engine's own.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Failure::Engine { error, .. } => error.kind().name(),
            Failure::Unreadable(_) => "FILE_UNREADABLE",
            Failure::Unwritable(_) => "FILE_UNWRITABLE",
            Failure::Malformed(_) => "FILE_MALFORMED",
            Failure::Argument(_) => visavis::ErrorKind::InvalidArgument.name(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Engine { error, path: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Engine { error, path: Some(path) } => write!(f, "{path}: {error}"),
            Failure::Engine { error, path: None } => error.fmt(f),
            Failure::Unreadable(message)
            | Failure::Unwritable(message)
            | Failure::Malformed(message)
            | Failure::Argument(message) => write!(f, "{message} ({})", self.name()),
        }
    }
}
