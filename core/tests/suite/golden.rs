//! Every case of `tests/golden/cases.tsv` with both engines.
//!
//! `VISAVIS_GOLDEN=write` fills the score column before it is checked (`cargo xtask golden --write`).

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use testkit::cases::{self, Case, Expected};
use testkit::{files, report};
use visavis::{Engine, Verifier};

use crate::verifiers;

/// How far the engines may be apart, in points.
const APART: u8 = 1;

/// The outcome of one case.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Score(f32),
    /// Name of the error and of the side.
    Error(String, String),
}

/// The outcomes of all cases, in the table's order.
struct Outcomes {
    embedded: Vec<Outcome>,
    /// `None` if ONNX Runtime is not installed.
    onnxruntime: Option<Vec<Outcome>>,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| cases::read(&cases::table()));

static OUTCOMES: LazyLock<Outcomes> = LazyLock::new(|| {
    std::thread::scope(|scope| {
        let onnxruntime = scope.spawn(|| walk(Engine::OnnxRuntime));
        let embedded = walk(Engine::Embedded).expect("the embedded engine is compiled in");
        Outcomes { embedded, onnxruntime: onnxruntime.join().expect("the other walk panics on its own") }
    })
});

#[test]
fn the_table_holds_with_both_engines() {
    let text = std::fs::read_to_string(cases::table()).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).count() - 1;
    let Outcomes { embedded, onnxruntime } = &*OUTCOMES;
    assert!(rows > 0 && embedded.len() == rows, "{} of {rows} cases ran", embedded.len());
    let expected = match std::env::var("VISAVIS_GOLDEN") {
        Ok(mode) if mode == "write" => {
            write(&text, onnxruntime.as_ref().expect("the scores are ONNX Runtime's: install it first"));
            cases::read(&cases::table())
        }
        Ok(mode) => panic!("VISAVIS_GOLDEN can be \"write\" only, not {mode:?}"),
        Err(_) => CASES.clone(),
    };
    let mut complaints = complaints("embedded", APART, &expected, embedded);
    if let Some(onnxruntime) = onnxruntime {
        assert_eq!(onnxruntime.len(), rows, "ONNX Runtime ran every case");
        complaints.extend(self::complaints("onnxruntime", 0, &expected, onnxruntime));
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    let engines = if onnxruntime.is_some() { "both engines" } else { "the embedded engine only" };
    report::note(&format!("{rows} golden cases with {engines}"));
}

#[test]
fn the_engines_are_within_one_point() {
    let Outcomes { embedded, onnxruntime: Some(onnxruntime) } = &*OUTCOMES else { return };
    let mut widest = 0.0_f32;
    for ((case, one), other) in CASES.iter().zip(embedded).zip(onnxruntime) {
        match (one, other) {
            (Outcome::Score(one), Outcome::Score(other)) => widest = widest.max((one - other).abs()),
            _ => assert_eq!(one, other, "{}", case.name),
        }
    }
    assert!(widest <= f32::from(APART), "{widest} points apart");
    report::note(&format!("the engines are at most {widest:.4} points apart"));
}

#[test]
fn swapped_photos_score_exactly_the_same() {
    let mut pairs = 0;
    for outcomes in [Some(&OUTCOMES.embedded), OUTCOMES.onnxruntime.as_ref()].into_iter().flatten() {
        let known: HashMap<_, _> =
            CASES.iter().zip(outcomes).map(|(case, outcome)| (key(case), outcome)).collect();
        for (case, outcome) in CASES.iter().zip(outcomes) {
            let (options, probe, reference) = key(case);
            let other = known.get(&(options, reference, probe));
            if let (true, Outcome::Score(_), Some(other)) = (probe < reference, outcome, other) {
                assert_eq!(&outcome, other, "{} and the other way round", case.name);
                pairs += 1;
            }
        }
    }
    assert!(pairs > 0, "the table has swapped pairs");
}

fn key(case: &Case) -> (&[(String, String)], &str, &str) {
    (&case.options, &case.probe, &case.reference)
}

/// Runs every case; `None` if the engine is not installed.
fn walk(engine: Engine) -> Option<Vec<Outcome>> {
    let mut verifiers: HashMap<&[(String, String)], Verifier> = HashMap::new();
    let mut outcomes = Vec::new();
    for case in CASES.iter() {
        if !verifiers.contains_key(&case.options[..]) {
            verifiers.insert(&case.options, verifiers::make(engine, &case.options)?);
        }
        outcomes.push(run(&verifiers[&case.options[..]], case));
    }
    Some(outcomes)
}

fn run(verifier: &Verifier, case: &Case) -> Outcome {
    let photo = |name: &str| files::photo(name);
    match verifier.verify(photo(&case.probe), photo(&case.reference)) {
        Ok(verdict) => {
            let comparison = verdict.comparison;
            assert_eq!(
                comparison.is_match,
                comparison.score >= verifier.options().threshold,
                "{}",
                case.name
            );
            Outcome::Score(comparison.score)
        }
        Err(error) => {
            let side = error.side().map_or("none", |side| side.name());
            Outcome::Error(error.kind().name().into(), side.into())
        }
    }
}

fn complaints(engine: &str, apart: u8, cases: &[Case], outcomes: &[Outcome]) -> Vec<String> {
    let pairs = cases.iter().zip(outcomes);
    let wrong = pairs.filter(|(case, outcome)| !holds(&case.expected, outcome, apart));
    wrong
        .map(|(case, outcome)| format!("{engine}: {}: expected {}, got {outcome}", case.name, case.expected))
        .collect()
}

fn holds(expected: &Expected, outcome: &Outcome, apart: u8) -> bool {
    match (expected, outcome) {
        (Expected::Score(expected), Outcome::Score(score)) => {
            (score.floor() as u8).abs_diff(*expected) <= apart
        }
        (Expected::Error(kind, side), Outcome::Error(got, at)) => (kind, side) == (got, at),
        _ => false,
    }
}

/// Puts the scores into the cases that expect one, and reports those that are so close to a whole number that they may
/// change.
fn write(text: &str, outcomes: &[Outcome]) {
    let mut scores = HashMap::new();
    for (case, outcome) in CASES.iter().zip(outcomes) {
        if let (Expected::Unmeasured | Expected::Score(_), Outcome::Score(score)) = (&case.expected, outcome)
        {
            scores.insert(case.name.as_str(), score.floor() as u8);
            if *score < 100.0 && (score - score.round()).abs() < 0.01 {
                report::note(&format!("{}: {score} is close to a whole number", case.name));
            }
        }
    }
    std::fs::write(cases::table(), cases::with_scores(text, |name| scores.get(name).copied())).unwrap();
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Score(score) => write!(f, "{score:.3}"),
            Outcome::Error(kind, side) => write!(f, "{kind} on {side}"),
        }
    }
}

#[test]
fn wrong_outcomes_are_rejected() {
    let error = Outcome::Error("NO_FACE".into(), "probe".into());
    let expected = Expected::Error("NO_FACE".into(), "probe".into());
    assert!(holds(&expected, &error, 0) && holds(&Expected::Score(26), &Outcome::Score(26.99), 0));
    for (expected, outcome) in [
        (&Expected::Unmeasured, &Outcome::Score(26.0)),
        (&Expected::Score(26), &Outcome::Score(27.0)),
        (&Expected::Score(26), &error),
        (&expected, &Outcome::Score(26.0)),
        (&expected, &Outcome::Error("NO_FACE".into(), "reference".into())),
    ] {
        assert!(!holds(expected, outcome, 0), "{expected} and {outcome}");
    }
}
