//! The golden cases of all languages, over HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;

use testkit::cases::{self, Case, Expected};
use testkit::report;
use visavis::{Options, Verifier};

use crate::common::{Running, photo};

#[test]
fn every_golden_case_has_its_answer() {
    let table = cases::read(&cases::table());
    let mut by_options: BTreeMap<&[(String, String)], Vec<&Case>> = BTreeMap::new();
    for case in &table {
        by_options.entry(&case.options).or_default().push(case);
    }
    let ran: usize = by_options.iter().map(|(options, cases)| check_set(options, cases)).sum();
    assert_eq!(ran, table.len());
    assert!(ran > 100, "{ran} cases are not the whole table");
    report::note(&format!("{ran} golden cases over HTTP"));
}

/// Checks the cases of one set of options, two at a time, and returns their number.
fn check_set(settings: &[(String, String)], cases: &[&Case]) -> usize {
    let mut options = Options::default();
    for (name, value) in settings {
        options.set(name, value).unwrap();
    }
    let server = Running::with_verifier("", Arc::new(Verifier::new(options).unwrap()));
    let check_all =
        |cases: &[&Case]| -> Vec<String> { cases.iter().filter_map(|case| check(&server, case)).collect() };
    let (left, right) = cases.split_at(cases.len() / 2);
    let wrong = std::thread::scope(|scope| {
        let other = scope.spawn(|| check_all(right));
        [check_all(left), other.join().unwrap()].concat()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
    cases.len()
}

/// What is wrong with the answer to a case, if anything.
fn check(server: &Running, case: &Case) -> Option<String> {
    let got = server.verify(&photo(&case.probe), &photo(&case.reference)).json();
    let holds = match &case.expected {
        Expected::Unmeasured => got["score"].is_u64(),
        Expected::Score(score) => got["score"].as_u64() == Some(u64::from(*score)),
        Expected::Error(error, side) => got["error"] == code(error, side),
    };
    (!holds).then(|| format!("{}: {got} instead of {:?}", case.name, case.expected))
}

/// The contract's code for an error of the core.
fn code(error: &str, side: &str) -> &'static str {
    match (error, side) {
        ("EMPTY_IMAGE" | "UNSUPPORTED_FORMAT" | "CORRUPT_IMAGE" | "IMAGE_TOO_LARGE", "probe") => {
            "MISSING_PROBE_IMAGE"
        }
        ("EMPTY_IMAGE" | "UNSUPPORTED_FORMAT" | "CORRUPT_IMAGE" | "IMAGE_TOO_LARGE", "reference") => {
            "MISSING_REFERENCE_IMAGE"
        }
        ("NO_FACE" | "SEVERAL_FACES" | "FACE_TOO_SMALL", "probe") => "PROBE_FACE_NOT_FOUND",
        ("NO_FACE" | "SEVERAL_FACES" | "FACE_TOO_SMALL", "reference") => "REFERENCE_FACE_NOT_FOUND",
        _ => panic!("{error} on {side:?}"),
    }
}
