//! The measured conditions as JSON, as a table and as a page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use super::picture::{jpeg, scaled};
use super::{Measured, good};
use crate::draw;
use crate::eval::page::{escaped, page};
use crate::eval::rates::{Rate, Rates, Trial};
use crate::failure::Result;
use crate::gallery;
use crate::output::Console;
use crate::view::EngineView;

/// The thresholds at which error rates are reported: the default one, and one for a false match rate of 1 in 10,000.
const SCORES: [f32; 2] = [27.0, 40.0];

/// The longer side of an example picture.
const EXAMPLE: f32 = 900.0;

#[derive(Serialize)]
pub(super) struct Report {
    engine: EngineView,
    detector: String,
    extractor: String,
    seed: u64,
    /// Photos that were degraded.
    probes: usize,
    /// Good photos that cannot be used, mostly because no face was found: pairs with them are left out.
    without_face: usize,
    conditions: Vec<Measurement>,
}

#[derive(Serialize)]
struct Measurement {
    name: String,
    about: String,
    failures_to_extract: Rate,
    by_error: BTreeMap<&'static str, usize>,
    /// A failure to extract counts as a non-match.
    rates: Vec<Rates>,
    /// Of the pairs of one person that could be compared.
    median_score: Option<f32>,
    /// Mean time to decode, detect and extract.
    milliseconds: f64,
}

impl Report {
    pub(super) fn new(measured: &Measured<'_>) -> Result<Report> {
        let unusable = measured.probes.iter().filter(|probe| probe.outcomes.is_err());
        let mut left_out: BTreeSet<usize> = unusable.map(|probe| probe.photo).collect();
        let probes = measured.probes.len() - left_out.len();
        let references = super::numbers(measured.pairs, 1);
        // A photo may be both.
        left_out.extend(references.iter().filter(|photo| !measured.references.contains_key(photo)));
        let verifier = measured.verifier;
        Ok(Report {
            engine: verifier.engine().into(),
            detector: verifier.detector_id().to_owned(),
            extractor: verifier.extractor_id().to_owned(),
            seed: measured.seed,
            probes,
            without_face: left_out.len(),
            conditions: (0..measured.conditions.len())
                .map(|condition| Measurement::new(measured, condition))
                .collect::<Result<_>>()?,
        })
    }

    /// The report as text.
    pub(super) fn table(&self) -> String {
        let mut text = format!("{} photos, each under {} conditions", self.probes, self.conditions.len());
        if self.without_face > 0 {
            let _ = write!(text, "; {} photos cannot be used and are left out", self.without_face);
        }
        let [first, second] = SCORES;
        let _ = writeln!(
            text,
            "\nrates in percent with 95 % intervals; failures to extract (FTX) count as non-matches\n\n\
             {:<15} {:>18} {:>18} {:>18} {:>18} {:>18}  median      ms",
            "condition",
            "FTX",
            format!("FNMR {first}"),
            format!("FNMR {second}"),
            format!("FMR {first}"),
            format!("FMR {second}"),
        );
        for one in &self.conditions {
            let _ = writeln!(text, "{}", one.line());
        }
        text
    }
}

impl Measurement {
    fn new(measured: &Measured<'_>, number: usize) -> Result<Measurement> {
        let condition = &measured.conditions[number];
        let outcomes = measured.outcomes(number);
        let failures = outcomes.values().filter_map(|outcome| outcome.template.as_ref().err());
        let by_error = gallery::count_by_name(failures);
        let trials = measured.trials(number)?;
        let elapsed: f64 = outcomes.values().map(|outcome| outcome.elapsed.as_secs_f64()).sum();
        Ok(Measurement {
            name: condition.name.clone(),
            about: condition.about.clone(),
            failures_to_extract: Rate::new(by_error.values().sum::<usize>() as u64, outcomes.len() as u64),
            by_error,
            rates: SCORES.iter().map(|&score| Rates::at(score, &trials)).collect(),
            median_score: median_score(&trials),
            milliseconds: 1e3 * elapsed / outcomes.len().max(1) as f64,
        })
    }

    fn cells(&self) -> [String; 5] {
        let [first, second] = [&self.rates[0], &self.rates[1]];
        [&self.failures_to_extract, &first.fnmr, &second.fnmr, &first.fmr, &second.fmr].map(percent)
    }

    fn median(&self) -> String {
        self.median_score.map_or("-".into(), |score| format!("{score:.1}"))
    }

    fn line(&self) -> String {
        let [failed, fnmr, higher_fnmr, fmr, higher_fmr] = self.cells();
        format!(
            "{:<15} {failed:>18} {fnmr:>18} {higher_fnmr:>18} {fmr:>18} {higher_fmr:>18} {:>7} {:>7.0}",
            self.name,
            self.median(),
            self.milliseconds
        )
    }
}

fn percent(rate: &Rate) -> String {
    match (rate.value, rate.interval95) {
        (Some(value), Some([low, high])) => {
            format!("{:.1} ({:.1}-{:.1})", 100.0 * value, 100.0 * low, 100.0 * high)
        }
        _ => "-".into(),
    }
}

/// Of the pairs of one person that were compared.
fn median_score(trials: &[Trial]) -> Option<f32> {
    let compared = trials.iter().filter(|trial| trial.same).filter_map(|trial| trial.outcome);
    let mut scores: Vec<f32> = compared.map(|point| point.score).collect();
    scores.sort_by(f32::total_cmp);
    let middle = scores.len() / 2;
    if scores.len() % 2 == 1 {
        return Some(scores[middle]);
    }
    (middle > 0).then(|| f32::midpoint(scores[middle - 1], scores[middle]))
}

/// Writes the page and an example picture of each condition: the first photo that failed, or else the first.
pub(super) fn write_page(
    folder: &Path,
    report: &Report,
    measured: &Measured<'_>,
    console: &mut Console<'_>,
) -> Result<()> {
    let mut body = "<div class=\"pairs\">\n".to_owned();
    for (number, one) in report.conditions.iter().enumerate() {
        let Some((photo, outcome)) = measured.example(number) else { continue };
        let file = format!("{}.jpg", one.name);
        let picture = measured.picture(number, photo)?;
        console.write_to(&folder.join(&file), |out| out.write_all(&picture))?;
        let fate = outcome.map_or("extracted", |failure| failure);
        let _ = writeln!(
            body,
            "<figure><img loading=\"lazy\" src=\"{file}\" alt=\"\"><figcaption><b>{}</b>: {}<br>\
             failures to extract {}, FNMR {}<br>this one: {fate}</figcaption></figure>",
            one.name,
            escaped(&one.about),
            percent(&one.failures_to_extract),
            percent(&one.rates[0].fnmr),
        );
    }
    body.push_str("</div>\n");
    let page = page("visavis conditions", &report.table(), &body);
    console.write_to(&folder.join("index.html"), |out| out.write_all(page.as_bytes()))
}

impl Measured<'_> {
    /// A photo to show for a condition, and the error if it failed.
    fn example(&self, condition: usize) -> Option<(usize, Option<&'static str>)> {
        let outcomes = self.outcomes(condition);
        let name = |(&photo, outcome): (&usize, &&super::Outcome)| {
            (photo, outcome.template.as_ref().err().map(crate::failure::Failure::name))
        };
        outcomes.iter().map(name).find(|(_, error)| error.is_some()).or(outcomes.iter().next().map(name))
    }

    /// A photo degraded again, reduced to fit on a page.
    fn picture(&self, condition: usize, photo: usize) -> Result<Vec<u8>> {
        let subject = good(self.verifier, self.pairs, photo)?;
        let name = self.pairs.name(photo);
        // Decoded from the file, so that it shows the effect of its compression.
        let file = self.conditions[condition].photo(&subject, self.seed, name);
        let picture = draw::canvas(&self.verifier.decode(&file)?);
        let factor = EXAMPLE / picture.width().max(picture.height()) as f32;
        Ok(jpeg(&if factor < 1.0 { scaled(&picture, factor) } else { picture }, 90))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::rates::trials;

    #[test]
    fn the_median_is_of_those_that_were_compared() {
        let median = |scores: &[Option<f32>]| {
            median_score(&[trials(true, scores), trials(false, &[Some(0.01)])].concat())
        };
        assert_eq!(median(&[None, Some(0.75), Some(0.25), Some(0.5)]), Some(50.0));
        assert_eq!(median(&[Some(0.75), None, Some(0.25)]), Some(50.0));
        assert_eq!(median(&[None]), None);
    }
}
