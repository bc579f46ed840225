//! The record of one request, which is counted and logged however it ends.

use std::time::{Duration, Instant};

use http::StatusCode;
use tracing::{debug, error, info};
use visavis::ErrorKind;

use crate::contract::Code;
use crate::metrics::{CLIENT_GONE, Metrics};
use crate::names::Names;
use crate::outcome::{Answer, Cause, Outcome};
use crate::span::Span;
use crate::traces::Traces;

/// If it is dropped before its end, the client left, or there was a panic.
pub(crate) struct Record {
    metrics: Metrics,
    traces: Traces,
    start: Instant,
    ended: bool,
    pub(crate) names: Names,
    pub(crate) span: Span,
    /// The client's `sessionId`, once it was read.
    pub(crate) session_id: Option<String>,
}

impl Record {
    pub(crate) fn new((metrics, traces): (&Metrics, &Traces), names: Names, span: Span) -> Self {
        metrics.in_flight.inc();
        let (metrics, traces) = (metrics.clone(), traces.clone());
        Record { metrics, traces, start: Instant::now(), ended: false, names, span, session_id: None }
    }

    /// The user, once the login is verified; empty before.
    pub(crate) fn user(&self) -> &str {
        self.span.user.as_deref().unwrap_or_default()
    }

    /// Counts and logs an answer.
    pub(crate) fn end(&mut self, outcome: &Outcome, status: StatusCode) {
        if let Ok(Answer::Verdict(verdict)) = outcome {
            self.metrics.verdict(&verdict.0);
        }
        let failure = outcome.as_ref().err();
        let name = match failure {
            None => "OK",
            Some(failure) if failure.gone => CLIENT_GONE,
            Some(failure) => failure.code.name(),
        };
        let cause = failure.and_then(|failure| failure.cause.as_ref());
        if let Some(Cause::Core(error)) = cause.filter(|_| name == Code::InternalError.name()) {
            // The message of a panic could contain anything; the panic hook has logged what is safe.
            let message = if error.kind() == ErrorKind::Panic { "panic" } else { error.message() };
            error!(
                request_id = self.names.request,
                kind = error.kind().name(),
                message,
                "verification failed"
            );
        }
        (self.span.status, self.span.reason) = (Some(status), cause.map(Cause::name));
        self.report(name);
    }

    /// Counts it, and writes one line and one span.
    fn report(&mut self, outcome: &'static str) {
        self.ended = true;
        let Record { names, span, session_id, .. } = self;
        (span.outcome, span.took) = (outcome, self.start.elapsed());
        self.metrics.ended(span.route, outcome, span.took);
        macro_rules! line {
            ($level:ident) => {
                // Both forms of the log quote and escape text from clients.
                $level!(
                    request_id = names.request,
                    trace_id = names.trace,
                    span_id = names.span,
                    session_id = session_id.as_deref(),
                    client = %span.client,
                    user = span.user.as_deref(),
                    method = span.method.as_str(),
                    path = span.path,
                    route = span.route,
                    status = span.status.map(|status| status.as_u16()),
                    outcome = span.outcome,
                    reason = span.reason,
                    body_bytes = span.body_bytes,
                    queue_milliseconds = milliseconds(span.queued),
                    verify_milliseconds = milliseconds(span.verified),
                    milliseconds = milliseconds(span.took),
                    "{}",
                    if span.status.is_some() { "answered" } else { "not answered" }
                )
            };
        }
        match span.route {
            // Requested every few seconds by monitoring.
            "health" | "ready" => line!(debug),
            _ => {
                line!(info);
                self.traces.ended(names, span);
            }
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
        if !self.ended {
            self.report(if std::thread::panicking() { "INTERNAL_ERROR" } else { CLIENT_GONE });
        }
    }
}

/// Rounded to microseconds.
fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}
