//! Everything that `eval` measures, in the shape of its JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use indexmap::IndexSet;
use serde::Serialize;

use super::accuracy::{self, Best, FoldAccuracy};
use super::by_group::{ByGroup, Counted};
use super::enrolment::Enrolment;
use super::rates::{self, DetPoint, Rate, Rates};
use super::{Measured, SCORES};
use crate::failure::{Failure, Result};
use crate::gallery;
use crate::output::Console;
use crate::view::EngineView;

#[derive(Serialize)]
pub(super) struct Report {
    pub(super) engine: EngineView,
    pub(super) detector: String,
    pub(super) extractor: String,
    pub(super) counts: Counts,
    pub(super) failures_to_extract: Failures,
    pub(super) accuracy: Accuracy,
    /// At the scores that are always reported.
    pub(super) rates: Vec<Rates>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cross_identity: Option<CrossIdentity>,
    /// If the groups of the photos are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by_group: Option<ByGroup>,
    /// For each requested number of photos.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) enrolment: Vec<Enrolment>,
    /// Every threshold, highest first.
    pub(super) det: Vec<DetPoint>,
}

#[derive(Serialize)]
pub(super) struct Counts {
    pub(super) pairs: usize,
    /// Pairs of one person.
    pub(super) genuine: usize,
    /// Pairs of different people.
    pub(super) impostor: usize,
    /// Distinct photos.
    pub(super) photos: usize,
    pub(super) photos_per_second: f64,
}

#[derive(Serialize)]
pub(super) struct Failures {
    /// Of the photos.
    pub(super) rate: Rate,
    pub(super) by_error: BTreeMap<&'static str, usize>,
    pub(super) photos: Vec<FailedPhoto>,
    /// Pairs with such a photo, of one person.
    pub(super) genuine_pairs: usize,
    pub(super) impostor_pairs: usize,
    pub(super) pairs_counted_as: &'static str,
}

#[derive(Serialize)]
pub(super) struct FailedPhoto {
    pub(super) path: String,
    pub(super) error: &'static str,
    pub(super) message: String,
}

#[derive(Serialize)]
pub(super) struct Accuracy {
    /// Mean over folds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) over_folds: Option<FoldAccuracy>,
    pub(super) best_with_threshold_chosen_on_the_same_pairs: Best,
    pub(super) at_threshold: AtThreshold,
}

/// At the threshold of the verifier.
#[derive(Serialize)]
pub(super) struct AtThreshold {
    pub(super) score: f32,
    pub(super) accuracy: f64,
    pub(super) wrong: Rate,
}

/// False matches over all photos of different folders, each folder taken for one person.
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

impl Report {
    pub(super) fn new(
        measured: &Measured<'_>,
        with_cross: bool,
        enrolled: &[usize],
        console: &mut Console<'_>,
    ) -> Result<Report> {
        let Measured { verifier, trials, groups, .. } = *measured;
        let cross = with_cross.then(|| compare_all(measured, console)).transpose()?;
        let enrolment = enrolled.iter().map(|&photos| Enrolment::measure(measured, photos, console));
        let enrolment = enrolment.collect::<Result<_>>()?;
        Ok(Report {
            engine: verifier.engine().into(),
            detector: verifier.detector_id().to_owned(),
            extractor: verifier.extractor_id().to_owned(),
            counts: counts(measured),
            failures_to_extract: failures(measured),
            accuracy: accuracies(measured),
            rates: SCORES.iter().map(|&score| Rates::at(score, trials)).collect(),
            by_group: groups
                .map(|groups| ByGroup::new(measured, groups, cross.as_ref().map(|(_, counted)| counted))),
            enrolment,
            cross_identity: cross.map(|(identities, counted)| cross_identity(identities, &counted)),
            det: rates::det(trials),
        })
    }
}

fn counts(measured: &Measured<'_>) -> Counts {
    let pairs = measured.trials.len();
    let genuine = measured.trials.iter().filter(|trial| trial.same).count();
    let photos = measured.gallery.outcomes.len();
    let photos_per_second = photos as f64 / measured.gallery.elapsed.as_secs_f64().max(f64::EPSILON);
    Counts { pairs, genuine, impostor: pairs - genuine, photos, photos_per_second }
}

fn failures(measured: &Measured<'_>) -> Failures {
    let Measured { pairs, gallery, trials, .. } = measured;
    let photos = gallery.failures().map(|(photo, failure)| FailedPhoto {
        path: pairs.text(photo),
        error: failure.name(),
        message: failure.message().to_owned(),
    });
    let photos: Vec<_> = photos.collect();
    let failed = |same: bool| trials.iter().filter(|t| t.same == same && t.outcome.is_none()).count();
    Failures {
        rate: Rate::new(photos.len() as u64, gallery.outcomes.len() as u64),
        by_error: gallery::count_by_name(gallery.failures().map(|(_, failure)| failure)),
        photos,
        genuine_pairs: failed(true),
        impostor_pairs: failed(false),
        pairs_counted_as: "non-match",
    }
}

fn accuracies(measured: &Measured<'_>) -> Accuracy {
    let Measured { verifier, pairs, trials, .. } = *measured;
    let score = verifier.options().threshold;
    let wrong = Rates::at(score, trials).wrong();
    let accuracy = (wrong.of - wrong.errors) as f64 / wrong.of as f64;
    Accuracy {
        over_folds: accuracy::over_folds(trials, &pairs.folds()),
        best_with_threshold_chosen_on_the_same_pairs: accuracy::best(trials.iter()),
        at_threshold: AtThreshold { score, accuracy, wrong },
    }
}

/// Compares all photos of different folders; returns the number of folders, and the comparisons by group.
fn compare_all(measured: &Measured<'_>, console: &mut Console<'_>) -> Result<(usize, Counted)> {
    let Measured { verifier, pairs, gallery, groups, .. } = *measured;
    let mut folders = IndexSet::new();
    let folder = |path: &PathBuf| folders.insert_full(path.parent().map(Path::to_owned)).0;
    let identities: Vec<usize> = pairs.paths().iter().map(folder).collect();
    let counted = gallery.compare_all(
        verifier,
        |[one, other]| identities[one] != identities[other],
        console,
        || Counted::new(groups),
        |counted, photos, comparison| counted.add(groups, photos, Some(comparison.score)),
    )?;
    Ok((folders.len(), counted.iter().fold(Counted::new(groups), Counted::merge)))
}

fn cross_identity(identities: usize, counted: &Counted) -> CrossIdentity {
    let all = counted.all();
    let comparisons = all.comparisons();
    let fmr = SCORES.map(|score| {
        let errors = all.reaching(score);
        CrossRate { score, errors, rate: (comparisons > 0).then(|| errors as f64 / comparisons as f64) }
    });
    CrossIdentity { identities, comparisons, fmr: fmr.into() }
}

/// A header line, then similarity and score of every pair, or the name of the error that prevented them.
pub(super) fn write_scores(out: &mut dyn Write, measured: &Measured<'_>) -> io::Result<()> {
    let Measured { pairs, gallery, trials, .. } = measured;
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(out);
    table.write_record(["path_a", "path_b", "same", "similarity", "score", "error"])?;
    for (pair, trial) in pairs.rows.iter().zip(*trials) {
        let failure = pair.photos.iter().find_map(|&photo| gallery.outcomes[photo].as_ref().err());
        let number = |value: Option<f32>| value.map_or(String::new(), |value| value.to_string());
        let [one, other] = pair.photos.map(|photo| pairs.name(photo));
        let same: &[u8] = if pair.same { b"1" } else { b"0" };
        let similarity = number(trial.outcome.map(|point| point.similarity));
        let score = number(trial.outcome.map(|point| point.score));
        let error = failure.map_or("", Failure::name);
        table.write_record([one, other, same, similarity.as_bytes(), score.as_bytes(), error.as_bytes()])?;
    }
    table.flush()
}
