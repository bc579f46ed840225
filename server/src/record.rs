//! What is counted and logged of one request, however it ends.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use tracing::{debug, error, info};
use visavis::ErrorKind;

use crate::contract::Code;
use crate::metrics::{CLIENT_GONE, Metrics};
use crate::names::Names;
use crate::outcome::{Answer, Cause, Failure, Outcome};
use crate::span::Span;
use crate::traces::Traces;

/// How long a path may be in the log.
const MAX_PATH: usize = 200;

/// What is known of a request. Dropped before its end, it is that of a client that went away, or of a panic.
pub(crate) struct Record {
    metrics: Metrics,
    traces: Traces,
    start: Instant,
    ended: bool,
    pub(crate) names: Names,
    pub(crate) peer: IpAddr,
    pub(crate) method: Method,
    /// Without the query, which could hold anything.
    pub(crate) path: String,
    /// Of a fixed set.
    pub(crate) route: &'static str,
    /// Who asks, once that is known to be true.
    pub(crate) user: Option<String>,
    /// As the client named it, once that was read.
    pub(crate) session_id: Option<String>,
    pub(crate) body_bytes: usize,
    /// How long it waited for a worker, and how long that took.
    pub(crate) queued: Duration,
    pub(crate) verified: Duration,
}

impl Record {
    pub(crate) fn new(
        (metrics, traces): (&Metrics, &Traces),
        names: Names,
        peer: IpAddr,
        method: Method,
        path: String,
    ) -> Self {
        metrics.in_flight.inc();
        Record {
            metrics: metrics.clone(),
            traces: traces.clone(),
            start: Instant::now(),
            ended: false,
            names,
            peer,
            method,
            path,
            route: "other",
            user: None,
            session_id: None,
            body_bytes: 0,
            queued: Duration::ZERO,
            verified: Duration::ZERO,
        }
    }

    /// Counts and logs an answer.
    pub(crate) fn end(&mut self, outcome: &Outcome, status: StatusCode) {
        self.ended = true;
        if let Ok(Answer::Verdict(verdict)) = outcome {
            self.metrics.verdict(&verdict.0);
        }
        let name = match outcome {
            Ok(_) => "OK",
            Err(failure) if failure.gone => CLIENT_GONE,
            Err(failure) => failure.code.name(),
        };
        let took = self.count(name);
        logged(self, Some(status), name, outcome.as_ref().err(), took);
    }

    fn count(&self, outcome: &str) -> Duration {
        let took = self.start.elapsed();
        self.metrics.ended(self.route, outcome, took);
        took
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
        if !self.ended {
            let name = if std::thread::panicking() { "INTERNAL_ERROR" } else { CLIENT_GONE };
            let took = self.count(name);
            logged(self, None, name, None, took);
        }
    }
}

/// One line, and one span, for a request that is over; without a status, nobody was there to be answered.
fn logged(
    record: &Record,
    status: Option<StatusCode>,
    outcome: &str,
    failure: Option<&Failure>,
    took: Duration,
) {
    let cause = failure.and_then(|failure| failure.cause.as_ref());
    if let Some(Cause::Core(error)) = cause.filter(|_| outcome == Code::InternalError.name()) {
        // The message of a panic could hold anything; the hook has logged what it may.
        let message = if error.kind() == ErrorKind::Panic { "panic" } else { error.message() };
        error!(request_id = record.names.request, kind = error.kind().name(), message, "verification failed");
    }
    let span = Span {
        client: record.peer,
        method: record.method.as_str(),
        path: shortened(&record.path),
        route: record.route,
        user: record.user.as_deref(),
        status: status.map(|status| status.as_u16()),
        outcome,
        reason: cause.map(Cause::name),
        body_bytes: record.body_bytes,
        queued: record.queued,
        verified: record.verified,
        took,
    };
    macro_rules! line {
        ($level:ident) => {
            // Text that a client sent stays text: either form of the log quotes and escapes it.
            $level!(
                request_id = record.names.request,
                trace_id = record.names.trace,
                span_id = record.names.span,
                session_id = record.session_id,
                client = %span.client,
                user = span.user,
                method = span.method,
                path = span.path,
                route = span.route,
                status = span.status,
                outcome = span.outcome,
                reason = span.reason,
                body_bytes = span.body_bytes,
                queue_milliseconds = milliseconds(span.queued),
                verify_milliseconds = milliseconds(span.verified),
                milliseconds = milliseconds(span.took),
                "{}",
                if status.is_some() { "answered" } else { "not answered" }
            )
        };
    }
    match record.route {
        // Asked every few seconds by those who watch.
        "health" | "ready" => line!(debug),
        _ => {
            line!(info);
            record.traces.ended(&record.names, &span);
        }
    }
}

/// Rounded to microseconds.
fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

/// A path of any length, cut for the log.
fn shortened(path: &str) -> &str {
    &path[..path.floor_char_boundary(MAX_PATH)]
}
