//! `visavis calibrate`: measures the table that turns similarities into scores.

mod folder;
mod histogram;
mod manifest;
mod suspects;

use std::path::{Path, PathBuf};

use clap::Args;
use visavis::{ScoreTable, Verifier};

use crate::failure::{Failure, Result};
use crate::gallery::Gallery;
use crate::groups::Groups;
use crate::output::{self, Console};
use crate::setup::Setup;
use crate::text::{grouped, shown};
use crate::{NEGATIVE, SUCCESS};
use folder::People;
use histogram::Histogram;
use suspects::Suspects;

/// Measure the score table on a folder of photos and print the [calibration] part of a models' manifest
#[derive(Args)]
pub(crate) struct Calibrate {
    /// Contains one sub-folder per person, with that person's photos
    folder: PathBuf,
    /// The name of the set of photos in the table [default: the folder's name]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// End the table at the last score with at least this many comparisons at or above it: fewer say little, and the
    /// most similar "different people" of a real set are often one person under two names
    #[arg(long, value_name = "N", default_value_t = 100)]
    tail_count: u64,
    /// CSV that describes the people: its first column names their sub-folders, or single photos as folder/photo
    #[arg(long, value_name = "FILE", requires = "within")]
    people: Option<PathBuf>,
    /// Compare only people of the same group, which these columns of --people make up, to measure people who resemble
    /// each other; `age/10` groups the numbers of the column `age` by tens
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',', requires = "people")]
    within: Vec<String>,
    /// Write the table to this manifest, in place of the one that is there, and print nothing
    #[arg(long, value_name = "MANIFEST", conflicts_with = "check")]
    write: Option<PathBuf>,
    /// Compare the table with the one in this manifest; exit status: 0 the same, 1 different
    #[arg(long, value_name = "MANIFEST")]
    check: Option<PathBuf>,
    /// Write the most similar pairs of different people to this file, tab-separated, to look for one person under two
    /// names
    #[arg(long, value_name = "FILE")]
    suspects: Option<PathBuf>,
}

impl Calibrate {
    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        let people = folder::find(&self.folder)?;
        let groups = self.groups(&people)?;
        // A problem with the manifest is reported before the long work.
        self.write.as_deref().map_or(Ok(()), manifest::must_be_replaceable)?;
        self.check.as_deref().map_or(Ok(()), |path| manifest::read(path).map(drop))?;
        self.suspects.as_deref().map_or(Ok(()), output::must_be_writable)?;
        let verifier = setup.verifier_to_calibrate()?;
        let (table, suspects) = self.measure(&verifier, &people, groups.as_ref(), console)?;
        if let Some(path) = &self.suspects {
            console.write_to(path, |out| suspects.write(out, &people.photos))?;
        }
        if let Some(path) = &self.check {
            return check(&table, path, console);
        }
        let part = manifest::to_toml(&table);
        match &self.write {
            Some(path) => manifest::write(path, &part)?,
            None => console.print(part)?,
        }
        Ok(SUCCESS)
    }

    fn measure(
        &self,
        verifier: &Verifier,
        people: &People,
        groups: Option<&Groups>,
        console: &mut Console<'_>,
    ) -> Result<(ScoreTable, Suspects)> {
        let gallery = Gallery::extract(verifier, &people.photos, console)?;
        let tallies = gallery.compare_all(
            verifier,
            |[one, other]| {
                people.identities[one] != people.identities[other]
                    && groups.is_none_or(|groups| groups.is_within([one, other]))
            },
            console,
            || (Histogram::default(), Suspects::new()),
            |(histogram, suspects), photos, comparison| {
                histogram.add(comparison.similarity);
                suspects.add(photos, comparison.similarity);
            },
        )?;
        let (histograms, suspects): (Vec<_>, Vec<_>) = tallies.into_iter().unzip();
        let histogram = histograms.into_iter().fold(Histogram::default(), Histogram::merge);
        let suspects = suspects.into_iter().fold(Suspects::new(), Suspects::merge);
        let knots = histogram.knots(self.tail_count);
        let Some([_, last]) = knots.last().filter(|_| knots.len() > 1) else {
            let comparisons = grouped(histogram.comparisons());
            let message = format!("{comparisons} comparisons of different people are too few for a table");
            return Err(Failure::argument(message));
        };
        let protocol = self.protocol(verifier, people, groups, &gallery, *last)?;
        Ok((ScoreTable { protocol, comparisons: histogram.comparisons(), knots }, suspects))
    }

    fn groups(&self, people: &People) -> Result<Option<Groups>> {
        let Some(table) = &self.people else { return Ok(None) };
        let names = people.photos.iter().map(|photo| photo.strip_prefix(&self.folder).unwrap_or(photo));
        Groups::read(table, &self.within, names).map(Some)
    }

    /// How the table was made, in a sentence for the manifest.
    fn protocol(
        &self,
        verifier: &Verifier,
        people: &People,
        groups: Option<&Groups>,
        gallery: &Gallery,
        last: f32,
    ) -> Result<String> {
        let folder = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
        let folder = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = self.name.clone().unwrap_or(folder);
        if name.chars().chain(self.within.iter().flat_map(|column| column.chars())).any(char::is_control) {
            return Err(Failure::argument("the name of the set or of a column contains control characters"));
        }
        let within = groups.map_or(String::new(), |groups| {
            format!(" within the same {} ({} photos without)", self.within.join(" and "), groups.unknown())
        });
        Ok(format!(
            "{name}: all comparisons of different identities{within} among {} photos of {} identities; detector {}, \
             extractor {}; {} failures to extract; the table ends at score {last}, the last with at least {} comparisons at or \
             above it",
            people.photos.len(),
            people.count,
            verifier.detector_id(),
            verifier.extractor_id(),
            gallery.failures().count(),
            self.tail_count,
        ))
    }
}

fn check(table: &ScoreTable, path: &Path, console: &mut Console<'_>) -> Result<u8> {
    match manifest::difference(table, &manifest::read(path)?) {
        None => {
            console.print(format!("{} agrees\n", shown(path)))?;
            Ok(SUCCESS)
        }
        Some(difference) => {
            console.print(format!("{} differs: {difference}\n", shown(path)))?;
            Ok(NEGATIVE)
        }
    }
}
