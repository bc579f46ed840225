//! `visavis eval`: error rates over a table of pairs.

mod accuracy;
mod by_group;
mod enrolment;
pub(crate) mod page;
pub(crate) mod pairs;
mod plot;
pub(crate) mod rates;
mod report;
mod tally;
mod text;

use std::path::{Path, PathBuf};

use clap::Args;
use visavis::{Enrollment, Verifier};

use crate::SUCCESS;
use crate::failure::{Failure, Result};
use crate::gallery::Gallery;
use crate::groups::Groups;
use crate::input::is_stream;
use crate::output::{self, Console};
use crate::setup::Setup;
use pairs::{Pair, Pairs};
use rates::Trial;
use report::Report;

/// The scores at which error rates are reported.
const SCORES: [f32; 5] = [20.0, 27.0, 30.0, 40.0, 50.0];

/// Measure the error rates over a table of pairs
#[derive(Args)]
pub(crate) struct Eval {
    /// CSV with the columns `path_a`, `path_b`, `same` (1 or 0) and optionally `fold`, and `group_a` with `group_b`;
    /// paths are relative to it; - reads standard input
    pairs: PathBuf,
    /// Write everything that was measured to this file; - prints it instead of the summary
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write one line per pair to this file, tab-separated; - prints them instead of the summary
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,
    /// Write index.html, with the worst pairs, and det.svg to this folder
    #[arg(long, value_name = "FOLDER")]
    report: Option<PathBuf>,
    /// Also compare all photos of different folders with each other, and report that false match rate
    #[arg(long)]
    cross: bool,
    /// CSV that describes the people: its first column names folders of photos, or single photos as the table of pairs
    /// does
    #[arg(long, value_name = "FILE", requires = "by")]
    people: Option<PathBuf>,
    /// Report the rates within and between the groups that these columns of --people make up; `age/10` groups the
    /// numbers of the column `age` by tens
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',', requires = "people")]
    by: Vec<String>,
    /// Also measure templates made from this many photos of one folder, against its other photos and those of all other
    /// folders
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = enrolled)]
    enroll: Vec<usize>,
}

fn enrolled(text: &str) -> std::result::Result<usize, String> {
    let most = Enrollment::MAX_PHOTOS;
    let count = text.parse().ok().filter(|count| (1..=most).contains(count));
    count.ok_or_else(|| format!("it must be in 1..={most}"))
}

/// What a report is made from.
struct Measured<'a> {
    verifier: &'a Verifier,
    pairs: &'a Pairs,
    gallery: &'a Gallery,
    trials: &'a [Trial],
    groups: Option<&'a Groups>,
}

impl Eval {
    pub(crate) fn prints_json(&self) -> bool {
        self.json.as_deref().is_some_and(is_stream)
    }

    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        let prints_scores = self.scores.as_deref().is_some_and(is_stream);
        if prints_scores && self.prints_json() {
            return Err(Failure::argument("--json and --scores cannot share standard output"));
        }
        let pairs = Pairs::read(&self.pairs)?;
        let groups = self.groups(&pairs)?;
        self.check_outputs()?;
        let verifier = setup.verifier()?;
        let gallery = Gallery::extract(&verifier, &pairs.paths(), console)?;
        let trials = compare(&verifier, &pairs, &gallery)?;
        let groups = groups.as_ref();
        let measured =
            Measured { verifier: &verifier, pairs: &pairs, gallery: &gallery, trials: &trials, groups };
        let report = Report::new(&measured, self.cross, &self.enroll, console)?;
        if let Some(path) = &self.scores {
            console.write_to(path, |out| report::write_scores(out, &measured))?;
        }
        if let Some(path) = &self.json {
            console.write_json(path, &report)?;
        }
        if let Some(folder) = &self.report {
            write_report(console, folder, &report, &measured)?;
        }
        if !prints_scores && !self.prints_json() {
            console.print(text::summary(&report))?;
        }
        Ok(SUCCESS)
    }

    /// The groups of the photos, if the table of pairs or --people names them.
    fn groups(&self, pairs: &Pairs) -> Result<Option<Groups>> {
        match (&self.people, pairs.groups()) {
            (None, None) => Ok(None),
            (None, Some(of)) => Groups::new(&of).map(Some),
            (Some(people), None) => Groups::read(people, &self.by, pairs.names()).map(Some),
            (Some(_), Some(_)) => Err(Failure::argument(
                "the table of pairs already has groups: --people cannot be used with it",
            )),
        }
    }

    fn check_outputs(&self) -> Result<()> {
        [&self.json, &self.scores]
            .into_iter()
            .flatten()
            .try_for_each(|path| output::must_be_writable(path))?;
        self.report.as_deref().map_or(Ok(()), output::create_folder)
    }
}

fn compare(verifier: &Verifier, pairs: &Pairs, gallery: &Gallery) -> Result<Vec<Trial>> {
    let trial = |pair: &Pair| {
        let outcome = match pair.photos.map(|photo| &gallery.outcomes[photo]) {
            [Ok(probe), Ok(reference)] => Some((&verifier.compare(probe, reference)?).into()),
            _ => None,
        };
        Ok(Trial { same: pair.same, fold: pair.fold, outcome })
    };
    pairs.rows.iter().map(trial).collect()
}

fn write_report(
    console: &mut Console<'_>,
    folder: &Path,
    report: &Report,
    measured: &Measured<'_>,
) -> Result<()> {
    let plot = plot::svg(report);
    if let Some(plot) = &plot {
        console.write_to(&folder.join("det.svg"), |out| out.write_all(plot.as_bytes()))?;
    }
    let page = page::html(folder, report, measured, plot.as_deref())?;
    console.write_to(&folder.join("index.html"), |out| out.write_all(page.as_bytes()))
}
