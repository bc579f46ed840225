//! Many photos to their templates, in parallel. Only templates are kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use visavis::{Template, Verifier};

use crate::failure::{Failure, Result};
use crate::input;
use crate::progress::Progress;

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
    pub(crate) fn extract(verifier: &Verifier, paths: &[PathBuf]) -> Result<Gallery> {
        paths.par_iter().try_for_each(|path| must_be_file(path))?;
        let bar = Progress::new("Extracting", "photos", paths.len() as u64);
        let start = Instant::now();
        let extract = |path: &PathBuf| {
            let outcome = extract(verifier, path);
            bar.add(1);
            match outcome {
                Err(failure) if !failure.is_of_photo() => Err(failure),
                outcome => Ok(outcome),
            }
        };
        let outcomes = paths.par_iter().map(extract).collect::<Result<_>>()?;
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

/// Makes parallel work use as many threads as the verifier has workers. To be called once, before such work.
pub(crate) fn limit_threads(verifier: &Verifier) -> Result<()> {
    ThreadPoolBuilder::new()
        .num_threads(verifier.options().workers)
        .build_global()
        .map_err(|error| Failure::argument(format!("the threads cannot be started: {error}")))
}
