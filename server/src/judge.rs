//! From a body to its outcome: the part of the work that needs no network. Runs on a worker thread.

use visavis::{Photo, Side, Verifier};

use crate::contract::{Body, Code, session_id};
use crate::details::Details;
use crate::outcome::{Answer, Failure, Outcome};

/// Judges one request body, with the checks in the documented order: JSON, probe present, reference present, probe
/// decodes, reference decodes, probe face, reference face. A heavy request gets no second worker. Also returns the
/// `sessionId`.
pub(crate) fn judge(
    verifier: &Verifier,
    bytes: &[u8],
    with_details: bool,
    is_heavy: bool,
) -> (Option<String>, Outcome) {
    let Ok(body) = Body::parse(bytes) else { return (session_id(bytes), Err(Code::InvalidRequest.into())) };
    // Caught here, so that the reply after a panic also has the session.
    let outcome = visavis::catch_panic(|| Ok(verify(verifier, &body, with_details, is_heavy)));
    (body.session_id, outcome.unwrap_or_else(|panic| Err(panic.into())))
}

fn verify(verifier: &Verifier, body: &Body<'_>, with_details: bool, is_heavy: bool) -> Outcome {
    let probe = body.probe.as_deref().ok_or_else(|| Failure::absent(Code::MissingProbeImage))?;
    let reference = body.reference.as_deref().ok_or_else(|| Failure::absent(Code::MissingReferenceImage))?;
    // The limit on the body bounds both photos.
    let decode = |text| visavis::from_base64(text, usize::MAX);
    let probe = decode(probe).map_err(|_| Failure::not_base64(Code::MissingProbeImage))?;
    let Ok(reference) = decode(reference) else {
        // A broken probe is reported before a broken reference, also if one is not an image and the other not Base64.
        verifier.decode(&probe).map_err(|error| error.at_side(Side::Probe))?;
        return Err(Failure::not_base64(Code::MissingReferenceImage));
    };
    let photo = |bytes| if with_details { Photo::from(bytes).with_quality() } else { Photo::from(bytes) };
    let verify = if is_heavy { Verifier::verify_in_turn } else { Verifier::verify };
    let verdict = verify(verifier, photo(&probe), photo(&reference))?;
    let details = with_details.then(|| Details::new(verifier, &verdict));
    Ok(Answer::Verdict(Box::new((verdict, details))))
}
