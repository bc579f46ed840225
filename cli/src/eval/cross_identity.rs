//! False matches over all photos of different folders, each folder taken for one person.

use std::os::unix::ffi::OsStrExt;

use serde::Serialize;
use visavis::Comparison;

use super::{Measured, SCORES};
use crate::cross::{self, Tally};
use crate::failure::Result;
use crate::names::Names;
use crate::output::Console;

#[derive(Serialize)]
pub(super) struct CrossIdentity {
    pub(super) identities: usize,
    pub(super) comparisons: u64,
    pub(super) fmr: Vec<CrossRate>,
}

/// No interval: these comparisons share their photos, so they are far from independent.
#[derive(Serialize)]
pub(super) struct CrossRate {
    pub(super) score: f32,
    pub(super) errors: u64,
    /// None without comparisons.
    pub(super) rate: Option<f64>,
}

/// How many comparisons reach each of the scores.
#[derive(Default)]
struct Reached {
    comparisons: u64,
    counts: [u64; SCORES.len()],
}

impl Tally for Reached {
    fn add(&mut self, _: [usize; 2], comparison: &Comparison) {
        self.comparisons += 1;
        for (count, score) in self.counts.iter_mut().zip(SCORES) {
            *count += u64::from(comparison.score >= score);
        }
    }

    fn merge(mut self, other: Self) -> Self {
        self.comparisons += other.comparisons;
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self
    }
}

pub(super) fn measure(measured: &Measured<'_>, console: &mut Console<'_>) -> Result<CrossIdentity> {
    let mut folders = Names::default();
    let identities: Vec<usize> = measured
        .pairs
        .paths()
        .iter()
        .map(|path| folders.number(path.parent().map_or(b"", |folder| folder.as_os_str().as_bytes())))
        .collect();
    let members = cross::members(&measured.gallery.outcomes, &identities);
    let Reached { comparisons, counts } =
        cross::compare_all(measured.verifier, &members, Reached::default, console)?;
    let rate = |errors: u64| (comparisons > 0).then(|| errors as f64 / comparisons as f64);
    let fmr = SCORES.iter().zip(counts);
    Ok(CrossIdentity {
        identities: folders.list().len(),
        comparisons,
        fmr: fmr.map(|(&score, errors)| CrossRate { score, errors, rate: rate(errors) }).collect(),
    })
}
