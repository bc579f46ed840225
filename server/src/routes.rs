//! Maps paths to handlers, as warp's filters.
//!
//! Only paths are matched here. Handlers check methods: a rejection would confuse 404 and 405.

use std::convert::Infallible;
use std::sync::Arc;

use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Rejection};

use crate::app::App;
use crate::connection::Connection;
use crate::contract::Code;
use crate::names::Names;
use crate::page::{ASSETS, Asset};
use crate::record::Record;
use crate::reply::{self, Context};
use crate::request::Request;
use crate::session::Search;
use crate::span::Span;
use crate::{body, handlers};

/// What the connection contributes to a request; passed as an extension of it.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) connection: Arc<Connection>,
    /// The path without the query. warp has none for `CONNECT`.
    pub(crate) path: String,
}

/// The handler of a path.
#[derive(Clone, Copy)]
enum Route {
    Verify,
    Health,
    Ready,
    Metrics,
    Page(&'static Asset),
    NotFound,
}

const VERIFY: &[(&str, Route)] = &[
    ("api/v1/face/verify", Route::Verify),
    // Another vendor documents the same request here.
    ("api/v1/id-verifications/face/verify", Route::Verify),
];

/// For monitoring.
const WATCH: &[(&str, Route)] =
    &[("health", Route::Health), ("ready", Route::Ready), ("metrics", Route::Metrics)];

/// The routes of the public address.
pub(crate) fn routes(app: &Arc<App>) -> BoxedFilter<(Response,)> {
    // The first match wins: the page that compares on the device comes before the one without.
    let pages = app.device.iter().chain(ASSETS).map(|asset| (asset.path, Route::Page(asset)));
    matching(app, VERIFY.iter().chain(WATCH).copied().chain(pages))
}

/// The routes of the admin address.
pub(crate) fn admin_routes(app: &Arc<App>) -> BoxedFilter<(Response,)> {
    matching(app, WATCH.iter().copied())
}

fn matching(
    app: &Arc<App>,
    paths: impl DoubleEndedIterator<Item = (&'static str, Route)>,
) -> BoxedFilter<(Response,)> {
    let request = request(Arc::clone(app));
    let not_found = request.clone().then(|request| answer(Route::NotFound, request)).boxed();
    paths
        .map(|(path, route)| {
            at(path).and(request.clone()).then(move |request| answer(route, request)).boxed()
        })
        .rfold(not_found, |others, this| this.or(others).unify().boxed())
        .recover(failed)
        .unify()
        .boxed()
}

/// Matches exactly this path.
fn at(path: &'static str) -> BoxedFilter<()> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let path = parts.fold(warp::any().boxed(), |path, part| path.and(warp::path(part)).boxed());
    path.and(warp::path::end()).boxed()
}

fn request(app: Arc<App>) -> BoxedFilter<(Request,)> {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method()
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::get::<Origin>())
        .and(warp::body::stream())
        .map(move |method: http::Method, query, headers, Origin { connection, path }, body| {
            let client = app.proxies.client(connection.nearest(), &headers);
            let span = Span::new(client, method.clone(), path);
            let record = Record::new((&app.metrics, &app.traces), Names::of(&headers), span);
            let (app, body) = (Arc::clone(&app), Some(body::incoming(body)));
            let (search, with_details) = (Search::default(), false);
            Request { app, connection, client, method, query, headers, body, search, with_details, record }
        })
        .boxed()
}

async fn answer(route: Route, mut request: Request) -> Response {
    request.record.span.route = route.name();
    let outcome = match route {
        Route::Verify => handlers::verify(&mut request).await,
        Route::Health => handlers::health(&request),
        Route::Ready => handlers::ready(&request),
        Route::Metrics => handlers::metrics(&mut request).await,
        Route::Page(asset) => handlers::asset(&mut request, asset).await,
        Route::NotFound => Err(Code::NotFound.into()),
    };
    request.finish(&outcome).await
}

/// Every request matches a filter above, so a rejection is a defect of the server.
async fn failed(_: Rejection) -> Result<Response, Infallible> {
    Ok(reply::render(&Err(Code::InternalError.into()), &Context::default()))
}

impl Route {
    /// Its name in logs and metrics.
    fn name(self) -> &'static str {
        match self {
            Route::Verify => "verify",
            Route::Health => "health",
            Route::Ready => "ready",
            Route::Metrics => "metrics",
            Route::Page(_) => "page",
            Route::NotFound => "other",
        }
    }
}
