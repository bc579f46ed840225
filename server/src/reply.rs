//! Renders outcomes as HTTP responses.

use std::time::Duration;

use http::StatusCode;
use http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
    RETRY_AFTER, WWW_AUTHENTICATE,
};
use serde::Serialize;
use warp::reply::Response;

use crate::contract::{Code, Envelope};
use crate::outcome::{Answer, Failure, Outcome};
use crate::page;

/// The longest `Retry-After`, in seconds.
const MAX_RETRY_AFTER: f64 = 60.0;

/// What a reply depends on besides the outcome.
#[derive(Default)]
pub(crate) struct Context<'a> {
    pub(crate) session_id: Option<&'a str>,
    /// Whether details were requested.
    pub(crate) with_details: bool,
    /// How long a refused client should wait before it tries again.
    pub(crate) wait: Duration,
}

/// The response to a request.
pub(crate) fn render(outcome: &Outcome, context: &Context<'_>) -> Response {
    match outcome {
        Ok(Answer::Verdict(verdict)) => {
            let (verdict, details) = &**verdict;
            let score = verdict.comparison.integer_score();
            json(StatusCode::OK, &Envelope::verdict(context.session_id, score, details.as_ref()))
        }
        Ok(Answer::Status(status, word)) => json(*status, &serde_json::json!({ "status": word })),
        Ok(Answer::Metrics(text)) => {
            body(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text.clone())
        }
        Ok(Answer::Asset(asset)) => {
            let mut response = body(StatusCode::OK, asset.kind, asset.content);
            set(&mut response, CACHE_CONTROL, HeaderValue::from_static(asset.caching));
            set(&mut response, CONTENT_SECURITY_POLICY, HeaderValue::from_static(asset.policy));
            for (name, value) in page::HEADERS {
                set(&mut response, HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            response
        }
        Ok(Answer::Preflight) => {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        Err(failure) => refusal(failure, context),
    }
}

fn refusal(failure: &Failure, context: &Context<'_>) -> Response {
    let code = failure.code;
    let mut envelope = Envelope::failure(context.session_id, code);
    if let Some(cause) = failure.cause.as_ref().filter(|_| context.with_details) {
        envelope = envelope.because(cause.name(), cause.words(), cause.advice());
    }
    let mut response = json(code.status(), &envelope);
    if let Some(allowed) = failure.allowed {
        set(&mut response, ALLOW, HeaderValue::from_static(allowed));
    }
    match code {
        Code::Unauthorized => {
            set(&mut response, WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"visavis\""));
        }
        // The rest of the body may still arrive, and would be read as the next request.
        Code::RequestTimeout => set(&mut response, CONNECTION, HeaderValue::from_static("close")),
        Code::TooManyRequests | Code::Overloaded => {
            let seconds = context.wait.as_secs_f64().ceil().clamp(1.0, MAX_RETRY_AFTER);
            set(&mut response, RETRY_AFTER, HeaderValue::from(seconds as u64));
        }
        _ => {}
    }
    response
}

fn json(status: StatusCode, content: &impl Serialize) -> Response {
    body(status, "application/json", serde_json::to_vec(content).expect("strings and numbers become JSON"))
}

/// A body of this type, which must not be stored.
fn body(status: StatusCode, kind: &'static str, content: impl Into<Vec<u8>>) -> Response {
    let mut response = Response::new(content.into().into());
    *response.status_mut() = status;
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
            let context = Context { wait, ..Context::default() };
            let response = render(&Err(Code::Overloaded.into()), &context);
            assert_eq!(response.headers()[RETRY_AFTER], seconds, "{milliseconds} ms");
        }
    }
}
