//! What a request came to: one value, which is rendered, counted and logged.

use http::StatusCode;
use visavis::{Band, Error, Side, Verdict};

use crate::contract::Code;
use crate::details::Details;
use crate::page::Asset;

/// An answer, or why there is none.
pub(crate) type Outcome = Result<Answer, Failure>;

/// What was asked for.
pub(crate) enum Answer {
    /// A verdict, and its details where they were asked for.
    Verdict(Box<(Verdict, Option<Details>)>),
    /// One word about the server.
    Status(StatusCode, &'static str),
    /// The metrics as text.
    Metrics(Vec<u8>),
    /// A file of the page.
    Asset(&'static Asset),
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What the client is sent.
    pub(crate) code: Code,
    /// What the core reported, for the log: it names kinds and sizes, never content.
    pub(crate) cause: Option<Error>,
    /// The methods that the path has, where the request used another one.
    pub(crate) allowed: Option<&'static str>,
}

impl Failure {
    pub(crate) fn method_not_allowed(allowed: &'static str) -> Self {
        Failure { allowed: Some(allowed), ..Code::MethodNotAllowed.into() }
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Failure { code, cause: None, allowed: None }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match (error.kind().band(), error.side()) {
            (Band::Image, Some(Side::Probe)) => Code::MissingProbeImage,
            (Band::Image, Some(Side::Reference)) => Code::MissingReferenceImage,
            (Band::Photo, Some(Side::Probe)) => Code::ProbeFaceNotFound,
            (Band::Photo, Some(Side::Reference)) => Code::ReferenceFaceNotFound,
            _ => Code::InternalError,
        };
        Failure { cause: Some(error), ..code.into() }
    }
}

#[cfg(test)]
mod tests {
    use visavis::ErrorKind;

    use super::*;

    #[test]
    fn every_kind_of_the_core_has_its_code() {
        for kind in ErrorKind::ALL {
            let code = |side| Failure::from(Error::new(*kind, "").at_side(side)).code;
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
}
