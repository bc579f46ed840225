//! The files of deploy/ against the server: the metrics and labels that they use must exist.

use std::collections::BTreeSet;
use std::path::Path;

use crate::common::{LOGIN, Running, authorization, photo, request};
use visavis_server::contract::Code;

/// Labels that Prometheus adds to everything that it scrapes.
const TARGET_LABELS: [&str; 4] = ["instance", "job", "namespace", "pod"];

/// Files that name metrics.
const FILES: [&str; 5] = [
    "prometheus/alerts.yaml",
    "prometheus/alerts.test.yaml",
    "prometheus/dashboard.json",
    "prometheus/adapter.yaml",
    "kubernetes/visavis.yaml",
];

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `/metrics` after a verdict and a refusal, so that every metric has a sample.
fn counted() -> String {
    let server = Running::start();
    server.verify(&photo("astronaut.jpg"), &photo("hopper.jpg")).assert_score(Some("s"));
    server.post(b"{").assert_error(400, "INVALID_REQUEST", None);
    let login = authorization(LOGIN);
    let reply = server.raw(&request("GET", "/metrics", &[("Authorization", &*login)], b""));
    String::from_utf8(reply.body).unwrap()
}

/// Words of letters, digits and underscores.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
}

/// `label`, `value` of each `label="value"` or `label=~"value"`; quotes may be escaped, as in JSON.
fn selectors(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\\\"", "\"").replace("=~\"", "=\"");
    let mut found = Vec::new();
    for (at, _) in text.match_indices("=\"") {
        let label = words(&text[..at]).last().unwrap_or_default();
        let value = text[at + 2..].split('"').next().unwrap();
        found.push((label.to_owned(), value.to_owned()));
    }
    found
}

/// Labels in `by (...)`.
fn groupings(text: &str) -> impl Iterator<Item = &str> {
    text.split("by (").skip(1).flat_map(|rest| rest.split(')').next().unwrap().split(',').map(str::trim))
}

#[test]
fn every_monitored_metric_exists() {
    let counted = counted();
    let names: BTreeSet<_> = counted.lines().filter_map(|line| line.split(['{', ' ']).next()).collect();
    for file in FILES {
        let text = read(file);
        let watched: BTreeSet<_> = words(&text).filter(|word| word.starts_with("visavis_")).collect();
        assert!(!watched.is_empty(), "{file} names no metric");
        let unknown: Vec<_> = watched.iter().filter(|name| !names.contains(*name)).collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?} do not exist");
    }
}

#[test]
fn every_monitored_label_exists() {
    let counted = counted();
    let mut labels: BTreeSet<_> = selectors(&counted).into_iter().map(|(label, _)| label).collect();
    labels.extend(TARGET_LABELS.map(str::to_owned));
    let outcomes: BTreeSet<_> = Code::ALL.iter().map(|code| code.name()).chain(["OK"]).collect();
    let mut watched = 0;
    for file in ["prometheus/alerts.yaml", "prometheus/dashboard.json"] {
        let text = read(file);
        for (label, value) in selectors(&text) {
            assert!(labels.contains(&label), "{file}: no label {label:?}");
            for wanted in value.split('|').filter(|_| label == "outcome") {
                let end = wanted.strip_prefix(".*").unwrap_or(wanted);
                assert!(outcomes.iter().any(|outcome| outcome.ends_with(end)), "{file}: no outcome {wanted}");
                watched += 1;
            }
        }
        for label in groupings(&text) {
            assert!(labels.contains(label), "{file}: no label {label:?}");
        }
    }
    assert!(watched >= 5, "{watched} outcomes are watched");
}
