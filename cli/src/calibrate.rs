//! `visavis calibrate`: measures the table that turns similarities into scores.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::calibration::Histogram;
use crate::cross::{self, Member};
use crate::failure::{Failure, Result};
use crate::output;
use crate::photos;
use crate::setup::Setup;

/// Measure the score table on a folder of photos and print the [calibration] part of a models' manifest
#[derive(Args)]
pub(crate) struct Calibrate {
    /// Holds one sub-folder a person, with the photos in it
    folder: PathBuf,
    /// What the set of photos is called in the table [default: the folder's name]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// The table ends at the last score with at least this many comparisons at or above it: fewer say little, and
    /// the most similar "different people" of a real set are often one person under two names
    #[arg(long, value_name = "N", default_value_t = 100)]
    tail_count: u64,
}

impl Calibrate {
    pub(crate) fn run(&self, setup: &Setup) -> Result<ExitCode> {
        let (paths, identities) = find(&self.folder)?;
        let verifier = setup.verifier()?;
        photos::limit_threads(&verifier)?;
        let gallery = photos::extract_all(&verifier, &paths)?;
        let members: Vec<_> = gallery
            .outcomes
            .iter()
            .zip(&identities)
            .filter_map(|(outcome, &identity)| Some(Member { template: outcome.as_ref().ok()?, identity }))
            .collect();
        let histogram = cross::compare_all(&verifier, &members, Histogram::default)?;
        let knots = histogram.knots(self.tail_count);
        let Some([_, top]) = knots.last().filter(|_| knots.len() > 1) else {
            return Err(Failure::Argument(format!(
                "{} comparisons of different people are too few for a table",
                histogram.comparisons()
            )));
        };
        let name = self.name.clone().unwrap_or_else(|| {
            self.folder.file_name().unwrap_or(self.folder.as_os_str()).to_string_lossy().into_owned()
        });
        let protocol = format!(
            "{name}: all comparisons of different identities among {} photos of {} identities with {}; failures to \
             extract: {}; the table ends at score {top}, the last with at least {} comparisons at or above it",
            paths.len(),
            identities.last().map_or(0, |last| last + 1),
            verifier.extractor_id(),
            paths.len() - members.len(),
            self.tail_count,
        );
        let mut text = format!(
            "[calibration]\nprotocol = {}\ncomparisons = {}\nknots = [\n",
            serde_json::Value::from(protocol),
            histogram.comparisons()
        );
        for [similarity, score] in &knots {
            text += &format!("  [{similarity:.4}, {score:?}],\n");
        }
        output::print(&(text + "]\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The photos of all sub-folders, and the number of the sub-folder of each.
fn find(folder: &Path) -> Result<(Vec<PathBuf>, Vec<usize>)> {
    let (mut paths, mut identities) = (Vec::new(), Vec::new());
    let people = list(folder)?.into_iter().filter(|path| path.is_dir());
    for (identity, person) in people.enumerate() {
        for photo in list(&person)?.into_iter().filter(|path| path.is_file()) {
            paths.push(photo);
            identities.push(identity);
        }
    }
    Ok((paths, identities))
}

/// What a folder holds, in the order of the names; hidden files are passed over.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |error| Failure::unreadable(folder, error);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            entries.push(entry.path());
        }
    }
    entries.sort();
    Ok(entries)
}
