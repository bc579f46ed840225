//! Why something failed, as plain data.

use std::any::Any;
use std::io;
use std::path::Path;

use napi_derive::napi;
use visavis::{Error, ErrorKind, Side};

/// Why a call failed. The JavaScript half makes an error of it.
#[napi(object, object_from_js = false)]
#[derive(Debug, Default)]
pub struct Failure {
    /// The sentence for people.
    pub message: String,
    /// The stable name, for example `NO_FACE`; absent for an error of the system.
    pub code: Option<String>,
    /// The stable number, for example 40.
    pub number: Option<u32>,
    /// `probe` or `reference`.
    pub side: Option<String>,
    /// The step that failed, for example `decode`.
    pub stage: Option<String>,
    /// The system's number for an error of the system.
    pub errno: Option<i32>,
    /// What the system was asked to do with the file.
    pub syscall: Option<String>,
    /// The file that it is about.
    pub path: Option<String>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure {
            message: error.message().to_owned(),
            code: Some(error.kind().name().to_owned()),
            number: Some(error.kind().number().into()),
            stage: error.stage().map(|stage| stage.name().to_owned()),
            ..Failure::about(error.side())
        }
    }
}

impl Failure {
    fn about(side: Option<Side>) -> Self {
        Failure { side: side.map(|side| side.name().to_owned()), ..Failure::default() }
    }

    /// A file that cannot be read.
    pub(crate) fn file(error: &io::Error, syscall: &str, path: &Path, side: Option<Side>) -> Self {
        let (syscall, path) = (Some(syscall.to_owned()), Some(path.to_string_lossy().into_owned()));
        let (message, errno) = (error.to_string(), error.raw_os_error());
        Failure { message, errno, syscall, path, ..Failure::about(side) }
    }

    /// The queue has no room. Only this package has a queue, so the core has no number for it.
    pub(crate) fn queue_full(length: u32) -> Self {
        let message = format!(
            "{length} calls wait already: try again later, or make the verifier's queueLength larger"
        );
        Failure { message, code: Some("QUEUE_FULL".to_owned()), ..Failure::default() }
    }

    /// A panic that was caught.
    pub(crate) fn panic(payload: Box<dyn Any + Send>) -> Self {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("of an unknown kind");
        let message = format!("a defect in the library: {text}");
        // Dropping what nobody knows might panic again.
        std::mem::forget(payload);
        Error::new(ErrorKind::Panic, message).into()
    }
}
