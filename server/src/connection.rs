//! One connection: its socket, its phase, and how long each phase may last.

use std::io;
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::config::Config;

/// A socket and its state, shared by the HTTP connection and its requests.
pub(crate) struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    proxied: OnceLock<IpAddr>,
    certified: OnceLock<Vec<String>>,
    opened: Instant,
    phase: Mutex<Phase>,
    /// Signals that the phase, and with it the time limit, has changed.
    hurry: Notify,
    logged_in: AtomicBool,
    /// Signals that another connection needs the place of this one.
    evicted: Notify,
}

/// The phase of a connection, and when it began.
#[derive(Clone, Copy)]
enum Phase {
    /// A head, or the handshake before it, is awaited or arriving.
    Head(Instant),
    /// A request is being answered; it has time limits of its own.
    Request,
    /// The next request is awaited.
    Idle(Instant),
}

/// Why the server closed a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The head of a request, or the TLS handshake, did not arrive in time.
    SlowHead,
    /// No request arrived within the idle timeout.
    Idle,
    /// Nobody logged in on it, and its time has run out.
    Anonymous,
    /// Nobody logged in on it, and another connection needs its place.
    Evicted,
    /// The server is stopping, and no request has arrived on it.
    Stopping,
}

impl Cause {
    /// Its name in the metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Cause::SlowHead => "slow_head",
            Cause::Idle => "idle",
            Cause::Anonymous => "anonymous",
            Cause::Evicted => "evicted",
            Cause::Stopping => "stopping",
        }
    }
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, peer: SocketAddr) -> Arc<Self> {
        let opened = Instant::now();
        Arc::new(Connection {
            stream,
            peer,
            proxied: OnceLock::new(),
            certified: OnceLock::new(),
            opened,
            phase: Mutex::new(Phase::Head(opened)),
            hurry: Notify::new(),
            logged_in: AtomicBool::new(false),
            evicted: Notify::new(),
        })
    }

    /// The address at the other end.
    pub(crate) fn peer(&self) -> IpAddr {
        self.peer.ip().to_canonical()
    }

    /// The client, or the proxy nearest to it: what the PROXY header of a trusted proxy names, else the other end.
    pub(crate) fn nearest(&self) -> IpAddr {
        self.proxied.get().copied().unwrap_or_else(|| self.peer())
    }

    /// Records the client that a trusted proxy has named.
    pub(crate) fn set_nearest(&self, address: IpAddr) {
        let _ = self.proxied.set(address);
    }

    /// The names in the client's certificate, if it has presented a trusted one.
    pub(crate) fn certified(&self) -> &[String] {
        self.certified.get().map_or(&[], Vec::as_slice)
    }

    /// Records the names in the trusted certificate that the client has presented.
    pub(crate) fn set_certified(&self, names: Vec<String>) {
        let _ = self.certified.set(names);
    }

    /// Sets socket options; if the system lacks one, the server works without it.
    pub(crate) fn prepare(&self, config: &Config) {
        let _ = self.stream.set_nodelay(true);
        // A client that never reads its reply cannot keep the connection.
        #[cfg(target_os = "linux")]
        let _ = SockRef::from(&self.stream).set_tcp_user_timeout(Some(config.body_timeout.get()));
    }

    /// Returns bytes that have arrived without consuming them.
    pub(crate) async fn peek(&self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.peek(bytes).await
    }

    /// Discards bytes that have arrived.
    pub(crate) fn skip(&self, length: usize) {
        // `peek` has just returned them.
        let _ = self.stream.try_read(&mut vec![0; length]);
    }

    /// Marks that a request is being answered.
    pub(crate) fn begin_request(&self) {
        self.enter(Phase::Request);
    }

    /// Marks that the request is answered.
    pub(crate) fn end_request(&self) {
        self.enter(Phase::Idle(Instant::now()));
    }

    /// Marks that a user has logged in.
    pub(crate) fn log_in(&self) {
        self.logged_in.store(true, Ordering::Relaxed);
    }

    /// Whether the head of a request, or the handshake before it, is awaited or arriving.
    pub(crate) fn awaits_head(&self) -> bool {
        matches!(*self.lock(), Phase::Head(_))
    }

    /// When it was opened, if no user has logged in on it and no request is being answered.
    pub(crate) fn anonymous_since(&self) -> Option<Instant> {
        let resting = !matches!(*self.lock(), Phase::Request);
        (resting && !self.logged_in.load(Ordering::Relaxed)).then_some(self.opened)
    }

    /// Closes it in favour of another one.
    pub(crate) fn evict(&self) {
        self.evicted.notify_one();
    }

    /// Completes when the client has reset the connection. A client that only closed its sending half is still reading.
    pub(crate) async fn reset(&self) {
        while let Ok(ready) = self.stream.ready(Interest::ERROR).await {
            if ready.is_error() {
                return;
            }
        }
    }

    /// Completes when the time of the connection has run out, with the reason.
    pub(crate) async fn expired(&self, config: &Config) -> Cause {
        loop {
            let (end, cause) = self.end(config);
            if end <= Instant::now() {
                return cause;
            }
            tokio::select! {
                () = sleep_until(end) => {}
                () = self.hurry.notified() => {}
                () = self.evicted.notified() => return Cause::Evicted,
            }
        }
    }

    fn end(&self, config: &Config) -> (Instant, Cause) {
        let (end, cause) = match *self.lock() {
            Phase::Head(since) => (since + config.header_timeout.get(), Cause::SlowHead),
            Phase::Idle(since) => (since + config.idle_timeout.get(), Cause::Idle),
            // Checked again later.
            Phase::Request => return (Instant::now() + Duration::from_secs(1), Cause::Idle),
        };
        let anonymous = self.opened + config.anonymous_timeout.get();
        if !self.logged_in.load(Ordering::Relaxed) && anonymous < end {
            return (anonymous, Cause::Anonymous);
        }
        (end, cause)
    }

    fn enter(&self, phase: Phase) {
        *self.lock() = phase;
        self.hurry.notify_one();
    }

    fn received(&self) {
        let mut phase = self.lock();
        if matches!(*phase, Phase::Idle(_)) {
            *phase = Phase::Head(Instant::now());
            self.hurry.notify_one();
        }
    }

    /// A connection whose reply is still being sent is not idle, however long its client takes to read it.
    fn sent(&self) {
        let mut phase = self.lock();
        if matches!(*phase, Phase::Idle(_)) {
            *phase = Phase::Idle(Instant::now());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's bytes.
pub(crate) struct Stream(pub(crate) Arc<Connection>);

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.stream.poll_read_ready(cx))?;
            match self.0.stream.try_read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(length) => {
                    if length > 0 {
                        self.0.received();
                    }
                    buffer.advance(length);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.stream.poll_write_ready(cx))?;
            match self.0.stream.try_write_vectored(parts) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => {
                    self.0.sent();
                    return Poll::Ready(result);
                }
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match SockRef::from(&self.0.stream).shutdown(Shutdown::Write) {
            // The client has already closed the connection.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Poll::Ready(Ok(())),
            result => Poll::Ready(result),
        }
    }
}
