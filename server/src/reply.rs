//! Outcomes to HTTP responses.

use std::time::Duration;

use http::StatusCode;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use serde::Serialize;
use warp::reply::Response;

use crate::contract::{Code, Envelope};
use crate::outcome::{Answer, Failure, Outcome};
use crate::page;

/// The longest wait that is asked of a client, in seconds.
const MAX_RETRY_AFTER: f64 = 60.0;

/// The response to a request; `wait` is how long its client does well to wait before it asks again.
pub(crate) fn render(outcome: &Outcome, session_id: Option<&str>, wait: Duration) -> Response {
    match outcome {
        Ok(Answer::Verdict(verdict)) => {
            let (verdict, details) = &**verdict;
            json(&Envelope::verdict(session_id, verdict.comparison.integer_score(), details.as_ref()))
        }
        Ok(Answer::Status(status, word)) => {
            let mut response = json(&serde_json::json!({ "status": word }));
            *response.status_mut() = *status;
            response
        }
        Ok(Answer::Metrics(text)) => body("text/plain; version=0.0.4; charset=utf-8", text.clone()),
        Ok(Answer::Asset(asset)) => {
            let mut response = body(asset.kind, asset.content);
            for (name, value) in page::HEADERS {
                set(&mut response, HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            response
        }
        Err(failure) => refusal(failure, session_id, wait),
    }
}

fn refusal(failure: &Failure, session_id: Option<&str>, wait: Duration) -> Response {
    let mut response = json(&Envelope::failure(session_id, failure.code));
    *response.status_mut() = failure.code.status();
    if failure.code == Code::Unauthorized {
        set(&mut response, WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"visavis\""));
    }
    if let Some(allowed) = failure.allowed {
        set(&mut response, ALLOW, HeaderValue::from_static(allowed));
    }
    if matches!(failure.code.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        let seconds = wait.as_secs_f64().ceil().clamp(1.0, MAX_RETRY_AFTER);
        set(&mut response, RETRY_AFTER, HeaderValue::from(seconds as u64));
    }
    response
}

fn json(content: &impl Serialize) -> Response {
    body("application/json", serde_json::to_vec(content).expect("strings and numbers become JSON"))
}

/// A body of some type, which nobody may store.
fn body(kind: &'static str, content: impl Into<Vec<u8>>) -> Response {
    let mut response = Response::new(content.into().into());
    set(&mut response, CONTENT_TYPE, HeaderValue::from_static(kind));
    set(&mut response, CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn set(response: &mut Response, name: HeaderName, value: HeaderValue) {
    response.headers_mut().insert(name, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_whole_seconds_within_bounds() {
        for (milliseconds, seconds) in
            [(0, "1"), (999, "1"), (1000, "1"), (1001, "2"), (59_001, "60"), (1 << 40, "60")]
        {
            let wait = Duration::from_millis(milliseconds);
            let response = render(&Err(Code::Overloaded.into()), None, wait);
            assert_eq!(response.headers()[RETRY_AFTER], seconds, "{milliseconds} ms");
        }
    }
}
