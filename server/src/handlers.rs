//! What the server does with a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use http::{HeaderMap, Method, StatusCode};
use tokio::time::timeout_at;
use tracing::{error, info};
use warp::reply::Response;

use crate::app::App;
use crate::body::{Body, discard};
use crate::contract::Code;
use crate::judge::{Answer, Failure, judge};
use crate::reply;
use crate::routes::Request;

/// `POST /api/v1/face/verify`
pub async fn verify(app: Arc<App>, mut request: Request) -> Response {
    if request.method != Method::POST {
        return refuse(&app, request, reply::method_not_allowed("POST"));
    }
    match answer(&app, &mut request).await {
        Ok(answer) => respond(&answer),
        Err(code) => refuse(&app, request, reply::refusal(code)),
    }
}

/// `GET /health`: the process is up.
pub async fn health(request: Request) -> Response {
    status_only(&request, StatusCode::OK, "up")
}

/// `GET /ready`: it takes requests.
pub async fn ready(app: Arc<App>, request: Request) -> Response {
    if app.is_stopping() {
        status_only(&request, StatusCode::SERVICE_UNAVAILABLE, "stopping")
    } else {
        status_only(&request, StatusCode::OK, "ready")
    }
}

fn status_only(request: &Request, status: StatusCode, word: &str) -> Response {
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return reply::method_not_allowed("GET, HEAD");
    }
    let mut response = reply::json(&BTreeMap::from([("status", word)]));
    *response.status_mut() = status;
    response
}

/// The cheap checks first, then the body, then a place in the queue.
async fn answer(app: &App, request: &mut Request) -> Result<Answer, Code> {
    let deadline = tokio::time::Instant::now() + app.config.request_timeout.get();
    if !app.users.admit(&request.headers) {
        return Err(Code::Unauthorized);
    }
    check_media(&request.headers)?;
    let most = app.config.max_body_bytes;
    if announced(&request.headers).is_some_and(|length| length > most as u64) {
        return Err(Code::RequestTooLarge);
    }
    if app.queue.is_full() {
        return Err(Code::Overloaded);
    }
    let body = Body::read(&mut request.body, &app.budget, most, app.config.body_timeout.get()).await?;
    let verifier = Arc::clone(&app.verifier);
    let answer = app.queue.submit(move || judge(&verifier, body.bytes())).map_err(|_| Code::Overloaded)?;
    match timeout_at(deadline, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_panicked)) => Err(Code::InternalError),
        // It waited too long for its turn. Dropping the receiver takes it out of the queue.
        Err(_) => Err(Code::Overloaded),
    }
}

fn check_media(headers: &HeaderMap) -> Result<(), Code> {
    let value = |name| headers.get(name).map(|value: &http::HeaderValue| value.to_str().unwrap_or_default());
    let kind = value(CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let plain = value(CONTENT_ENCODING).is_none_or(|coding| coding.trim().eq_ignore_ascii_case("identity"));
    if kind.eq_ignore_ascii_case("application/json") && plain {
        Ok(())
    } else {
        Err(Code::UnsupportedMediaType)
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn respond(answer: &Answer) -> Response {
    let result = answer.result.as_ref().map(|verdict| verdict.comparison.integer_score());
    if let Err(Failure { code, cause: Some(cause) }) = &answer.result {
        if *code == Code::InternalError {
            error!(%cause, "verification failed");
        } else {
            info!(%cause, "no verdict");
        }
    }
    reply::envelope(answer.session_id.as_deref(), result.map_err(|failure| failure.code))
}

/// Answers without having read the whole body.
fn refuse(app: &App, request: Request, response: Response) -> Response {
    // Who waits to be asked for the body is best answered and closed.
    if !request.headers.contains_key(EXPECT) {
        discard(request.body, app.config.max_body_bytes, app.config.body_timeout.get());
    }
    response
}
