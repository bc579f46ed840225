//! The handlers of the routes.

use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use tokio::time::{Instant, timeout_at};

use crate::body::{Body, Bounds};
use crate::contract::Code;
use crate::fair::is_heavy;
use crate::judge::judge;
use crate::outcome::{Answer, Failure, Outcome};
use crate::page::Asset;
use crate::request::Request;
use crate::session::Search;
use crate::weight::weigh;

/// The size of a usual body: two photos of faces in Base64.
const USUAL_BYTES: usize = 512 << 10;

/// `POST /api/v1/face/verify`: the cheap checks first, then the body, then a place in the queue.
pub(crate) async fn verify(request: &mut Request) -> Outcome {
    if request.app.origins.is_preflight(&request.method, &request.headers) {
        return Ok(Answer::Preflight);
    }
    if request.method != Method::POST {
        return Err(Failure::method_not_allowed("POST"));
    }
    let deadline = Instant::now() + request.app.config.request_timeout.get();
    check_head(request).await?;
    let (body, read) = read_body(request, deadline).await;
    let outcome = match read {
        Ok(()) => wait_for_turn(request, &body, deadline).await,
        Err(failure) => Err(failure),
    };
    if outcome.is_err() && request.record.session_id.is_none() {
        // Searching a large body takes milliseconds, which would block the connections' threads.
        let mut search = Search::default();
        let search = tokio::task::spawn_blocking(move || {
            search.read(body.bytes());
            search.read(body.refused());
            search
        });
        request.search = search.await.unwrap_or_default();
    }
    outcome
}

/// `GET /health`: the process is up.
pub(crate) fn health(request: &Request) -> Outcome {
    check_reading(request)?;
    Ok(Answer::Status(StatusCode::OK, "up"))
}

/// `GET /ready`: it accepts requests.
pub(crate) fn ready(request: &Request) -> Outcome {
    check_reading(request)?;
    Ok(if request.app.is_stopping() {
        Answer::Status(StatusCode::SERVICE_UNAVAILABLE, "stopping")
    } else {
        Answer::Status(StatusCode::OK, "ready")
    })
}

/// `GET /metrics`: for Prometheus.
pub(crate) async fn metrics(request: &mut Request) -> Outcome {
    check_reading(request)?;
    admit(request).await?;
    let app = &request.app;
    Ok(Answer::Metrics(app.metrics.text(app.queue.load(), app.budget.taken())))
}

/// `GET /` and the files of the page.
pub(crate) async fn asset(request: &mut Request, asset: &'static Asset) -> Outcome {
    check_reading(request)?;
    admit(request).await?;
    Ok(Answer::Asset(asset))
}

fn check_reading(request: &Request) -> Result<(), Failure> {
    match request.method {
        Method::GET | Method::HEAD => Ok(()),
        _ => Err(Failure::method_not_allowed("GET, HEAD")),
    }
}

async fn admit(request: &mut Request) -> Result<(), Code> {
    let user =
        request.app.auth.admit(&request.headers, request.client, request.connection.certified()).await?;
    request.record.span.user = Some(user);
    request.connection.log_in();
    Ok(())
}

/// Checks everything that can be decided without the body.
async fn check_head(request: &mut Request) -> Result<(), Code> {
    admit(request).await?;
    check_media(&request.headers)?;
    request.with_details = with_details(&request.query)?;
    let app = &request.app;
    if announced(&request.headers).is_some_and(|length| length > app.config.max_body_bytes as u64) {
        return Err(Code::RequestTooLarge);
    }
    if app.queue.is_full(request.record.user()) {
        return Err(Code::Overloaded);
    }
    Ok(())
}

/// Accepts JSON, and what clients that set no type send: none, or that of HTML forms.
fn check_media(headers: &HeaderMap) -> Result<(), Code> {
    let value = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    let kind = value(CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let usual = ["", "application/json", "application/x-www-form-urlencoded"];
    let plain = value(CONTENT_ENCODING).is_none_or(|coding| coding.trim().eq_ignore_ascii_case("identity"));
    if plain && usual.iter().any(|usual| kind.eq_ignore_ascii_case(usual)) {
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

/// What was received of the body, and whether it is complete.
async fn read_body(request: &mut Request, deadline: Instant) -> (Arc<Body>, Result<(), Failure>) {
    let config = &request.app.config;
    let mut body = Body::new(&request.app.budget, request.record.user());
    let end = deadline.min(Instant::now() + config.body_timeout.get());
    let bounds = Bounds { bytes: config.max_body_bytes, end, rate: config.body_rate };
    let read = match &mut request.body {
        Some(incoming) => body.read(incoming, &bounds).await,
        None => Ok(()),
    };
    request.record.span.body_bytes = body.bytes().len();
    if read.is_ok() {
        request.body = None;
    }
    (Arc::new(body), read)
}

async fn wait_for_turn(request: &mut Request, body: &Arc<Body>, deadline: Instant) -> Outcome {
    let with_details = request.with_details;
    let weight = weighed(body, request.app.config.max_pixels).await;
    let (app, bytes, queued) = (Arc::clone(&request.app), Arc::clone(body), Instant::now());
    let judged = request.app.queue.submit(request.record.user(), weight, move || {
        let start = Instant::now();
        app.metrics.waited(start - queued);
        (judge(&app.verifier, bytes.bytes(), with_details, is_heavy(weight)), start - queued, start.elapsed())
    });
    match timeout_at(deadline, judged.map_err(|_| Code::Overloaded)?).await {
        Ok(Ok(Ok(((session_id, outcome), queued, verified)))) => {
            request.record.session_id = session_id;
            (request.record.span.queued, request.record.span.verified) = (queued, verified);
            outcome
        }
        Ok(Err(_panicked)) => Err(Code::InternalError.into()),
        // It lost its place to another user, or waited too long: the queue skips a job whose receiver was dropped.
        Ok(Ok(Err(_))) | Err(_) => Err(Code::Overloaded.into()),
    }
}

/// The weight of the body. Reading a large one takes milliseconds, which would block the connections' threads; for a body
/// of usual size, another thread would cost more.
async fn weighed(body: &Arc<Body>, max_pixels: u64) -> u64 {
    if body.bytes().len() <= USUAL_BYTES {
        return weigh(body.bytes(), max_pixels);
    }
    let bytes = Arc::clone(body);
    tokio::task::spawn_blocking(move || weigh(bytes.bytes(), max_pixels)).await.unwrap_or_default()
}
