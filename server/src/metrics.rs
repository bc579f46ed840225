//! Metrics for Prometheus. Labels come from fixed sets: text from clients never becomes one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder, register_histogram_vec_with_registry, register_histogram_with_registry,
    register_int_counter_vec_with_registry, register_int_counter_with_registry,
    register_int_gauge_vec_with_registry, register_int_gauge_with_registry,
};
use visavis::{Timings, Verdict, Verifier};

use crate::config::Config;
use crate::contract::Code;
use crate::queue::Load;
use crate::usage::Usage;

/// The outcome of a request whose client left before it was answered.
pub(crate) const CLIENT_GONE: &str = "CLIENT_GONE";

/// Buckets in seconds, from a health check to a slow photo on a slow machine.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Buckets for scores: multiples of ten, 5, and the default threshold.
const SCORES: &[f64] = &[0.0, 5.0, 10.0, 20.0, 27.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0];

/// All metrics. Clones share them.
#[derive(Clone)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    queue_seconds: Histogram,
    stage_seconds: HistogramVec,
    scores: Histogram,
    queued: IntGauge,
    running: IntGauge,
    body_bytes: IntGauge,
    /// Requests that are being answered.
    pub(crate) in_flight: IntGauge,
    /// Open connections.
    pub(crate) connections: IntGauge,
    closed: IntCounterVec,
    /// Password hashes that were computed.
    pub(crate) hashes: IntCounter,
    reloads: IntCounterVec,
    last_reload: IntGauge,
    /// When the certificate expires.
    pub(crate) certificate_end: IntGauge,
    usage: Usage,
}

const RELOADS: [&str; 2] = ["failed", "ok"];

/// Why the server refuses or closes connections.
const CLOSED: &[&str] =
    &["address_limit", "anonymous", "bad_head", "evicted", "idle", "slow_head", "stopping", "tls_handshake"];

impl Metrics {
    /// Registers all metrics.
    ///
    /// # Panics
    ///
    /// Never: the names here are valid and unique.
    pub(crate) fn new(verifier: &Verifier, config: &Config) -> Self {
        let r = Registry::new();
        let histogram = |name, help, buckets: &[f64]| {
            let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
            register_histogram_with_registry!(options, r).expect(VALID)
        };
        let histograms = |name, help, label| {
            let options = HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
            register_histogram_vec_with_registry!(options, &[label], r).expect(VALID)
        };
        let gauge = |name, help| register_int_gauge_with_registry!(Opts::new(name, help), r).expect(VALID);
        let counters = |name, help, labels| {
            register_int_counter_vec_with_registry!(Opts::new(name, help), labels, r).expect(VALID)
        };
        let metrics = Metrics {
            requests: counters(
                "visavis_requests_total",
                "Requests by route and outcome",
                &["route", "outcome"],
            ),
            request_seconds: histograms("visavis_request_seconds", "Time to answer a request", "route"),
            queue_seconds: histogram(
                "visavis_queue_seconds",
                "Time that a request waited for a worker",
                SECONDS,
            ),
            stage_seconds: histograms("visavis_stage_seconds", "Time of one step for one photo", "stage"),
            scores: histogram("visavis_score", "Comparison scores", SCORES),
            queued: gauge("visavis_queue_length", "Requests that wait for a worker"),
            running: gauge("visavis_workers_busy", "Workers that are verifying"),
            body_bytes: gauge("visavis_body_bytes", "Memory that request bodies take"),
            in_flight: gauge("visavis_requests_in_flight", "Requests that are being answered"),
            connections: gauge("visavis_connections", "Open connections"),
            closed: counters(
                "visavis_connections_closed_total",
                "Connections that the server refused or closed, by cause",
                &["cause"],
            ),
            hashes: register_int_counter_with_registry!(
                Opts::new("visavis_password_hashes_total", "Password hashes that were computed for logins"),
                r
            )
            .expect(VALID),
            reloads: counters("visavis_reloads_total", "Reloads on SIGHUP by result", &["result"]),
            last_reload: gauge("visavis_last_reload_timestamp_seconds", "Time of the last good reload, or 0"),
            certificate_end: gauge(
                "visavis_certificate_expiry_timestamp_seconds",
                "End of the TLS certificate's validity, or 0 without one",
            ),
            usage: Usage::new(&r).expect(VALID),
            registry: r.clone(),
        };
        let engine = verifier.engine();
        let (names, values): (Vec<&str>, Vec<&str>) = [
            ("version", env!("CARGO_PKG_VERSION")),
            ("engine", engine.engine.name()),
            ("engine_version", &engine.version),
            ("extractor", verifier.extractor_id()),
            ("detector", verifier.detector_id()),
        ]
        .into_iter()
        .unzip();
        let options = Opts::new("visavis_info", "Version, engine and models");
        let info = register_int_gauge_vec_with_registry!(options, &names, r).expect(VALID);
        info.with_label_values(&values).set(1);
        for (name, help, limit) in [
            ("visavis_workers", "Verifications that may run at once", config.workers),
            ("visavis_queue_length_limit", "Requests that may wait for a worker", config.queue_length),
            ("visavis_connections_limit", "Connections that may be open", config.max_connections),
            ("visavis_body_bytes_limit", "Memory that request bodies may take", config.max_memory_bytes),
        ] {
            gauge(name, help).set(limit as i64);
        }
        // A counter that first appears with its first count has no rate yet, so an alert on it would not fire.
        for outcome in Code::ALL.iter().map(|code| code.name()).chain(["OK", CLIENT_GONE]) {
            metrics.requests.with_label_values(&["verify", outcome]);
        }
        for cause in CLOSED {
            metrics.closed.with_label_values(&[cause]);
        }
        for result in RELOADS {
            metrics.reloads.with_label_values(&[result]);
        }
        metrics
    }

    /// Counts a connection that the server refused or closed.
    pub(crate) fn closed(&self, cause: &str) {
        self.closed.with_label_values(&[cause]).inc();
    }

    /// Counts a reload.
    pub(crate) fn reloaded(&self, is_good: bool) {
        self.reloads.with_label_values(&[RELOADS[usize::from(is_good)]]).inc();
        if is_good {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            self.last_reload.set(now.as_secs() as i64);
        }
    }

    /// Counts a request that has ended.
    pub(crate) fn ended(&self, route: &str, outcome: &str, took: Duration) {
        self.requests.with_label_values(&[route, outcome]).inc();
        self.request_seconds.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    /// Counts how long a request waited for its worker.
    pub(crate) fn waited(&self, time: Duration) {
        self.queue_seconds.observe(time.as_secs_f64());
    }

    /// Counts a verdict.
    pub(crate) fn verdict(&self, verdict: &Verdict) {
        self.scores.observe(f64::from(verdict.comparison.score));
        for Timings { decode, detect, extract, .. } in [verdict.probe.timings, verdict.reference.timings] {
            for (stage, time) in [("decode", decode), ("detect", detect), ("extract", extract)] {
                self.stage_seconds.with_label_values(&[stage]).observe(time.as_secs_f64());
            }
        }
    }

    /// All of it as Prometheus text.
    ///
    /// # Panics
    ///
    /// Never: writing to memory does not fail.
    pub(crate) fn text(&self, load: Load, body_bytes: usize) -> Vec<u8> {
        self.usage.update();
        self.queued.set(load.queued as i64);
        self.running.set(load.running as i64);
        self.body_bytes.set(body_bytes as i64);
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).expect("memory can be written");
        text
    }
}

const VALID: &str = "the names of metrics are valid and unique";
