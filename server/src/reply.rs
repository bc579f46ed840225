//! Results to HTTP responses.

use std::time::Duration;

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;
use warp::reply::Response;

use crate::contract::{Code, Envelope};

/// The longest wait that is asked of a client, in seconds.
const MAX_RETRY_AFTER: f64 = 60.0;

/// What log and metrics need to know of a response; travels among its extensions.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The name of the route, of a fixed set.
    pub route: &'static str,
    /// The session that the client named.
    pub session_id: Option<String>,
    /// The error, if it is one.
    pub code: Option<Code>,
}

impl Default for Outcome {
    fn default() -> Self {
        Outcome { route: "other", session_id: None, code: None }
    }
}

/// A reply of the contract, with the status and headers that go with its error.
pub fn envelope(envelope: &Envelope<'_>) -> Response {
    let mut response = json(envelope);
    if let Some(code) = envelope.error {
        *response.status_mut() = code.status();
        if code == Code::Unauthorized {
            let challenge = HeaderValue::from_static("Basic realm=\"visavis\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
    }
    let outcome = outcome(&mut response);
    outcome.session_id = envelope.session_id.map(str::to_owned);
    outcome.code = envelope.error;
    response
}

/// The reply to a request that was not read.
pub fn refusal(code: Code) -> Response {
    envelope(&Envelope::failed(None, code))
}

/// Says when it is worth to come again: after a whole number of seconds, at least one, at most a minute.
pub fn retry_after(response: &mut Response, wait: Duration) {
    let seconds = wait.as_secs_f64().ceil().clamp(1.0, MAX_RETRY_AFTER);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds as u64));
}

/// The error that a response tells, if it tells one.
pub fn code(response: &Response) -> Option<Code> {
    response.extensions().get::<Outcome>()?.code
}

/// The reply to a method that the path does not have.
pub fn method_not_allowed(allowed: &'static str) -> Response {
    let mut response = refusal(Code::MethodNotAllowed);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

/// A body of JSON.
///
/// # Panics
///
/// For a type that does not become JSON; those of this server do.
pub fn json(body: &impl Serialize) -> Response {
    text("application/json", serde_json::to_vec(body).expect("strings and numbers become JSON"))
}

/// A body of some type, which nobody may store.
pub fn text(kind: &'static str, body: impl Into<Vec<u8>>) -> Response {
    let mut response = Response::new(body.into().into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Gives the response's route its name.
pub fn named(route: &'static str, mut response: Response) -> Response {
    outcome(&mut response).route = route;
    response
}

fn outcome(response: &mut Response) -> &mut Outcome {
    response.extensions_mut().get_or_insert_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_whole_seconds_within_bounds() {
        for (milliseconds, seconds) in
            [(0, "1"), (999, "1"), (1000, "1"), (1001, "2"), (59_001, "60"), (1 << 40, "60")]
        {
            let mut response = refusal(Code::Overloaded);
            retry_after(&mut response, Duration::from_millis(milliseconds));
            assert_eq!(response.headers()[RETRY_AFTER], seconds, "{milliseconds} ms");
        }
    }
}
