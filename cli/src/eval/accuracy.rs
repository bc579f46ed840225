//! Accuracy: the fraction of all pairs that is decided correctly, by thresholds chosen in different ways.

use serde::Serialize;

use super::rates::{Trial, ranked};

/// The threshold that decides most trials correctly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Best {
    pub(super) accuracy: f64,
    /// The threshold, halfway between two comparisons; none if rejecting all is best.
    pub(super) similarity: Option<f64>,
    /// The lowest score that it accepts.
    pub(super) score: Option<f32>,
}

/// Accuracy over folds: each is decided by the threshold that is best on the others.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FoldAccuracy {
    pub(super) mean: f64,
    /// Of the mean: the folds' standard deviation over the square root of their number.
    pub(super) standard_error: f64,
    pub(super) folds: Vec<Fold>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Fold {
    #[serde(rename = "fold")]
    name: String,
    pairs: usize,
    accuracy: f64,
    /// The threshold that the other folds chose, as a similarity.
    similarity: Option<f64>,
}

/// The best of all thresholds; of equally good ones the highest. There is at least one trial.
pub(super) fn best<'a>(trials: impl Iterator<Item = &'a Trial> + Clone) -> Best {
    let total = trials.clone().count() as f64;
    // Rejecting all is correct for every pair of different people, including those with a failure.
    let mut right = trials.clone().filter(|trial| !trial.same).count() as u64;
    let mut best = right;
    let mut chosen = None;
    let groups = ranked(trials);
    for (index, group) in groups.iter().enumerate() {
        right = right + group.genuine - group.impostor;
        if right > best {
            best = right;
            chosen = Some(index);
        }
    }
    let similarity = |index: usize| groups.get(index).map_or(-1.0, |g| f64::from(g.point.similarity));
    Best {
        accuracy: best as f64 / total,
        similarity: chosen.map(|index| f64::midpoint(similarity(index), similarity(index + 1))),
        score: chosen.map(|index| groups[index].point.score),
    }
}

/// The accuracy over the folds of these names; none if there are fewer than two.
pub(super) fn over_folds(trials: &[Trial], names: &[String]) -> Option<FoldAccuracy> {
    if names.len() < 2 {
        return None;
    }
    let folds: Vec<Fold> =
        names.iter().enumerate().map(|(number, name)| one_fold(trials, number, name)).collect();
    let count = folds.len() as f64;
    let mean = folds.iter().map(|fold| fold.accuracy).sum::<f64>() / count;
    let variance = folds.iter().map(|fold| (fold.accuracy - mean).powi(2)).sum::<f64>() / (count - 1.0);
    Some(FoldAccuracy { mean, standard_error: (variance / count).sqrt(), folds })
}

fn one_fold(trials: &[Trial], number: usize, name: &str) -> Fold {
    let inside = |trial: &&Trial| trial.fold == Some(number);
    let threshold = best(trials.iter().filter(|trial| !inside(trial))).similarity;
    let accepts = |trial: &Trial| match (trial.outcome, threshold) {
        (Some(point), Some(threshold)) => f64::from(point.similarity) >= threshold,
        _ => false,
    };
    let own: Vec<&Trial> = trials.iter().filter(inside).collect();
    let right = own.iter().filter(|trial| accepts(trial) == trial.same).count();
    Fold {
        name: name.to_owned(),
        pairs: own.len(),
        accuracy: right as f64 / own.len() as f64,
        similarity: threshold,
    }
}

#[cfg(test)]
mod tests {
    use super::super::rates::trials;
    use super::*;

    fn in_fold(fold: usize, mut trials: Vec<Trial>) -> Vec<Trial> {
        for trial in &mut trials {
            trial.fold = Some(fold);
        }
        trials
    }

    fn mixed(genuine: &[f32], impostor: &[f32]) -> Vec<Trial> {
        let some = |values: &[f32]| values.iter().copied().map(Some).collect::<Vec<_>>();
        [trials(true, &some(genuine)), trials(false, &some(impostor))].concat()
    }

    #[test]
    fn the_best_threshold_is_found() {
        // Down from the top: 3 (reject all), 4, 5, 4, 5, 4, 3: the first 5 is taken, between 0.75 and 0.5.
        let best_of = |trials: &[Trial]| best(trials.iter());
        let found = best_of(&mixed(&[0.875, 0.75, 0.25], &[0.5, 0.125, 0.0]));
        assert_eq!(found, Best { accuracy: 5.0 / 6.0, similarity: Some(0.625), score: Some(75.0) });
        // All of one person: accept all, the threshold halfway down to -1.
        let found = best_of(&mixed(&[0.5, 0.25], &[]));
        assert_eq!(found, Best { accuracy: 1.0, similarity: Some(-0.375), score: Some(25.0) });
        // All of different people, or all equally similar: reject all.
        for rejected in [mixed(&[], &[0.5, 0.25]), mixed(&[0.5], &[0.5])] {
            let found = best_of(&rejected);
            assert_eq!((found.similarity, found.score), (None, None));
        }
    }

    #[test]
    fn a_failure_is_a_non_match() {
        let failed = [trials(true, &[Some(0.5), None]), trials(false, &[Some(0.25), None])].concat();
        assert!((best(failed.iter()).accuracy - 0.75).abs() < 1e-12);
    }

    #[test]
    fn each_fold_is_decided_by_the_others() {
        // Fold 0 chooses 0.5 (between 0.75 and 0.25), fold 1 chooses 0.3125 (between 0.375 and 0.25).
        let one = in_fold(0, mixed(&[0.75, 0.75], &[0.25, 0.25]));
        let other = in_fold(1, mixed(&[0.375, 0.375], &[0.25, 0.125]));
        let found = over_folds(&[one, other].concat(), &["a".into(), "b".into()]).unwrap();
        let seen: Vec<_> =
            found.folds.iter().map(|fold| (fold.pairs, fold.accuracy, fold.similarity)).collect();
        // With 0.5, fold 1 loses its two genuine pairs; with 0.3125, fold 0 loses nothing.
        assert_eq!(seen, [(4, 1.0, Some(0.3125)), (4, 0.5, Some(0.5))]);
        // Mean 0.75; deviations 0.25 twice: variance 0.125, standard error sqrt(0.125 / 2) = 0.25.
        assert!((found.mean - 0.75).abs() < 1e-12 && (found.standard_error - 0.25).abs() < 1e-12);
        assert!(over_folds(&in_fold(0, mixed(&[0.5], &[])), &["a".into()]).is_none());
    }
}
