//! Everything that `eval` measures, in the shape of its JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::accuracy::{self, Best, FoldAccuracy};
use super::cross_identity::{self, CrossIdentity};
use super::det::{self, DetPoint};
use super::rates::{Rate, Rates};
use super::{Measured, SCORES};
use crate::failure::Result;
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
    /// At the scores that are always told.
    pub(super) rates: Vec<Rates>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cross_identity: Option<CrossIdentity>,
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
    /// Distinct ones.
    pub(super) photos: usize,
    pub(super) photos_per_second: f64,
}

#[derive(Serialize)]
pub(super) struct Failures {
    /// Of the photos.
    pub(super) rate: Rate,
    pub(super) by_error: BTreeMap<&'static str, usize>,
    pub(super) photos: Vec<FailedPhoto>,
    /// Pairs with such a photo.
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

/// At the threshold that the verifier was set to.
#[derive(Serialize)]
pub(super) struct AtThreshold {
    pub(super) score: f32,
    pub(super) accuracy: f64,
    pub(super) wrong: Rate,
}

impl Report {
    pub(super) fn new(
        measured: &Measured<'_>,
        with_cross: bool,
        console: &mut Console<'_>,
    ) -> Result<Report> {
        let Measured { verifier, trials, .. } = *measured;
        let cross = with_cross.then(|| cross_identity::measure(measured, console)).transpose()?;
        Ok(Report {
            engine: verifier.engine().into(),
            detector: verifier.detector_id().to_owned(),
            extractor: verifier.extractor_id().to_owned(),
            counts: counts(measured),
            failures_to_extract: failures(measured),
            accuracy: accuracies(measured),
            rates: SCORES.iter().map(|&score| Rates::at(score, trials)).collect(),
            cross_identity: cross,
            det: det::curve(trials),
        })
    }
}

fn counts(measured: &Measured<'_>) -> Counts {
    let pairs = measured.trials.len();
    let genuine = measured.trials.iter().filter(|trial| trial.same).count();
    let photos = measured.gallery.outcomes.len();
    Counts {
        pairs,
        genuine,
        impostor: pairs - genuine,
        photos,
        photos_per_second: photos as f64 / measured.gallery.elapsed.as_secs_f64().max(f64::EPSILON),
    }
}

fn failures(measured: &Measured<'_>) -> Failures {
    let Measured { pairs, gallery, trials, .. } = measured;
    let photos: Vec<_> = gallery
        .failures()
        .map(|(photo, failure)| FailedPhoto {
            path: pairs.photos.text(photo),
            error: failure.name(),
            message: failure.message().to_owned(),
        })
        .collect();
    let failed = |same: bool| trials.iter().filter(|t| t.same == same && t.outcome.is_none()).count();
    Failures {
        rate: Rate::new(photos.len() as u64, gallery.outcomes.len() as u64),
        by_error: gallery.failures_by_name(),
        photos,
        genuine_pairs: failed(true),
        impostor_pairs: failed(false),
        pairs_counted_as: "non-match",
    }
}

fn accuracies(measured: &Measured<'_>) -> Accuracy {
    let Measured { verifier, pairs, trials, .. } = *measured;
    let folds: Vec<String> = (0..pairs.folds.list().len()).map(|fold| pairs.folds.text(fold)).collect();
    let score = verifier.options().threshold;
    let wrong = Rates::at(score, trials).wrong();
    Accuracy {
        over_folds: accuracy::over_folds(trials, &folds),
        best_with_threshold_chosen_on_the_same_pairs: accuracy::best(trials.iter()),
        at_threshold: AtThreshold {
            score,
            accuracy: (wrong.of - wrong.errors) as f64 / wrong.of as f64,
            wrong,
        },
    }
}
