//! `visavis conditions`: degrades good photos in known ways and measures the effect on the error rates.

mod card;
mod catalog;
mod copy;
mod cover;
mod geometry;
mod light;
mod picture;
mod random;
mod report;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use visavis::{Template, Verifier};

use crate::SUCCESS;
use crate::eval::pairs::Pairs;
use crate::eval::rates::Trial;
use crate::failure::{Failure, Result};
use crate::gallery::Gallery;
use crate::input::{self, is_stream};
use crate::output::{self, Console};
use crate::setup::Setup;
use crate::workers::Work;
use catalog::Condition;
use report::Report;
use subject::Subject;

/// Degrade good photos in known ways, such as on a card on a table, and measure the error rates of each way
#[derive(Args)]
pub(crate) struct Conditions {
    /// CSV with the columns `path_a`, `path_b` and `same` (1 or 0): `path_a` is degraded, `path_b` is left unchanged;
    /// paths are relative to it; - reads standard input
    #[arg(required_unless_present = "list")]
    pairs: Option<PathBuf>,
    /// Only these conditions or groups of them, separated by commas: `card-45,roll`
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
    /// Use the pairs of only this many photos in `path_a`, spread evenly over the table
    #[arg(long, value_name = "N")]
    probes: Option<usize>,
    /// Seed of the angles, positions and noise
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Write all measurements to this file as JSON; - prints them instead of the table
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write index.html and an example picture of each condition to this folder; the pictures show people from the table
    #[arg(long, value_name = "FOLDER")]
    report: Option<PathBuf>,
    /// Print the conditions and exit
    #[arg(long)]
    list: bool,
}

/// The results of one photo under all conditions.
struct Probe {
    /// Its number in the table.
    photo: usize,
    /// One for each condition; an error if the good photo cannot be used, for example because it shows no face.
    outcomes: Result<Vec<Outcome>>,
}

/// The result of a photo under one condition.
struct Outcome {
    template: Result<Template>,
    elapsed: Duration,
}

/// What a report is made from.
struct Measured<'a> {
    verifier: &'a Verifier,
    pairs: &'a Pairs,
    conditions: &'a [Condition],
    probes: &'a [Probe],
    /// By the number of the photo.
    references: &'a BTreeMap<usize, Template>,
    seed: u64,
}

impl Conditions {
    pub(crate) fn prints_json(&self) -> bool {
        self.json.as_deref().is_some_and(is_stream)
    }

    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        let conditions = catalog::chosen(&self.only)?;
        let Some(pairs) = self.pairs.as_deref().filter(|_| !self.list) else {
            let lines = conditions.iter().map(|one| format!("{:<15} {}\n", one.name, one.about));
            console.print(lines.collect::<String>())?;
            return Ok(SUCCESS);
        };
        let mut pairs = Pairs::read(pairs)?;
        if let Some(count) = self.probes {
            pairs.keep_probes(count);
        }
        self.json.as_deref().map_or(Ok(()), output::must_be_writable)?;
        self.report.as_deref().map_or(Ok(()), output::create_folder)?;
        let verifier = setup.verifier()?;
        let references = references(&verifier, &pairs, console)?;
        let probes = self.probes(&verifier, &pairs, &conditions, console)?;
        let measured = Measured {
            verifier: &verifier,
            pairs: &pairs,
            conditions: &conditions,
            probes: &probes,
            references: &references,
            seed: self.seed,
        };
        let report = Report::new(&measured)?;
        if let Some(path) = &self.json {
            console.write_json(path, &report)?;
        }
        if let Some(folder) = &self.report {
            report::write_page(folder, &report, &measured, console)?;
        }
        if !self.prints_json() {
            console.print(report.table())?;
        }
        Ok(SUCCESS)
    }

    fn probes(
        &self,
        verifier: &Verifier,
        pairs: &Pairs,
        conditions: &[Condition],
        console: &mut Console<'_>,
    ) -> Result<Vec<Probe>> {
        let photos: Vec<usize> = numbers(pairs, 0);
        let work = Work::new(["Degrading", "photos"], photos.len(), verifier);
        work.map(console, |index| {
            let photo = photos[index];
            let outcomes = good(verifier, pairs, photo).and_then(|subject| {
                let name = pairs.name(photo);
                conditions
                    .iter()
                    .map(|one| outcome(verifier, &one.photo(&subject, self.seed, name)))
                    .collect()
            });
            Ok(Probe { photo, outcomes: Failure::as_outcome(outcomes)? })
        })
    }
}

/// The distinct photos of one column.
fn numbers(pairs: &Pairs, column: usize) -> Vec<usize> {
    let photos: BTreeSet<usize> = pairs.rows.iter().map(|pair| pair.photos[column]).collect();
    photos.into_iter().collect()
}

/// The templates of the references that have one, by the number of the photo.
fn references(
    verifier: &Verifier,
    pairs: &Pairs,
    console: &mut Console<'_>,
) -> Result<BTreeMap<usize, Template>> {
    let photos = numbers(pairs, 1);
    let paths: Vec<PathBuf> = photos.iter().map(|&photo| pairs.path(photo)).collect();
    let gallery = Gallery::extract(verifier, &paths, console)?;
    let found = photos.into_iter().zip(gallery.outcomes);
    Ok(found.filter_map(|(photo, outcome)| Some((photo, outcome.ok()?))).collect())
}

fn good(verifier: &Verifier, pairs: &Pairs, photo: usize) -> Result<Subject> {
    let path = pairs.path(photo);
    let photo = input::photo(&path, verifier.options().limits.max_bytes, false)?;
    Subject::find(verifier, &photo).map_err(|error| Failure::about(error, &path))
}

fn outcome(verifier: &Verifier, photo: &[u8]) -> Result<Outcome> {
    let start = Instant::now();
    let template = verifier.extract(photo).map(|extraction| extraction.template).map_err(Failure::from);
    let elapsed = start.elapsed();
    Ok(Outcome { template: Failure::as_outcome(template)?, elapsed })
}

impl Measured<'_> {
    /// The result of every usable photo under a condition, by its number.
    fn outcomes(&self, condition: usize) -> BTreeMap<usize, &Outcome> {
        let usable =
            self.probes.iter().filter_map(|probe| Some((probe.photo, probe.outcomes.as_ref().ok()?)));
        usable.map(|(photo, outcomes)| (photo, &outcomes[condition])).collect()
    }

    /// The pairs of good photos that could be compared, under a condition.
    fn trials(&self, condition: usize) -> Result<Vec<Trial>> {
        let outcomes = self.outcomes(condition);
        let mut trials = Vec::new();
        for pair in &self.pairs.rows {
            let [probe, reference] = pair.photos;
            let (Some(probe), Some(reference)) = (outcomes.get(&probe), self.references.get(&reference))
            else {
                continue;
            };
            let outcome = match &probe.template {
                Ok(template) => Some((&self.verifier.compare(template, reference)?).into()),
                Err(_) => None,
            };
            trials.push(Trial { same: pair.same, fold: None, outcome });
        }
        Ok(trials)
    }
}
