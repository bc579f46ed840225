//! Results to HTTP responses.

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;
use warp::reply::Response;

use crate::contract::{Code, Envelope};

/// When to come again, in seconds, after a refusal for want of room.
const RETRY_AFTER_SECONDS: &str = "1";

/// A reply of the contract: the envelope, and the status and headers that go with its error.
pub fn envelope(session_id: Option<&str>, result: Result<u8, Code>) -> Response {
    let mut response = json(&Envelope::new(session_id, result));
    if let Err(code) = result {
        *response.status_mut() = code.status();
        let header = match code {
            Code::Unauthorized => Some((WWW_AUTHENTICATE, "Basic realm=\"visavis\"")),
            Code::Overloaded => Some((RETRY_AFTER, RETRY_AFTER_SECONDS)),
            _ => None,
        };
        response.headers_mut().extend(header.map(|(name, value)| (name, HeaderValue::from_static(value))));
    }
    response
}

/// The reply to a request that was not read.
pub fn refusal(code: Code) -> Response {
    envelope(None, Err(code))
}

/// The reply to a method that the path does not have.
pub fn method_not_allowed(allowed: &'static str) -> Response {
    let mut response = refusal(Code::MethodNotAllowed);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

/// A body of JSON, which nobody may store.
///
/// # Panics
///
/// For a type that does not become JSON; those of this server do.
pub fn json(body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).expect("strings and numbers become JSON");
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
