//! The accept loops: limits on the number and time of connections, and a shutdown that loses no request.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use http::header::{CONNECTION, HeaderValue};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower_service::Service;
use tracing::{info, warn};
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::app::App;
use crate::connection::{Cause, Connection, Stream};
use crate::contract::Code;
use crate::places::{Place, Places};
use crate::proxy_header::proxy_header;
use crate::reply::{self, Context};
use crate::routes::{Origin, admin_routes, routes};
use crate::tls::{self, Tls};

/// The largest head of a request.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// How long to wait if the system has no file descriptor or memory for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long the rest of a head may take if it began to arrive before the server stopped listening.
const HEAD_GRACE: Duration = Duration::from_secs(1);

/// Connections to the admin address. Clients that can reach it are trusted not to need more.
const MAX_ADMIN_CONNECTIONS: usize = 64;

/// A server that listens but does not answer yet.
pub struct Server {
    listener: TcpListener,
    admin: Option<TcpListener>,
    app: Arc<App>,
}

impl Server {
    /// Takes the ports.
    pub async fn bind(app: Arc<App>) -> Result<Self, String> {
        let bind = async |address: SocketAddr| {
            TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))
        };
        let admin = match app.config.admin_listen() {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        Ok(Server { listener: bind(app.config.listen).await?, admin, app })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The separate address for monitoring, if there is one.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref()?.local_addr().ok()
    }

    /// Answers requests until `stop` completes and, no longer ready, for the shutdown delay after it; then finishes running
    /// requests. Returns whether all could be finished in time.
    pub async fn run(self, stop: impl Future<Output = ()>) -> bool {
        let Server { listener, admin, app } = self;
        let config = &app.config;
        let public = Door {
            routes: routes(&app),
            places: Places::new(config.max_connections, config.max_connections_per_address),
            encrypted: true,
        };
        let private = Door {
            routes: admin_routes(&app),
            places: Places::new(MAX_ADMIN_CONNECTIONS, MAX_ADMIN_CONNECTIONS),
            encrypted: false,
        };
        let (app, graceful) = (&app, GracefulShutdown::new());
        let until = async {
            stop.await;
            info!("stopping");
            app.stop();
            sleep(app.config.shutdown_delay.get()).await;
        };
        let watched = async {
            match &admin {
                Some(admin) => private.accept(admin, app, &graceful).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = public.accept(&listener, app, &graceful) => {}
            () = watched => {}
            () = until => {}
        }
        // Connections that the system has already accepted are still answered.
        while let Some(Ok((stream, peer))) = listener.accept().now_or_never() {
            public.answer(app, Connection::new(stream, peer), None, graceful.watcher());
        }
        drop((listener, admin));
        let finished = timeout(app.config.shutdown_timeout.get(), graceful.shutdown()).await.is_ok();
        if !finished {
            warn!("some requests did not finish in time");
        }
        finished
    }
}

/// The routes and limits of one listening address.
struct Door {
    routes: BoxedFilter<(Response,)>,
    places: Arc<Places>,
    encrypted: bool,
}

impl Door {
    async fn accept(&self, listener: &TcpListener, app: &Arc<App>, graceful: &GracefulShutdown) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let connection = Connection::new(stream, peer);
                    let shared = app.proxies.are_trusted(connection.peer());
                    match self.places.take(&connection, shared).await {
                        Some(place) => self.answer(app, connection, Some(place), graceful.watcher()),
                        None => app.metrics.closed("address_limit"),
                    }
                }
                Err(error) => {
                    warn!(%error, "no connection can be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn answer(&self, app: &Arc<App>, connection: Arc<Connection>, place: Option<Place>, watcher: Watcher) {
        connection.prepare(&app.config);
        let (app, routes) = (Arc::clone(app), self.routes.clone());
        let tls = app.tls.as_ref().filter(|_| self.encrypted).map(Tls::acceptor);
        tokio::spawn(async move {
            app.metrics.connections.inc();
            greet(&connection, &app, tls, routes, watcher).await;
            app.metrics.connections.dec();
            drop(place);
        });
    }
}

/// Handles what precedes the first request: a proxy's header and TLS. Then answers the requests.
async fn greet(
    connection: &Arc<Connection>,
    app: &Arc<App>,
    tls: Option<TlsAcceptor>,
    routes: BoxedFilter<(Response,)>,
    watcher: Watcher,
) {
    if app.proxies.are_trusted(connection.peer()) {
        match in_time(proxy_header(connection), connection, app).await {
            Ok(client) => client.into_iter().for_each(|client| connection.set_nearest(client)),
            Err(cause) => return app.metrics.closed(cause.name()),
        }
    }
    let stream = Stream(Arc::clone(connection));
    let Some(acceptor) = tls else { return converse(stream, connection, app, routes, watcher).await };
    match in_time(acceptor.accept(stream), connection, app).await {
        Ok(Ok(stream)) => {
            connection.set_certified(tls::names(stream.get_ref().1.peer_certificates()));
            converse(stream, connection, app, routes, watcher).await;
        }
        Ok(Err(_)) | Err(Cause::SlowHead) => app.metrics.closed("tls_handshake"),
        Err(cause) => app.metrics.closed(cause.name()),
    }
}

/// Runs `work` for as long as the connection may stay open.
async fn in_time<T>(work: impl Future<Output = T>, connection: &Connection, app: &App) -> Result<T, Cause> {
    tokio::select! {
        done = work => Ok(done),
        cause = end(connection, app) => Err(cause),
    }
}

/// Answers the requests of one connection.
async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    connection: &Arc<Connection>,
    app: &Arc<App>,
    routes: BoxedFilter<(Response,)>,
    watcher: Watcher,
) {
    let mut builder = http1::Builder::new();
    // The connection has separate time limits, which distinguish an idle connection from a slow head.
    builder.timer(TokioTimer::new()).header_read_timeout(None).half_close(true).max_buf_size(MAX_HEAD_BYTES);
    let service =
        service_fn(|request| respond(Arc::clone(app), routes.clone(), Arc::clone(connection), request));
    let serving = watcher.watch(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // A connection that the client breaks off is counted with its request.
        result = serving => if result.is_err_and(|error| error.is_parse()) {
            app.metrics.closed("bad_head");
        },
        cause = end(connection, app) => app.metrics.closed(cause.name()),
    }
}

/// Completes when the connection's time is over, or the server is stopping and no request has arrived on it.
async fn end(connection: &Connection, app: &App) -> Cause {
    let head_grace = async {
        app.stopped().await;
        sleep(app.config.shutdown_delay.get() + HEAD_GRACE).await;
        while !connection.awaits_head() {
            sleep(HEAD_GRACE).await;
        }
    };
    tokio::select! {
        cause = connection.expired(&app.config) => cause,
        () = head_grace => Cause::Stopping,
    }
}

/// Answers one request, even after a panic. Fails if the client has left.
async fn respond(
    app: Arc<App>,
    routes: BoxedFilter<(Response,)>,
    connection: Arc<Connection>,
    mut request: http::Request<Incoming>,
) -> io::Result<Response> {
    connection.begin_request();
    let origin = Origin { connection: Arc::clone(&connection), path: request.uri().path().to_owned() };
    request.extensions_mut().insert(origin);
    let answer = AssertUnwindSafe(warp::service(routes).call(request)).catch_unwind();
    let answer = tokio::select! {
        biased;
        answer = answer => answer,
        () = connection.reset() => return Err(io::ErrorKind::ConnectionReset.into()),
    };
    let mut response = match answer {
        Ok(Ok(response)) => response,
        Err(_panic) => reply::render(&Err(Code::InternalError.into()), &Context::default()),
    };
    if app.is_stopping() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    connection.end_request();
    Ok(response)
}
