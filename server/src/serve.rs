//! The accept loop: every connection bounded in number and in time, and a way to stop that loses nothing.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use http::header::{CONNECTION, HeaderValue};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower_service::Service;
use tracing::{error, info, warn};
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::app::App;
use crate::contract::Code;
use crate::reply;
use crate::routes::routes;

/// How large the head of a request may be.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// How long to wait when the system has no file descriptor or memory for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A server that listens and does not answer yet.
pub struct Server {
    listener: TcpListener,
    app: Arc<App>,
}

impl Server {
    /// Takes the port.
    pub async fn bind(app: Arc<App>) -> std::io::Result<Self> {
        Ok(Server { listener: TcpListener::bind(app.config.listen).await?, app })
    }

    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop` is done, then for the shutdown delay with a readiness of "no", then finishes what runs.
    /// Returns whether everything could be finished in time.
    pub async fn run(self, stop: impl Future<Output = ()>) -> bool {
        let Server { listener, app } = self;
        let connections = Connections::new(&app);
        let until = async {
            stop.await;
            info!("stopping");
            app.stop();
            sleep(app.config.shutdown_delay.get()).await;
        };
        tokio::select! {
            () = connections.accept(&listener) => {}
            () = until => {}
        }
        // Clients whose connection the system has accepted already are not turned away.
        while let Some(Ok((stream, _))) = listener.accept().now_or_never() {
            connections.answer(stream, None);
        }
        drop(listener);
        let finished = timeout(app.config.shutdown_timeout.get(), connections.finish()).await.is_ok();
        if !finished {
            warn!("some requests did not finish in time");
        }
        finished
    }
}

/// The open connections.
struct Connections {
    app: Arc<App>,
    routes: BoxedFilter<(Response,)>,
    open: Arc<Semaphore>,
    graceful: GracefulShutdown,
}

impl Connections {
    fn new(app: &Arc<App>) -> Self {
        Connections {
            app: Arc::clone(app),
            routes: routes(Arc::clone(app)),
            open: Arc::new(Semaphore::new(app.config.max_connections)),
            graceful: GracefulShutdown::new(),
        }
    }

    async fn accept(&self, listener: &TcpListener) {
        loop {
            let Ok(place) = Arc::clone(&self.open).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => self.answer(stream, Some(place)),
                Err(error) => {
                    warn!(%error, "no connection can be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn answer(&self, stream: TcpStream, place: Option<tokio::sync::OwnedSemaphorePermit>) {
        let _ = stream.set_nodelay(true);
        let (app, routes) = (Arc::clone(&self.app), self.routes.clone());
        let service = service_fn(move |request| respond(Arc::clone(&app), routes.clone(), request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.app.config.header_timeout.get())
            .max_buf_size(MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            // Broken off, timed out or not HTTP: the client's doing, and nothing to be told.
            let _ = connection.await;
            drop(place);
        });
    }

    async fn finish(self) {
        self.graceful.shutdown().await;
    }
}

/// Answers one request, whatever happens inside.
async fn respond(
    app: Arc<App>,
    routes: BoxedFilter<(Response,)>,
    request: http::Request<Incoming>,
) -> Result<Response, Infallible> {
    let answer = std::panic::AssertUnwindSafe(warp::service(routes).call(request)).catch_unwind();
    let mut response = match answer.await {
        Ok(Ok(response)) => response,
        Err(_panic) => {
            error!("a handler panicked");
            reply::refusal(Code::InternalError)
        }
    };
    if app.is_stopping() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
