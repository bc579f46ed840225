//! Counters for Prometheus. Labels come from fixed sets: nothing that a client sends becomes one.

use std::time::Duration;

use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};
use visavis::{Verdict, Verifier};
use warp::reply::Response;

use crate::contract::Code;
use crate::queue::Load;
use crate::reply::Outcome;

/// From a health check to a slow photo on a slow machine, in seconds.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Every tenth score, and the default threshold.
const SCORES: &[f64] = &[0.0, 5.0, 10.0, 20.0, 27.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0];

/// What is counted. A clone counts the same.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    queue_seconds: Histogram,
    stage_seconds: HistogramVec,
    scores: Histogram,
    queued: IntGauge,
    running: IntGauge,
    /// Requests that are being answered.
    pub in_flight: IntGauge,
    /// Open connections.
    pub connections: IntGauge,
    body_bytes: IntGauge,
}

impl Metrics {
    /// Nothing counted yet.
    ///
    /// # Panics
    ///
    /// Never: the names here are sound and different.
    pub fn new(verifier: &Verifier) -> Self {
        let registry = Registry::new();
        let metrics = Metrics {
            requests: counters(
                "visavis_requests_total",
                "Requests by route and outcome",
                &["route", "outcome"],
            ),
            request_seconds: histograms("visavis_request_seconds", "Time to answer a request", "route"),
            queue_seconds: Histogram::with_opts(
                HistogramOpts::new("visavis_queue_seconds", "Time that a request waited for a worker")
                    .buckets(SECONDS.to_vec()),
            )
            .expect(SOUND),
            stage_seconds: histograms("visavis_stage_seconds", "Time of one step for one photo", "stage"),
            scores: Histogram::with_opts(
                HistogramOpts::new("visavis_score", "Comparison scores").buckets(SCORES.to_vec()),
            )
            .expect(SOUND),
            queued: gauge("visavis_queue_length", "Requests that wait for a worker"),
            running: gauge("visavis_workers_busy", "Workers that verify"),
            in_flight: gauge("visavis_requests_in_flight", "Requests that are being answered"),
            connections: gauge("visavis_connections", "Open connections"),
            body_bytes: gauge("visavis_body_bytes", "Memory that request bodies take"),
            registry,
        };
        let info = IntGaugeVec::new(
            Opts::new("visavis_info", "What runs here"),
            &["version", "engine", "engine_version", "extractor", "detector"],
        )
        .expect(SOUND);
        let engine = verifier.engine();
        let labels = [
            env!("CARGO_PKG_VERSION"),
            engine.engine.name(),
            &engine.version,
            verifier.extractor_id(),
            verifier.detector_id(),
        ];
        info.with_label_values(&labels).set(1);
        let all: [Box<dyn prometheus::core::Collector>; 11] = [
            Box::new(metrics.requests.clone()),
            Box::new(metrics.request_seconds.clone()),
            Box::new(metrics.queue_seconds.clone()),
            Box::new(metrics.stage_seconds.clone()),
            Box::new(metrics.scores.clone()),
            Box::new(metrics.queued.clone()),
            Box::new(metrics.running.clone()),
            Box::new(metrics.in_flight.clone()),
            Box::new(metrics.connections.clone()),
            Box::new(metrics.body_bytes.clone()),
            Box::new(info),
        ];
        for collector in all {
            metrics.registry.register(collector).expect(SOUND);
        }
        // A counter that appears with its first count has no rate then, and the alert on it would sleep.
        for outcome in Code::ALL.iter().map(|code| code.name()).chain(["OK"]) {
            metrics.requests.with_label_values(&["verify", outcome]);
        }
        metrics
    }

    /// Counts an answered request.
    pub fn answered(&self, response: &Response, took: Duration) {
        let outcome = response.extensions().get::<Outcome>();
        let route = outcome.map_or("other", |outcome| outcome.route);
        let name = outcome.and_then(|outcome| outcome.code).map_or("OK", Code::name);
        self.requests.with_label_values(&[route, name]).inc();
        self.request_seconds.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    /// Counts how long a request waited for its worker.
    pub fn waited(&self, time: Duration) {
        self.queue_seconds.observe(time.as_secs_f64());
    }

    /// Counts a verdict.
    pub fn judged(&self, verdict: &Verdict) {
        self.scores.observe(f64::from(verdict.comparison.score));
        for sample in [&verdict.probe, &verdict.reference] {
            let timings = &sample.timings;
            for (stage, time) in
                [("decode", timings.decode), ("detect", timings.detect), ("extract", timings.extract)]
            {
                self.stage_seconds.with_label_values(&[stage]).observe(time.as_secs_f64());
            }
        }
    }

    /// All of it as Prometheus text.
    ///
    /// # Panics
    ///
    /// Never: memory takes everything that is written.
    pub fn text(&self, load: &Load, body_bytes: usize) -> Vec<u8> {
        self.queued.set(load.queued() as i64);
        self.running.set(load.running() as i64);
        self.body_bytes.set(body_bytes as i64);
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).expect("memory takes everything");
        text
    }
}

const SOUND: &str = "the names of metrics are sound and different";

fn counters(name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, help), labels).expect(SOUND)
}

fn histograms(name: &str, help: &str, label: &str) -> HistogramVec {
    HistogramVec::new(HistogramOpts::new(name, help).buckets(SECONDS.to_vec()), &[label]).expect(SOUND)
}

fn gauge(name: &str, help: &str) -> IntGauge {
    IntGauge::new(name, help).expect(SOUND)
}
