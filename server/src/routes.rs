//! Paths to handlers, in warp's filters.
//!
//! Only paths are matched here. Methods are the handlers' business: a rejection would blur 404 and 405.

use std::convert::Infallible;
use std::sync::Arc;

use http::{HeaderMap, Method};
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Rejection};

use crate::app::App;
use crate::body::{self, Incoming};
use crate::contract::Code;
use crate::{handlers, reply};

/// A request, taken apart.
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, unread.
    pub body: Incoming,
}

/// All that the server answers.
pub fn routes(app: Arc<App>) -> BoxedFilter<(Response,)> {
    let app = warp::any().map(move || Arc::clone(&app));
    let verify = warp::path!("api" / "v1" / "face" / "verify");
    // Another vendor documents the same request here.
    let alias = warp::path!("api" / "v1" / "id-verifications" / "face" / "verify");
    let verify = verify.or(alias).unify().and(app.clone()).and(request()).then(handlers::verify);
    let health = warp::path!("health").and(request()).then(handlers::health);
    let ready = warp::path!("ready").and(app).and(request()).then(handlers::ready);
    verify.or(health).unify().or(ready).unify().recover(not_found).unify().boxed()
}

fn request() -> impl Filter<Extract = (Request,), Error = Rejection> + Copy {
    warp::method()
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .map(|method, headers, stream| Request { method, headers, body: body::incoming(stream) })
}

async fn not_found(_: Rejection) -> Result<Response, Infallible> {
    Ok(reply::refusal(Code::NotFound))
}
