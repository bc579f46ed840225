//! Paths to handlers, in warp's filters.
//!
//! Only paths are matched here. Methods are the handlers' business: a rejection would blur 404 and 405.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use http::{HeaderMap, Method};
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Rejection};

use crate::app::App;
use crate::body::{self, Incoming};
use crate::contract::Code;
use crate::page::Asset;
use crate::{handlers, page, reply};

/// The address that a request comes from; travels among its extensions.
#[derive(Clone, Copy)]
pub struct Peer(pub IpAddr);

/// A request, taken apart.
pub struct Request {
    /// What every request can reach.
    pub app: Arc<App>,
    /// Where it comes from.
    pub peer: IpAddr,
    /// Its method.
    pub method: Method,
    /// What follows the question mark.
    pub query: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, unread.
    pub body: Incoming,
}

/// All that the server answers.
///
/// # Panics
///
/// Never: there are assets.
pub fn routes(app: Arc<App>) -> BoxedFilter<(Response,)> {
    let verify = warp::path!("api" / "v1" / "face" / "verify");
    // Another vendor documents the same request here.
    let alias = warp::path!("api" / "v1" / "id-verifications" / "face" / "verify");
    let request = request(app);
    let verify = verify
        .or(alias)
        .unify()
        .and(request.clone())
        .then(handlers::verify)
        .map(|response| reply::named("verify", response));
    let health = warp::path!("health")
        .and(request.clone())
        .then(handlers::health)
        .map(|response| reply::named("health", response));
    let ready = warp::path!("ready")
        .and(request.clone())
        .then(handlers::ready)
        .map(|response| reply::named("ready", response));
    let metrics = warp::path!("metrics")
        .and(request.clone())
        .then(handlers::metrics)
        .map(|response| reply::named("metrics", response));
    let assets = page::ASSETS.iter().map(|asset| self::asset(request.clone(), asset));
    let assets = assets.reduce(|all, asset| all.or(asset).unify().boxed()).expect("there is a page");
    verify
        .or(health)
        .unify()
        .or(ready)
        .unify()
        .or(metrics)
        .unify()
        .or(assets)
        .unify()
        .or(request.then(handlers::not_found))
        .unify()
        .recover(failed)
        .unify()
        .boxed()
}

fn asset(request: BoxedFilter<(Request,)>, asset: &'static Asset) -> BoxedFilter<(Response,)> {
    let path = if asset.path.is_empty() { warp::any().boxed() } else { warp::path(asset.path).boxed() };
    path.and(warp::path::end())
        .and(request)
        .then(move |request| handlers::asset(request, asset))
        .map(|response| reply::named("page", response))
        .boxed()
}

fn request(app: Arc<App>) -> BoxedFilter<(Request,)> {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method()
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Peer>())
        .and(warp::body::stream())
        .map(move |method, query, headers, peer: Option<Peer>, stream| Request {
            app: Arc::clone(&app),
            peer: peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |Peer(address)| address),
            method,
            query,
            headers,
            body: body::incoming(stream),
        })
        .boxed()
}

/// Every request is taken by some filter above, so a rejection is a defect of ours.
async fn failed(_: Rejection) -> Result<Response, Infallible> {
    Ok(reply::refusal(Code::InternalError))
}
