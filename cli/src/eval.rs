//! `visavis eval`: error rates over a table of pairs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use visavis::{Comparison, Verifier};

use crate::cross::{self, Member, Tally};
use crate::failure::{Failure, Result};
use crate::metrics::{self, Best, DetPoint, FoldAccuracy, Rate, Rates, Trial};
use crate::output;
use crate::pairs::{self, Pairs};
use crate::photos::{self, Gallery};
use crate::setup::Setup;

/// The scores at which error rates are told.
const SCORES: [f32; 5] = [20.0, 27.0, 30.0, 40.0, 50.0];

/// Measure the error rates over a table of pairs
#[derive(Args)]
pub(crate) struct Eval {
    /// CSV with the columns path_a, path_b, same (1 or 0) and optionally fold; paths are relative to it; - reads
    /// standard input
    pairs: PathBuf,
    /// Write everything that was measured to this file; - prints it
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write one line a pair to this file, tab-separated; - prints them
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,
    /// Also compare all photos of different folders with each other and tell the false match rate
    #[arg(long)]
    cross: bool,
}

/// Everything that was measured.
#[derive(Serialize)]
struct Report {
    engine: String,
    model: String,
    counts: Counts,
    failures: Failures,
    accuracy: Accuracy,
    /// At the scores that are always told.
    rates: Vec<Rates>,
    /// Over all photos of different folders.
    #[serde(skip_serializing_if = "Option::is_none")]
    cross_identity: Option<Cross>,
    /// Every threshold.
    det: Vec<DetPoint>,
}

#[derive(Serialize)]
struct Counts {
    pairs: usize,
    genuine: usize,
    impostor: usize,
    photos: usize,
    photos_per_second: f64,
}

/// Failures to extract.
#[derive(Serialize)]
struct Failures {
    rate: Rate,
    by_error: BTreeMap<&'static str, usize>,
    photos: Vec<FailedPhoto>,
    genuine_pairs: usize,
    impostor_pairs: usize,
    pairs_counted_as: &'static str,
}

#[derive(Serialize)]
struct FailedPhoto {
    path: String,
    error: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Accuracy {
    threshold: f32,
    at_threshold: f64,
    best_threshold_chosen_on_the_same_pairs: Best,
    #[serde(skip_serializing_if = "Option::is_none")]
    over_folds: Option<FoldAccuracy>,
}

#[derive(Serialize)]
struct Cross {
    identities: usize,
    comparisons: u64,
    fmr: Vec<CrossRate>,
}

#[derive(Serialize)]
struct CrossRate {
    score: f32,
    #[serde(flatten)]
    rate: Rate,
}

impl Eval {
    pub(crate) fn run(&self, setup: &Setup) -> Result<ExitCode> {
        let pairs = pairs::read(&self.pairs)?;
        let verifier = setup.verifier()?;
        photos::limit_threads(&verifier)?;
        let gallery = photos::extract_all(&verifier, &pairs.photos)?;
        let trials = compare(&verifier, &pairs, &gallery)?;
        if let Some(path) = &self.scores {
            output::write_to(path, |out| write_scores(out, &pairs, &gallery, &trials))?;
        }
        let mut report = measure(&verifier, &pairs, &gallery, &trials);
        if self.cross {
            report.cross_identity = Some(cross_identity(&verifier, &pairs, &gallery)?);
        }
        if let Some(path) = &self.json {
            output::write_to(path, |out| {
                serde_json::to_writer_pretty(&mut *out, &report)?;
                writeln!(out)
            })?;
        }
        output::print(&report.to_string())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn compare(verifier: &Verifier, pairs: &Pairs, gallery: &Gallery) -> Result<Vec<Trial>> {
    let trial = |pair: &pairs::Pair| {
        let outcome = match pair.photos.map(|photo| &gallery.outcomes[photo]) {
            [Ok(probe), Ok(reference)] => Some((&verifier.compare(probe, reference)?).into()),
            _ => None,
        };
        Ok(Trial { same: pair.same, fold: pair.fold, outcome })
    };
    pairs.pairs.iter().map(trial).collect()
}

fn measure(verifier: &Verifier, pairs: &Pairs, gallery: &Gallery, trials: &[Trial]) -> Report {
    let genuine = trials.iter().filter(|trial| trial.same).count();
    let threshold = verifier.options().threshold;
    let photos = pairs.photos.len();
    let counts = Counts {
        pairs: trials.len(),
        genuine,
        impostor: trials.len() - genuine,
        photos,
        photos_per_second: photos as f64 / gallery.elapsed.as_secs_f64(),
    };
    let wrong = metrics::errors(trials, threshold);
    let accuracy = Accuracy {
        threshold,
        at_threshold: 1.0 - wrong.errors as f64 / wrong.of as f64,
        best_threshold_chosen_on_the_same_pairs: metrics::best(trials.iter()),
        over_folds: metrics::over_folds(trials, &pairs.folds),
    };
    let engine = verifier.engine();
    Report {
        engine: format!("{} {}", engine.engine.name(), engine.version),
        model: verifier.extractor_id().to_owned(),
        counts,
        failures: failures(pairs, gallery, trials),
        accuracy,
        rates: SCORES.iter().map(|&score| metrics::rates(trials, score)).collect(),
        cross_identity: None,
        det: metrics::det(trials),
    }
}

fn failures(pairs: &Pairs, gallery: &Gallery, trials: &[Trial]) -> Failures {
    let photos: Vec<_> = gallery
        .outcomes
        .iter()
        .zip(&pairs.names)
        .filter_map(|(outcome, name)| outcome.as_ref().err().map(|failure| (failure, name)))
        .map(|(failure, name)| FailedPhoto {
            path: String::from_utf8_lossy(name).into_owned(),
            error: failure.name(),
            message: failure.to_string(),
        })
        .collect();
    let failed = |same: bool| trials.iter().filter(|t| t.same == same && t.outcome.is_none()).count();
    Failures {
        rate: Rate::new(photos.len() as u64, pairs.photos.len() as u64),
        by_error: gallery.failures_by_name(),
        photos,
        genuine_pairs: failed(true),
        impostor_pairs: failed(false),
        pairs_counted_as: "non-match",
    }
}

fn write_scores(out: &mut dyn Write, pairs: &Pairs, gallery: &Gallery, trials: &[Trial]) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(out);
    table.write_record(["path_a", "path_b", "same", "similarity", "score", "error"])?;
    for (pair, trial) in pairs.pairs.iter().zip(trials) {
        let failure = pair.photos.iter().find_map(|&photo| gallery.outcomes[photo].as_ref().err());
        let number = |value: Option<f32>| value.map_or(String::new(), |value| value.to_string());
        let [one, other] = pair.photos.map(|photo| pairs.names[photo].as_slice());
        let same: &[u8] = if pair.same { b"1" } else { b"0" };
        let similarity = number(trial.outcome.map(|point| point.similarity));
        let score = number(trial.outcome.map(|point| point.score));
        let error = failure.map_or("", Failure::name);
        let fields = [one, other, same, similarity.as_bytes(), score.as_bytes(), error.as_bytes()];
        table.write_record(fields)?;
    }
    table.flush()
}

/// How many comparisons reach each of the scores.
#[derive(Default)]
struct Reached {
    comparisons: u64,
    reached: [u64; SCORES.len()],
}

impl Tally for Reached {
    fn add(&mut self, comparison: &Comparison) {
        self.comparisons += 1;
        for (count, score) in self.reached.iter_mut().zip(SCORES) {
            *count += u64::from(comparison.score >= score);
        }
    }

    fn merge(mut self, other: Self) -> Self {
        self.comparisons += other.comparisons;
        for (count, more) in self.reached.iter_mut().zip(other.reached) {
            *count += more;
        }
        self
    }
}

/// Photos of one folder are taken to show one person.
fn cross_identity(verifier: &Verifier, pairs: &Pairs, gallery: &Gallery) -> Result<Cross> {
    let mut identities: BTreeMap<OsString, usize> = BTreeMap::new();
    let mut members = Vec::new();
    for (path, outcome) in pairs.photos.iter().zip(&gallery.outcomes) {
        let folder = path.parent().map_or_else(OsString::new, |folder| folder.as_os_str().to_owned());
        let next = identities.len();
        let identity = *identities.entry(folder).or_insert(next);
        if let Ok(template) = outcome {
            members.push(Member { template, identity });
        }
    }
    let tally = cross::compare_all(verifier, &members, Reached::default)?;
    let fmr = SCORES.iter().zip(tally.reached);
    Ok(Cross {
        identities: identities.len(),
        comparisons: tally.comparisons,
        fmr: fmr
            .map(|(&score, reached)| CrossRate { score, rate: Rate::new(reached, tally.comparisons) })
            .collect(),
    })
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { pairs, genuine, impostor, photos, photos_per_second } = self.counts;
        writeln!(
            f,
            "{pairs} pairs ({genuine} same, {impostor} different) of {photos} photos; {}, {}; {photos_per_second:.0} photos a second",
            self.engine, self.model
        )?;
        let failures = &self.failures;
        writeln!(
            f,
            "failures to extract: {} photos {:?}; {} genuine and {} impostor pairs, counted as {}",
            failures.rate.errors,
            failures.by_error,
            failures.genuine_pairs,
            failures.impostor_pairs,
            failures.pairs_counted_as
        )?;
        let accuracy = &self.accuracy;
        if let Some(folds) = &accuracy.over_folds {
            writeln!(
                f,
                "accuracy over {} folds: {:.2} % +- {:.2}",
                folds.folds.len(),
                100.0 * folds.mean,
                100.0 * folds.standard_error
            )?;
        }
        let best = accuracy.best_threshold_chosen_on_the_same_pairs;
        writeln!(
            f,
            "best accuracy, threshold chosen on the same pairs: {:.2} % (similarity {:.4})",
            100.0 * best.accuracy,
            best.similarity
        )?;
        writeln!(f, "accuracy at score {}: {:.2} %", accuracy.threshold, 100.0 * accuracy.at_threshold)?;
        for Rates { score, fmr, fnmr } in &self.rates {
            writeln!(f, "score {score}: FMR {}  FNMR {}", tell(fmr), tell(fnmr))?;
        }
        if let Some(cross) = &self.cross_identity {
            writeln!(f, "all {} comparisons between {} identities:", cross.comparisons, cross.identities)?;
            for CrossRate { score, rate } in &cross.fmr {
                writeln!(f, "score {score}: FMR {}", tell(rate))?;
            }
        }
        Ok(())
    }
}

fn tell(rate: &Rate) -> String {
    match rate {
        Rate { errors, of, rate: Some(rate), interval95: Some([low, high]) } => {
            format!("{:.4} % ({errors}/{of}, 95 %: {:.4}-{:.4})", 100.0 * rate, 100.0 * low, 100.0 * high)
        }
        _ => "- (no such pairs)".into(),
    }
}
