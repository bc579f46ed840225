//! The outcome of a request: one value, which is rendered, counted and logged.

use http::StatusCode;
use visavis::{Band, Error, ErrorKind, Side, Verdict};

use crate::contract::Code;
use crate::details::Details;
use crate::page::Asset;

/// An answer, or why there is none.
pub(crate) type Outcome = Result<Answer, Failure>;

/// What was requested.
pub(crate) enum Answer {
    /// A verdict, with its details if they were requested.
    Verdict(Box<(Verdict, Option<Details>)>),
    /// One word about the state of the server.
    Status(StatusCode, &'static str),
    /// The metrics as text.
    Metrics(Vec<u8>),
    /// A file of the page.
    Asset(&'static Asset),
    /// The reply to a preflight request.
    Preflight,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The code that the client receives.
    pub(crate) code: Code,
    /// What is wrong with a photo or with the server, for the log and the details: kinds and sizes, never content.
    pub(crate) cause: Option<Cause>,
    /// The methods of the path, if the request used another one.
    pub(crate) allowed: Option<&'static str>,
    /// The client left while it was sending: the reply will probably not be read.
    pub(crate) gone: bool,
}

#[derive(Debug)]
pub(crate) enum Cause {
    /// There is no photo.
    Absent,
    /// The photo's text is not Base64.
    NotBase64,
    /// What the core reported.
    Core(Error),
}

impl Failure {
    pub(crate) fn method_not_allowed(allowed: &'static str) -> Self {
        Failure { allowed: Some(allowed), ..Code::MethodNotAllowed.into() }
    }

    pub(crate) fn client_gone() -> Self {
        Failure { gone: true, ..Code::InvalidRequest.into() }
    }

    pub(crate) fn absent(code: Code) -> Self {
        Failure { cause: Some(Cause::Absent), ..code.into() }
    }

    pub(crate) fn not_base64(code: Code) -> Self {
        Failure { cause: Some(Cause::NotBase64), ..code.into() }
    }
}

impl Cause {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Cause::Absent => "ABSENT",
            Cause::NotBase64 => "NOT_BASE64",
            Cause::Core(error) => error.kind().name(),
        }
    }

    /// Names of what the photographer can improve.
    pub(crate) fn advice(&self) -> Vec<&'static str> {
        match self {
            Cause::Core(error) => error.advice().iter().map(|advice| advice.name()).collect(),
            _ => Vec::new(),
        }
    }

    /// What is wrong, and what can be done about it. Faults of the server are not described to clients.
    pub(crate) fn words(&self) -> String {
        let error = match self {
            Cause::Absent => return "there is no photo: send it as imageBase64".to_owned(),
            Cause::NotBase64 => return "imageBase64 is not Base64: encode the bytes of the file".to_owned(),
            Cause::Core(error) => error,
        };
        let advice = match error.kind() {
            ErrorKind::EmptyImage => "choose the file again",
            ErrorKind::UnsupportedFormat => "send it as JPEG or PNG",
            ErrorKind::CorruptImage => "send the whole file again, or another photo",
            ErrorKind::ImageTooLarge => "send a smaller photo",
            ErrorKind::NoFace => "take a photo from the front, in even light, with the whole face in it",
            ErrorKind::SeveralFaces => "take a photo with one person in it",
            ErrorKind::FaceTooSmall => "take the photo from nearer",
            _ => return "the server failed: report its X-Request-Id to those who run it".to_owned(),
        };
        format!("{}: {advice}", error.message())
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Failure { code, cause: None, allowed: None, gone: false }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match (error.kind().band(), error.side()) {
            _ if error.kind() == ErrorKind::DeadlineExceeded => Code::Overloaded,
            (Band::Image, Some(Side::Probe)) => Code::MissingProbeImage,
            (Band::Image, Some(Side::Reference)) => Code::MissingReferenceImage,
            (Band::Photo, Some(Side::Probe)) => Code::ProbeFaceNotFound,
            (Band::Photo, Some(Side::Reference)) => Code::ReferenceFaceNotFound,
            _ => Code::InternalError,
        };
        Failure { cause: Some(Cause::Core(error)), ..code.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_core_has_its_code() {
        for kind in ErrorKind::ALL {
            let code = |side| Failure::from(Error::new(*kind, "").at_side(side)).code;
            if *kind == ErrorKind::DeadlineExceeded {
                assert_eq!(code(Side::Probe), Code::Overloaded);
                continue;
            }
            let expected = match kind.number() {
                20..=39 => (Code::MissingProbeImage, Code::MissingReferenceImage),
                40..=59 => (Code::ProbeFaceNotFound, Code::ReferenceFaceNotFound),
                _ => (Code::InternalError, Code::InternalError),
            };
            assert_eq!((code(Side::Probe), code(Side::Reference)), expected, "{kind}");
            assert_eq!(
                Failure::from(Error::new(*kind, "")).code,
                Code::InternalError,
                "{kind} without a side"
            );
        }
    }

    #[test]
    fn words_say_what_to_do_and_nothing_about_server_faults() {
        for kind in ErrorKind::ALL {
            let words = Cause::Core(Error::new(*kind, "MESSAGE")).words();
            let is_about_the_photo = matches!(kind.band(), Band::Image | Band::Photo);
            assert_eq!(words.starts_with("MESSAGE: "), is_about_the_photo, "{kind}: {words}");
        }
    }
}
