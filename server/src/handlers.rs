//! What the server does with a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use tokio::time::{Instant, timeout_at};
use tracing::{debug, error};
use warp::reply::Response;

use crate::body::{Body, discard};
use crate::contract::{self, Code, Envelope};
use crate::judge::{Answer, Failure, judge};
use crate::page::{self, Asset};
use crate::reply;
use crate::routes::Request;

/// A request that was not judged, with its session where its body was read.
struct Refused {
    code: Code,
    session_id: Option<String>,
}

/// `POST /api/v1/face/verify`
pub async fn verify(mut request: Request) -> Response {
    if request.method != Method::POST {
        return refuse(request, reply::method_not_allowed("POST"));
    }
    match answer(&mut request).await {
        Ok(answer) => respond(&request, &answer),
        Err(Refused { code, session_id }) => {
            let response = reply::envelope(&Envelope::failed(session_id.as_deref(), code));
            refuse(request, response)
        }
    }
}

/// `GET /health`: the process is up.
pub async fn health(request: Request) -> Response {
    status_only(request, StatusCode::OK, "up")
}

/// `GET /ready`: it takes requests.
pub async fn ready(request: Request) -> Response {
    if request.app.is_stopping() {
        status_only(request, StatusCode::SERVICE_UNAVAILABLE, "stopping")
    } else {
        status_only(request, StatusCode::OK, "ready")
    }
}

/// `GET /metrics`: for Prometheus.
pub async fn metrics(request: Request) -> Response {
    match admit_reader(&request).await {
        Ok(()) => {
            let app = &request.app;
            let body_bytes = app.config.max_memory_bytes - app.budget.left();
            reply::text(
                "text/plain; version=0.0.4; charset=utf-8",
                app.metrics.text(app.queue.load(), body_bytes),
            )
        }
        Err(response) => refuse(request, response),
    }
}

/// `GET /` and what belongs to it.
pub async fn asset(request: Request, asset: &'static Asset) -> Response {
    if let Err(response) = admit_reader(&request).await {
        return refuse(request, response);
    }
    let mut response = reply::text(asset.kind, asset.content);
    for (name, value) in page::HEADERS {
        response.headers_mut().insert(*name, HeaderValue::from_static(value));
    }
    response
}

/// Any path that is not there.
pub async fn not_found(request: Request) -> Response {
    refuse(request, reply::refusal(Code::NotFound))
}

/// Lets in who may read.
async fn admit_reader(request: &Request) -> Result<(), Response> {
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return Err(reply::method_not_allowed("GET, HEAD"));
    }
    request.app.auth.admit(&request.headers, request.peer).await.map_err(reply::refusal)
}

fn status_only(request: Request, status: StatusCode, word: &str) -> Response {
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return refuse(request, reply::method_not_allowed("GET, HEAD"));
    }
    let mut response = reply::json(&BTreeMap::from([("status", word)]));
    *response.status_mut() = status;
    response
}

/// The cheap checks first, then the body, then a place in the queue.
async fn answer(request: &mut Request) -> Result<Answer, Refused> {
    let app = Arc::clone(&request.app);
    let deadline = Instant::now() + app.config.request_timeout.get();
    let with_details = check_head(request).await?;
    let time = app.config.body_timeout.get().min(deadline - Instant::now());
    let body = Body::read(&mut request.body, &app.budget, app.config.max_body_bytes, time).await?;
    let body = Arc::new(body);
    let (verifier, bytes, queued) = (Arc::clone(&app.verifier), Arc::clone(&body), Instant::now());
    let metrics = app.metrics.clone();
    let judged = app.queue.submit(move || {
        metrics.waited(queued.elapsed());
        judge(&verifier, bytes.bytes(), with_details)
    });
    let refused = |code| Refused { code, session_id: contract::session_id(body.bytes()) };
    match timeout_at(deadline, judged.map_err(|_| refused(Code::Overloaded))?).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_panicked)) => Err(refused(Code::InternalError)),
        // It waited too long for its turn. Dropping the receiver takes it out of the queue.
        Err(_) => Err(refused(Code::Overloaded)),
    }
}

/// Everything that can be told without the body. Returns whether details are asked for.
async fn check_head(request: &Request) -> Result<bool, Code> {
    let app = &request.app;
    app.auth.admit(&request.headers, request.peer).await?;
    check_media(&request.headers)?;
    let with_details = with_details(&request.query)?;
    if announced(&request.headers).is_some_and(|length| length > app.config.max_body_bytes as u64) {
        return Err(Code::RequestTooLarge);
    }
    if app.queue.is_full() {
        return Err(Code::Overloaded);
    }
    Ok(with_details)
}

fn check_media(headers: &HeaderMap) -> Result<(), Code> {
    let value = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    let kind = value(CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let plain = value(CONTENT_ENCODING).is_none_or(|coding| coding.trim().eq_ignore_ascii_case("identity"));
    if kind.eq_ignore_ascii_case("application/json") && plain {
        Ok(())
    } else {
        Err(Code::UnsupportedMediaType)
    }
}

/// Whether the query asks for details; other parameters are ignored.
fn with_details(query: &str) -> Result<bool, Code> {
    let mut values = query.split('&').filter_map(|pair| pair.strip_prefix("details="));
    match (values.next(), values.next()) {
        (None | Some("false"), None) => Ok(false),
        (Some("true"), None) => Ok(true),
        _ => Err(Code::InvalidRequest),
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn respond(request: &Request, answer: &Answer) -> Response {
    let session_id = answer.session_id.as_deref();
    match &answer.result {
        Ok(judged) => {
            request.app.metrics.judged(&judged.verdict);
            let score = judged.verdict.comparison.integer_score();
            reply::envelope(&Envelope::judged(session_id, score, judged.details.as_ref()))
        }
        Err(Failure { code, cause }) => {
            match cause {
                Some(cause) if *code == Code::InternalError => error!(%cause, "verification failed"),
                Some(cause) => debug!(%cause, "no verdict"),
                None => {}
            }
            reply::envelope(&Envelope::failed(session_id, *code))
        }
    }
}

/// Answers without having read the whole body.
fn refuse(request: Request, mut response: Response) -> Response {
    let app = &request.app;
    match reply::code(&response) {
        Some(Code::TooManyRequests) => reply::retry_after(&mut response, app.auth.wait(request.peer)),
        Some(Code::Overloaded) => {
            reply::retry_after(&mut response, app.queue.wait().max(app.auth.wait(request.peer)));
        }
        _ => {}
    }
    // Who waits to be asked for the body is best answered and closed.
    if !request.headers.contains_key(EXPECT) {
        discard(request.body, app.config.max_body_bytes, app.config.body_timeout.get());
    }
    response
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Refused { code, session_id: None }
    }
}
