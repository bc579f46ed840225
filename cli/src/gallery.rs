//! Many photos to their templates, in parallel. Only templates are kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use visavis::{Template, Verifier};

use crate::failure::{Failure, Result};
use crate::input;
use crate::output::Console;
use crate::workers::Work;

/// The photos' templates, in the order of the paths, or why there is none.
pub(crate) struct Gallery {
    pub(crate) outcomes: Vec<Result<Template>>,
    pub(crate) elapsed: Duration,
}

impl Gallery {
    /// Extracts every photo.
    ///
    /// What is wrong with a photo is its outcome: a failure to extract. A file that cannot be read and an engine that
    /// fails say nothing of photos, so they end the work, missing files before it begins.
    pub(crate) fn extract(
        verifier: &Verifier,
        paths: &[PathBuf],
        console: &mut Console<'_>,
    ) -> Result<Gallery> {
        paths.iter().try_for_each(|path| must_be_file(path))?;
        let start = Instant::now();
        let work =
            Work { what: ["Extracting", "photos"], count: paths.len(), workers: verifier.options().workers };
        let outcomes = work.map(console, |photo| match extract(verifier, &paths[photo]) {
            Err(failure) if !failure.is_of_photo() => Err(failure),
            outcome => Ok(outcome),
        })?;
        Ok(Gallery { outcomes, elapsed: start.elapsed() })
    }

    /// The photos that failed, by their place.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (usize, &Failure)> {
        let outcomes = self.outcomes.iter().enumerate();
        outcomes.filter_map(|(place, outcome)| outcome.as_ref().err().map(|failure| (place, failure)))
    }

    /// How many photos failed for each reason.
    pub(crate) fn failures_by_name(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for (_, failure) in self.failures() {
            *counts.entry(failure.name()).or_default() += 1;
        }
        counts
    }
}

fn must_be_file(path: &Path) -> Result<()> {
    let about = path.metadata().map_err(|error| Failure::unreadable(path, error))?;
    if about.is_file() { Ok(()) } else { Err(Failure::unreadable(path, "it is not a regular file")) }
}

fn extract(verifier: &Verifier, path: &Path) -> Result<Template> {
    let bytes = input::photo(path, verifier.options().limits.max_bytes)?;
    let extraction = verifier.extract(&bytes).map_err(|error| Failure::about(error, path))?;
    Ok(extraction.template)
}
