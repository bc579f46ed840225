//! A body to its answer: the whole of a request's work that needs no network. Runs on a worker thread.

use std::panic::{AssertUnwindSafe, catch_unwind};

use visavis::{Band, Error, ErrorKind, Photo, Side, Verdict, Verifier};

use crate::base64_text;
use crate::contract::{Code, Request};
use crate::details::Details;

/// What a body leads to.
pub struct Answer {
    /// To be echoed.
    pub session_id: Option<String>,
    /// The verdict, or why there is none.
    pub result: Result<Box<Judged>, Failure>,
}

/// A verdict and what was asked for with it.
pub struct Judged {
    /// The core's verdict.
    pub verdict: Verdict,
    /// The extension, where it was asked for.
    pub details: Option<Details>,
}

/// Why there is no verdict.
#[derive(Debug)]
pub struct Failure {
    /// What the client is told.
    pub code: Code,
    /// What the core said, for the log: it names kinds and sizes, never content.
    pub cause: Option<Error>,
}

/// Judges one request body, with the checks in the documented order: JSON, probe present, reference present, probe
/// decodes, reference decodes, probe face, reference face.
pub fn judge(verifier: &Verifier, body: &[u8], with_details: bool) -> Answer {
    match Request::parse(body) {
        Ok(request) => {
            // Caught here, so that even a defect of ours is answered with the session it happened in.
            let result = catch_unwind(AssertUnwindSafe(|| verify(verifier, &request, with_details)));
            let result = result.unwrap_or_else(|_panic| Err(Code::InternalError.into()));
            Answer { session_id: request.session_id, result: result.map(Box::new) }
        }
        Err(invalid) => Answer { session_id: invalid.session_id, result: Err(Code::InvalidRequest.into()) },
    }
}

fn verify(verifier: &Verifier, request: &Request<'_>, with_details: bool) -> Result<Judged, Failure> {
    let probe = request.probe.as_deref().ok_or(Code::MissingProbeImage)?;
    let reference = request.reference.as_deref().ok_or(Code::MissingReferenceImage)?;
    let probe = base64_text::decode(probe).ok_or(Code::MissingProbeImage)?;
    let reference = base64_text::decode(reference).ok_or_else(|| {
        // A broken probe is reported before a broken reference, also where the one is no image and the other no Base64.
        Error::new(ErrorKind::CorruptImage, "the reference is not Base64")
    });
    let photo = |photo: Photo<'static>| if with_details { photo.with_quality() } else { photo };
    let verdict = verifier.verify(photo(probe.into()), photo(reference.into()))?;
    let details = with_details.then(|| Details::new(verifier, &verdict));
    Ok(Judged { verdict, details })
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Failure { code, cause: None }
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
        Failure { code, cause: Some(error) }
    }
}

#[cfg(test)]
mod tests {
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
