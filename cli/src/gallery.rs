//! Extracts many photos and compares all of them, in parallel. Only templates are kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use visavis::{Comparison, Template, Verifier};

use crate::failure::{Failure, Result};
use crate::input;
use crate::output::Console;
use crate::workers::Work;

/// For each photo, in the order of the paths, its template or why there is none.
pub(crate) struct Gallery {
    pub(crate) outcomes: Vec<Result<Template>>,
    pub(crate) elapsed: Duration,
}

impl Gallery {
    /// Extracts every photo.
    ///
    /// A problem with a photo is a failure to extract and becomes its outcome. A file that cannot be read, or an engine
    /// that cannot start, says nothing about the photos and ends the work; a missing file does so before it begins.
    pub(crate) fn extract(
        verifier: &Verifier,
        paths: &[PathBuf],
        console: &mut Console<'_>,
    ) -> Result<Gallery> {
        paths.iter().try_for_each(|path| must_be_file(path))?;
        let start = Instant::now();
        let work = Work::new(["Extracting", "photos"], paths.len(), verifier);
        let outcomes = work.map(console, |photo| Failure::as_outcome(extract(verifier, &paths[photo])))?;
        Ok(Gallery { outcomes, elapsed: start.elapsed() })
    }

    /// The photos that failed, with their index.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (usize, &Failure)> {
        let outcomes = self.outcomes.iter().enumerate();
        outcomes.filter_map(|(place, outcome)| outcome.as_ref().err().map(|failure| (place, failure)))
    }

    /// Compares all pairs of photos that are `wanted`, each once. Each thread has its own tally.
    pub(crate) fn compare_all<T: Send>(
        &self,
        verifier: &Verifier,
        wanted: impl Fn([usize; 2]) -> bool + Sync,
        console: &mut Console<'_>,
        new: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, [usize; 2], &Comparison) + Sync,
    ) -> Result<Vec<T>> {
        let outcomes = self.outcomes.iter().enumerate();
        let templates: Vec<(usize, &Template)> =
            outcomes.filter_map(|(photo, outcome)| Some((photo, outcome.as_ref().ok()?))).collect();
        Work::new(["Comparing", "photos"], templates.len(), verifier).fold(console, new, |tally, index| {
            let (photo, template) = templates[index];
            for &(other, other_template) in &templates[index + 1..] {
                if wanted([photo, other]) {
                    add(tally, [photo, other], &verifier.compare(template, other_template)?);
                }
            }
            Ok(())
        })
    }
}

/// How many photos failed for each reason.
pub(crate) fn count_by_name<'a>(
    failures: impl Iterator<Item = &'a Failure>,
) -> BTreeMap<&'static str, usize> {
    failures.fold(BTreeMap::new(), |mut counts, failure| {
        *counts.entry(failure.name()).or_default() += 1;
        counts
    })
}

fn must_be_file(path: &Path) -> Result<()> {
    let about = path.metadata().map_err(|error| Failure::unreadable(path, error))?;
    if about.is_file() { Ok(()) } else { Err(Failure::unreadable(path, "it is not a regular file")) }
}

fn extract(verifier: &Verifier, path: &Path) -> Result<Template> {
    let photo = input::photo(path, verifier.options().limits.max_bytes, false)?;
    let extraction = verifier.extract(photo).map_err(|error| Failure::about(error, path))?;
    Ok(extraction.template)
}
