//! Why something failed, as plain data.

use std::error::Error as _;
use std::io;

use napi_derive::napi;
use visavis::{Error, ErrorKind};

/// Why a call failed. The JavaScript half turns it into an error.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Failure {
    /// Distinguishes a failure from every answer.
    #[napi(ts_type = "true")]
    pub failed: bool,
    /// The message for people.
    pub message: String,
    /// The stable name, for example `NO_FACE`.
    pub code: String,
    /// The stable number, for example 40; absent for codes of this package only.
    pub number: Option<u32>,
    /// `probe` or `reference`.
    pub side: Option<String>,
    /// The step that failed, for example `decode`.
    pub stage: Option<String>,
    /// The index of the photo or template that it is about, if there are several.
    pub index: Option<u32>,
    /// What the photographer can improve, for example `too_dark`.
    pub advice: Vec<String>,
    /// The system's error number, if the system refused to read a file.
    pub errno: Option<i32>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let file = error.source().filter(|_| error.kind() == ErrorKind::FileUnreadable);
        let cause = file.and_then(|cause| cause.downcast_ref::<io::Error>());
        Failure {
            failed: true,
            message: error.message().to_owned(),
            code: error.kind().name().to_owned(),
            number: Some(error.kind().number().into()),
            side: error.side().map(|side| side.name().to_owned()),
            stage: error.stage().map(|stage| stage.name().to_owned()),
            index: error.index().map(|index| index as u32),
            advice: names(error.advice()),
            errno: cause.and_then(errno),
        }
    }
}

fn errno(cause: &io::Error) -> Option<i32> {
    /// The same on every system that Node runs on.
    const EISDIR: i32 = 21;
    let folder = cause.kind() == io::ErrorKind::IsADirectory;
    cause.raw_os_error().or(folder.then_some(EISDIR))
}

impl Failure {
    /// A failure that only this package has: its code has no number.
    fn own(code: &str, message: String) -> Self {
        let error = Error::new(ErrorKind::InvalidArgument, message);
        Failure { code: code.to_owned(), number: None, ..error.into() }
    }

    /// The queue is full.
    pub(crate) fn queue_full(length: u32) -> Self {
        let message =
            format!("{length} calls are waiting: try again later, or raise the verifier's queueLength");
        Self::own("QUEUE_FULL", message)
    }

    /// The verifier was closed before the call started.
    pub(crate) fn closed() -> Self {
        Self::own("CLOSED", "the verifier is closed".to_owned())
    }
}

/// The names of the advice.
pub(crate) fn names(advice: &[visavis::Advice]) -> Vec<String> {
    advice.iter().map(|advice| advice.name().to_owned()).collect()
}
