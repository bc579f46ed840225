//! What operators use: health, readiness, request ids and metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::common;
use crate::common::{LOGIN, Running, authorization, photo, request};
use serde_json::json;

#[test]
fn health_and_readiness_need_no_credentials_and_report_nothing_else() {
    let mut server = Running::with("shutdown-delay = 0.5");
    assert_eq!(
        (server.get("/health").status, server.get("/health").json()),
        (200, json!({ "status": "up" }))
    );
    assert_eq!(
        (server.get("/ready").status, server.get("/ready").json()),
        (200, json!({ "status": "ready" }))
    );
    server.stop();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!((server.get("/health").status, server.get("/ready").status), (200, 503));
    assert_eq!(server.get("/ready").header("connection"), Some("close"));
    assert!(server.wait());
}

#[test]
fn request_ids_are_adopted_or_generated() {
    let server = Running::start();
    let send = |headers: &[(&str, &str)]| server.raw(&request("GET", "/health", headers, b""));
    assert_eq!(send(&[("X-Request-Id", "mine-1")]).header("x-request-id"), Some("mine-1"));
    let made = [send(&[]), send(&[("X-Request-Id", "not mine")])];
    assert!(made.iter().all(|reply| reply.header("x-request-id").unwrap().len() == 16));
    assert_ne!(made[0].header("x-request-id"), made[1].header("x-request-id"));
}

#[test]
fn metrics_count_what_happened() {
    let server = Running::start();
    server.post(b"{}").assert_error(200, "MISSING_PROBE_IMAGE", None);
    server.post(b"x").assert_error(400, "INVALID_REQUEST", None);
    let score = server.verify(&photo("astronaut.jpg"), &photo("astronaut.jpg")).assert_score(Some("s"));
    assert_eq!(server.get("/a-path-that-must-not-become-a-label").status, 404);
    let text = metrics(&server);
    for line in [
        r#"visavis_requests_total{outcome="MISSING_PROBE_IMAGE",route="verify"} 1"#,
        r#"visavis_requests_total{outcome="INVALID_REQUEST",route="verify"} 1"#,
        r#"visavis_requests_total{outcome="OK",route="verify"} 1"#,
        r#"visavis_requests_total{outcome="NOT_FOUND",route="other"} 1"#,
        r#"visavis_stage_seconds_count{stage="extract"} 2"#,
        &format!("visavis_score_sum {score}"),
        "visavis_body_bytes 0",
        r#"visavis_requests_total{outcome="INTERNAL_ERROR",route="verify"} 0"#,
        "visavis_queue_seconds_count 3",
        "visavis_queue_length 0",
        "visavis_requests_in_flight 1",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
    }
    for start in ["process_resident_memory_bytes ", "process_cpu_seconds_total ", "process_open_fds "] {
        assert!(text.lines().any(|line| line.starts_with(start)), "{start} is not in\n{text}");
    }
    assert!(text.contains("visavis_info{detector=\"retinaface") && !text.contains("a-path"));
}

fn metrics(server: &Running) -> String {
    let login = authorization(LOGIN);
    let reply = server.raw(&request("GET", "/metrics", &[("Authorization", &*login)], b""));
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    String::from_utf8(reply.body).unwrap()
}

/// The names of all series: metric and labels, without values.
fn series(text: &str) -> BTreeSet<String> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
}

#[test]
fn clients_cannot_create_a_series() {
    let server = Running::start();
    let login = authorization(LOGIN);
    let send_junk = |number: usize| {
        let (path, id) = (format!("/junk-{number}"), format!("id-{number}"));
        let headers =
            [("Authorization", &*login), ("Content-Type", "application/json"), ("X-Request-Id", &*id)];
        server.raw(&request("POST", &path, &headers, b"{}"));
        server.raw(&request(&format!("JUNK{number}"), common::VERIFY, &headers, b""));
        server.post(format!(r#"{{"sessionId":"junk-{number}"}}"#).as_bytes());
    };
    send_junk(0);
    metrics(&server);
    let before = series(&metrics(&server));
    (1..50).for_each(send_junk);
    assert_eq!(series(&metrics(&server)), before);
    assert!(before.iter().all(|series| !series.contains("unk") && !series.contains("id-")));
}

/// The rules of Prometheus' own linter.
#[test]
fn metrics_are_in_good_form() {
    let server = Running::start();
    server.verify(&photo("astronaut.jpg"), &photo("astronaut.jpg")).assert_score(Some("s"));
    let text = metrics(&server);
    let (mut kinds, mut helped) = (BTreeMap::new(), BTreeSet::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').expect("a help has words");
            assert!(words.len() > 5 && helped.insert(name), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(helped.contains(name) && kinds.insert(name, kind).is_none(), "{line}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{line}");
            let is_ours = name.starts_with("visavis_") || name.starts_with("process_");
            assert!(is_ours && !name.contains("millisecond"), "{line}");
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().unwrap().is_finite(), "{line}");
            let name = series.split('{').next().unwrap();
            let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
            let known = kinds.contains_key(name) || histogram.is_some_and(|name| kinds[name] == "histogram");
            assert!(known, "{line} has no TYPE before it");
        }
    }
    let histograms: Vec<_> =
        kinds.iter().filter(|(_, kind)| **kind == "histogram").map(|(name, _)| *name).collect();
    assert_eq!(
        histograms,
        ["visavis_queue_seconds", "visavis_request_seconds", "visavis_score", "visavis_stage_seconds"]
    );
    for stage in ["decode", "detect", "extract"] {
        let whole = format!("visavis_stage_seconds_bucket{{stage=\"{stage}\",le=\"+Inf\"}} 2");
        assert!(text.lines().any(|line| line == whole), "{whole} is not in\n{text}");
    }
    for gauge in [
        "queue_length",
        "queue_length_limit",
        "workers",
        "workers_busy",
        "requests_in_flight",
        "connections",
        "connections_limit",
        "body_bytes",
        "body_bytes_limit",
        "certificate_expiry_timestamp_seconds",
        "last_reload_timestamp_seconds",
        "info",
    ] {
        assert_eq!(kinds[&*format!("visavis_{gauge}")], "gauge", "{gauge}");
    }
}
