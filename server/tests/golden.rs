//! The golden cases of all languages, over HTTP.

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::{Running, golden, photo};
use visavis::{Options, Verifier};

const COLUMNS: &str = "name\toptions\tprobe\treference\tscore\terror\tside";

#[test]
fn every_golden_case_has_its_answer() {
    let table = std::fs::read_to_string(golden().join("cases.tsv")).unwrap();
    let mut lines = table.lines().skip_while(|line| line.starts_with('#'));
    assert_eq!(lines.next(), Some(COLUMNS));
    let mut by_options: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    for line in lines.clone() {
        let fields: Vec<&str> = line.split('\t').collect();
        by_options.entry(fields[1]).or_default().push(fields);
    }
    let ran: usize = by_options.iter().map(|(options, cases)| walk(options, cases)).sum();
    assert_eq!(ran, lines.count());
    assert!(ran > 100, "{ran} cases are not the whole table");
    println!("{ran} golden cases");
}

/// Walks the cases of one set of options, two at a time, and returns how many.
fn walk(names: &str, cases: &[Vec<&str>]) -> usize {
    let mut options = Options::default();
    for option in names.split(';').filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=').unwrap();
        options.set(name, value).unwrap();
    }
    let server = Running::with_verifier("", Arc::new(Verifier::new(options).unwrap()));
    let check_all = |cases: &[Vec<&str>]| -> Vec<String> {
        cases.iter().filter_map(|case| check(&server, case)).collect()
    };
    let (left, right) = cases.split_at(cases.len() / 2);
    let wrong = std::thread::scope(|scope| {
        let other = scope.spawn(|| check_all(right));
        [check_all(left), other.join().unwrap()].concat()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
    cases.len()
}

/// What is wrong with the answer to a case, if anything.
fn check(server: &Running, case: &[&str]) -> Option<String> {
    let &[name, _, probe, reference, score, error, side] = case else { panic!("{case:?}") };
    let got = server.verify(&photo(probe), &photo(reference)).json();
    let code = match (error, side) {
        ("", "") => {
            let as_expected =
                got["score"].as_u64().is_some_and(|got| score == "?" || score == got.to_string());
            return (!as_expected).then(|| format!("{name}: {got} instead of {score}"));
        }
        ("EMPTY_IMAGE" | "UNSUPPORTED_FORMAT" | "CORRUPT_IMAGE" | "IMAGE_TOO_LARGE", "probe") => {
            "MISSING_PROBE_IMAGE"
        }
        ("EMPTY_IMAGE" | "UNSUPPORTED_FORMAT" | "CORRUPT_IMAGE" | "IMAGE_TOO_LARGE", "reference") => {
            "MISSING_REFERENCE_IMAGE"
        }
        ("NO_FACE" | "SEVERAL_FACES" | "FACE_TOO_SMALL", "probe") => "PROBE_FACE_NOT_FOUND",
        ("NO_FACE" | "SEVERAL_FACES" | "FACE_TOO_SMALL", "reference") => "REFERENCE_FACE_NOT_FOUND",
        _ => panic!("{name}: {error} on {side:?}"),
    };
    (got["error"] != code).then(|| format!("{name}: {got} instead of {code} for {error}"))
}
