//! The summary that people read.

use std::fmt::Write;

use super::rates::Rate;
use super::report::{Accuracy, Counts, Failures, Report};
use crate::text::grouped;

pub(super) fn summary(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut text, report);
    text
}

fn write_all(text: &mut String, report: &Report) -> std::fmt::Result {
    let Counts { pairs, genuine, impostor, photos, photos_per_second } = report.counts;
    let [pairs, genuine, impostor, photos] = [pairs, genuine, impostor, photos].map(|n| grouped(n as u64));
    writeln!(text, "{pairs} pairs ({genuine} same, {impostor} different) of {photos} photos")?;
    writeln!(
        text,
        "{} {}, {}, {photos_per_second:.0} photos a second",
        report.engine.name, report.engine.version, report.extractor
    )?;
    writeln!(text, "failures to extract: {}\n", failures(&report.failures_to_extract))?;
    accuracies(text, &report.accuracy)?;
    writeln!(text, "\nscore  {:<42} FNMR (95 % interval)", "FMR (95 % interval)")?;
    for rates in &report.rates {
        writeln!(text, "{:>5}  {:<42} {}", rates.score, rate(&rates.fmr), rate(&rates.fnmr))?;
    }
    if let Some(cross) = &report.cross_identity {
        let [comparisons, identities] = [cross.comparisons, cross.identities as u64].map(grouped);
        writeln!(text, "\nscore  FMR over all {comparisons} comparisons between {identities} folders")?;
        for at in &cross.fmr {
            let rate = at.rate.map_or("-".to_owned(), |rate| format!("{:.4} %", 100.0 * rate));
            writeln!(text, "{:>5}  {rate} ({})", at.score, grouped(at.errors))?;
        }
    }
    Ok(())
}

fn accuracies(text: &mut String, accuracy: &Accuracy) -> std::fmt::Result {
    if let Some(folds) = &accuracy.over_folds {
        let (mean, error) = (100.0 * folds.mean, 100.0 * folds.standard_error);
        let count = folds.folds.len();
        writeln!(
            text,
            "accuracy over {count} folds, threshold chosen on the others: {mean:.2} % +- {error:.2}"
        )?;
    }
    let best = &accuracy.best_with_threshold_chosen_on_the_same_pairs;
    let from = best.score.map_or("refusing all".to_owned(), |score| format!("from score {score:.1}"));
    let at = &accuracy.at_threshold;
    writeln!(
        text,
        "best accuracy, threshold chosen on the same pairs: {:.2} % ({from})",
        100.0 * best.accuracy
    )?;
    writeln!(text, "accuracy at score {}: {:.2} % ({} wrong)", at.score, 100.0 * at.accuracy, at.wrong.errors)
}

fn failures(failures: &Failures) -> String {
    if failures.photos.is_empty() {
        return "none".into();
    }
    let reasons: Vec<_> = failures.by_error.iter().map(|(name, count)| format!("{count} {name}")).collect();
    format!(
        "{} photos ({}); {} genuine and {} impostor pairs with them, counted as {}",
        failures.photos.len(),
        reasons.join(", "),
        failures.genuine_pairs,
        failures.impostor_pairs,
        failures.pairs_counted_as
    )
}

/// A rate in words: `0.18 % = 2/1,100 (0.05-0.66)`.
pub(super) fn rate(rate: &Rate) -> String {
    let Rate { errors, of, value: Some(value), interval95: Some([low, high]) } = rate else {
        return "no such pairs".into();
    };
    let [value, low, high] = [value, low, high].map(|rate| 100.0 * rate);
    format!("{value:.2} % = {}/{} ({low:.2}-{high:.2})", grouped(*errors), grouped(*of))
}
