//! Many photos to their templates, in parallel. Only templates are kept.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use visavis::{Band, Template, Verifier};

use crate::failure::{Failure, Result};
use crate::input;

/// A template, or why there is none.
pub(crate) type Outcome = Result<Template>;

/// Templates of all photos, in the order of the paths.
pub(crate) struct Gallery {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) elapsed: Duration,
}

/// Extracts every photo. What is wrong with a photo is its outcome; a file that cannot be read, or an engine that
/// fails, ends the work.
pub(crate) fn extract_all(verifier: &Verifier, paths: &[PathBuf]) -> Result<Gallery> {
    if let Some(missing) = paths.par_iter().find_first(|path| !path.is_file()) {
        let why = if missing.is_dir() { "it is a folder" } else { "there is no such file" };
        return Err(Failure::unreadable(missing, why));
    }
    let bar = progress("Extracting", "photos", paths.len() as u64);
    let start = Instant::now();
    let outcomes = paths
        .par_iter()
        .map(|path| {
            let outcome = extract_one(verifier, path);
            bar.inc(1);
            match outcome {
                Err(Failure::Engine { error, path })
                    if matches!(error.kind().band(), Band::Image | Band::Photo) =>
                {
                    Ok(Err(Failure::Engine { error, path }))
                }
                Err(failure) => Err(failure),
                Ok(template) => Ok(Ok(template)),
            }
        })
        .collect::<Result<_>>()?;
    bar.finish_and_clear();
    Ok(Gallery { outcomes, elapsed: start.elapsed() })
}

fn extract_one(verifier: &Verifier, path: &PathBuf) -> Outcome {
    let bytes = input::photo(path, verifier.options().limits.max_bytes)?;
    Ok(verifier.extract(&bytes).map_err(|error| Failure::in_file(error, path))?.template)
}

impl Gallery {
    /// How many photos failed for each reason.
    pub(crate) fn failures_by_name(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for failure in self.outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            *counts.entry(failure.name()).or_default() += 1;
        }
        counts
    }
}

/// Makes parallel work use as many threads as the verifier has workers.
pub(crate) fn limit_threads(verifier: &Verifier) -> Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(verifier.options().workers)
        .build_global()
        .map_err(|error| Failure::Argument(format!("the threads cannot be started: {error}")))
}

/// A bar on standard error; nothing when that is not a terminal.
pub(crate) fn progress(what: &'static str, unit: &str, total: u64) -> ProgressBar {
    let template =
        format!("{what} [{{bar:40}}] {{human_pos}}/{{human_len}} {unit}, {{per_sec}}, {{eta}} left");
    let style = ProgressStyle::with_template(&template).expect("the template is ours");
    ProgressBar::new(total).with_style(style.progress_chars("=> "))
}
