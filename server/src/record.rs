//! What is counted and logged of one request, however it ends.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use http::{Method, StatusCode};

use crate::logs::{self, Names};
use crate::metrics::{CLIENT_GONE, Metrics};
use crate::outcome::{Answer, Outcome};

/// What is known of a request. Dropped before its end, it is that of a client that went away, or of a panic.
pub(crate) struct Record {
    metrics: Metrics,
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
    pub(crate) fn new(metrics: &Metrics, names: Names, peer: IpAddr, method: Method, path: String) -> Self {
        metrics.in_flight.inc();
        Record {
            metrics: metrics.clone(),
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
        logs::ended(self, Some(status), name, outcome.as_ref().err(), took);
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
            logs::ended(self, None, name, None, took);
        }
    }
}
