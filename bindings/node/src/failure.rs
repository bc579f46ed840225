//! Why something failed, as plain data.

use std::error::Error as _;
use std::io;

use napi_derive::napi;
use visavis::{Error, ErrorKind};

/// Why a call failed. The JavaScript half makes an error of it.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Failure {
    /// The tag that no answer has.
    #[napi(ts_type = "true")]
    pub failed: bool,
    /// The sentence for people.
    pub message: String,
    /// The stable name, for example `NO_FACE`.
    pub code: String,
    /// The stable number, for example 40; absent for what only this package has.
    pub number: Option<u32>,
    /// `probe` or `reference`.
    pub side: Option<String>,
    /// The step that failed, for example `decode`.
    pub stage: Option<String>,
    /// Which of several photos or templates it is about, from 0.
    pub index: Option<u32>,
    /// What the photographer can improve, for example `too_dark`.
    pub advice: Vec<String>,
    /// The system's number, where the system refused to read a file.
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
    /// What only this package knows has a name but no number.
    fn own(code: &str, message: String) -> Self {
        let error = Error::new(ErrorKind::InvalidArgument, message);
        Failure { code: code.to_owned(), number: None, ..error.into() }
    }

    /// The queue has no room.
    pub(crate) fn queue_full(length: u32) -> Self {
        let message =
            format!("{length} calls are waiting: try again later, or make the verifier's queueLength larger");
        Self::own("QUEUE_FULL", message)
    }

    /// The verifier was closed before the call began.
    pub(crate) fn closed() -> Self {
        Self::own("CLOSED", "the verifier is closed".to_owned())
    }
}

/// Advice by its names.
pub(crate) fn names(advice: &[visavis::Advice]) -> Vec<String> {
    advice.iter().map(|advice| advice.name().to_owned()).collect()
}
