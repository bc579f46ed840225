//! The summary as text.

use std::fmt::Write;

use super::by_group::{AtScore, ByGroup, Differential};
use super::enrolment::Enrolment;
use super::rates::Rate;
use super::report::{Accuracy, Counts, Failures, Report};
use crate::text::grouped;

/// The scores whose rates are shown group by group.
pub(super) const BY_GROUP: [f32; 2] = [27.0, 40.0];

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
    report.by_group.as_ref().map_or(Ok(()), |by_group| groups(text, by_group))?;
    report.enrolment.iter().try_for_each(|enrolment| enrolled(text, enrolment))
}

fn enrolled(text: &mut String, report: &Enrolment) -> std::fmt::Result {
    let Enrolment { photos, people, .. } = report;
    writeln!(
        text,
        "\ntemplates of {photos} photos, {people} people with more, each of their photos a probe once"
    )?;
    writeln!(text, "score  photos  {:<42} FNMR (95 % interval)", "FMR (95 % interval)")?;
    for (rates, one) in report.rates.iter().zip(&report.rates_of_one) {
        for (photos, rates) in [(1, one), (*photos, rates)] {
            writeln!(
                text,
                "{:>5}  {photos:>6}  {:<42} {}",
                rates.score,
                rate(&rates.fmr),
                rate(&rates.fnmr)
            )?;
        }
    }
    if *photos == 1 {
        return Ok(());
    }
    let Enrolment { not_matching_the_others: outliers, with_a_stranger: stranger, .. } = report;
    writeln!(text, "at the threshold, photos that do not match the others: {}", rate(outliers))?;
    writeln!(
        text,
        "with another person's photo as the last: that photo does not match the others: {}",
        rate(&stranger.found)
    )?;
    writeln!(
        text,
        "  other photos of that person match: {}; FNMR {}",
        rate(&stranger.admitted),
        rate(&stranger.fnmr)
    )
}

fn groups(text: &mut String, report: &ByGroup) -> std::fmt::Result {
    let photos = report.groups.iter().map(|group| group.photos).sum::<usize>();
    writeln!(
        text,
        "\n{} groups of {photos} photos, {} photos without one; FMR over {}",
        report.groups.len(),
        report.photos_without_group,
        report.impostor_comparisons
    )?;
    writeln!(text, "score  {:<42} FMR between groups", "FMR within groups (95 % interval)")?;
    for at in &report.at {
        writeln!(text, "{:>5}  {:<42} {}", at.score, rate(&at.within.fmr), rate(&at.between.fmr))?;
    }
    for lowest in &report.lowest_scores_within {
        let score =
            lowest.score.map_or("too few comparisons to say".into(), |score| format!("score {score}"));
        writeln!(text, "1 in {} within groups: {score}", grouped(lowest.one_in))?;
    }
    report.at.iter().filter(|at| BY_GROUP.contains(&at.score)).try_for_each(|at| each_group(text, report, at))
}

fn each_group(text: &mut String, report: &ByGroup, at: &AtScore) -> std::fmt::Result {
    let name = |group: usize| &report.groups[group].name;
    let width = report.groups.iter().map(|group| group.name.chars().count()).max().unwrap_or(0).max(8);
    writeln!(
        text,
        "\nat {:<width$}  people  {:<42} FNMR within the group",
        at.score, "FMR within the group"
    )?;
    for (group, pair) in report.groups.iter().zip(&at.pairs_of_groups) {
        let (fmr, fnmr) = (rate(&pair.fmr), rate(&pair.fnmr));
        writeln!(text, "   {:<width$}  {:>6}  {fmr:<42} {fnmr}", group.name, group.people)?;
    }
    for (what, found) in [("FMR", &at.fmr_differential), ("FNMR", &at.fnmr_differential)] {
        if let Some(found) = found {
            writeln!(text, "   {}", differential(what, found, name(found.worst_group)))?;
        }
    }
    Ok(())
}

fn differential(what: &str, found: &Differential, worst: &str) -> String {
    let Differential { groups, mean, max_over_mean, max_over_geometric_mean, max_over_min, .. } = *found;
    let Some(over_mean) = max_over_mean else {
        return format!("{what}: no error in any of {groups} groups");
    };
    let over = |ratio: Option<f64>| ratio.map_or("not defined".to_owned(), |ratio| format!("{ratio:.1}"));
    format!(
        "{what}: highest in {worst:?}; over the mean of {groups} groups ({:.2} %) {over_mean:.1}, over their geometric mean \
         {}, over the lowest {}",
        100.0 * mean,
        over(max_over_geometric_mean),
        over(max_over_min)
    )
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
    let from = best.score.map_or("rejecting all".to_owned(), |score| format!("from score {score:.1}"));
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
