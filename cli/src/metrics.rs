//! Error rates of a set of comparisons, counted as ISO/IEC 19795-1 does.
//!
//! A comparison whose photos gave no template (failure to extract) stays in every denominator as a non-match.

use serde::Serialize;
use visavis::Comparison;

use crate::intervals::wilson;

/// One pair and what came of it.
#[derive(Clone)]
pub(crate) struct Trial {
    pub(crate) same: bool,
    pub(crate) fold: Option<usize>,
    /// Similarity and score; none after a failure to extract.
    pub(crate) outcome: Option<Point>,
}

/// Where a comparison fell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) similarity: f32,
    pub(crate) score: f32,
}

/// A count of errors among trials.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Rate {
    pub(crate) errors: u64,
    pub(crate) of: u64,
    /// None without trials.
    pub(crate) rate: Option<f64>,
    /// Wilson, 95 %.
    pub(crate) interval95: Option<[f64; 2]>,
}

/// Both error rates at one threshold.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Rates {
    pub(crate) score: f32,
    /// Pairs of different people that reach the score.
    pub(crate) fmr: Rate,
    /// Pairs of one person that do not.
    pub(crate) fnmr: Rate,
}

/// A threshold of the DET curve: what is at least this similar is a match.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct DetPoint {
    pub(crate) threshold: f32,
    pub(crate) similarity: f32,
    pub(crate) fmr: Option<f64>,
    pub(crate) fnmr: Option<f64>,
}

/// The threshold that decides most trials rightly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Best {
    /// Trials decided rightly, as a part of all.
    pub(crate) accuracy: f64,
    /// Matches are at least this similar; above 1 when refusing all is best.
    pub(crate) similarity: f64,
}

/// Accuracy over folds: each is decided by the threshold that is best on the others.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FoldAccuracy {
    pub(crate) mean: f64,
    /// Of the mean: the folds' standard deviation over the root of their number.
    pub(crate) standard_error: f64,
    pub(crate) folds: Vec<Fold>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fold {
    pub(crate) fold: String,
    pub(crate) pairs: usize,
    pub(crate) accuracy: f64,
    /// The threshold, as a similarity.
    pub(crate) similarity: f64,
}

impl From<&Comparison> for Point {
    fn from(comparison: &Comparison) -> Self {
        Point { similarity: comparison.similarity, score: comparison.score }
    }
}

impl Rate {
    pub(crate) fn new(errors: u64, of: u64) -> Self {
        let some = of > 0;
        Rate {
            errors,
            of,
            rate: some.then(|| errors as f64 / of as f64),
            interval95: some.then(|| wilson(errors, of)),
        }
    }
}

/// Both error rates when a score of at least `score` is a match.
pub(crate) fn rates(trials: &[Trial], score: f32) -> Rates {
    let count = |same: bool, matched: bool| {
        let reaches = |trial: &Trial| trial.outcome.is_some_and(|point| point.score >= score);
        trials.iter().filter(|trial| trial.same == same && reaches(trial) == matched).count() as u64
    };
    let (false_matches, true_non_matches) = (count(false, true), count(false, false));
    let (false_non_matches, true_matches) = (count(true, false), count(true, true));
    Rates {
        score,
        fmr: Rate::new(false_matches, false_matches + true_non_matches),
        fnmr: Rate::new(false_non_matches, false_non_matches + true_matches),
    }
}

/// Trials decided wrongly at this score.
pub(crate) fn errors(trials: &[Trial], score: f32) -> Rate {
    let rates = rates(trials, score);
    Rate::new(rates.fmr.errors + rates.fnmr.errors, rates.fmr.of + rates.fnmr.of)
}

/// Every threshold at which a rate changes, from the most similar comparison down.
pub(crate) fn det(trials: &[Trial]) -> Vec<DetPoint> {
    let [genuine, impostor] = [true, false].map(|same| trials.iter().filter(|t| t.same == same).count());
    let rate = |errors: usize, of: usize| (of > 0).then(|| errors as f64 / of as f64);
    let (mut accepted, mut falsely) = (0, 0);
    let mut points = Vec::new();
    let ranked = ranked(trials.iter());
    for group in ranked.chunk_by(|one, other| one.0.similarity == other.0.similarity) {
        let matches = group.iter().filter(|(_, same)| *same).count();
        accepted += matches;
        falsely += group.len() - matches;
        let Point { similarity, score } = group[0].0;
        points.push(DetPoint {
            threshold: score,
            similarity,
            fmr: rate(falsely, impostor),
            fnmr: rate(genuine - accepted, genuine),
        });
    }
    points
}

/// The best threshold for these trials, halfway between two comparisons; of equally good ones the highest.
pub(crate) fn best<'a>(trials: impl Iterator<Item = &'a Trial> + Clone) -> Best {
    let total = trials.clone().count();
    // Refusing all is right for every pair of different people, those that failed included.
    let mut right = trials.clone().filter(|trial| !trial.same).count() as i64;
    let mut best = (right, 2.0);
    let ranked = ranked(trials);
    let mut groups = ranked.chunk_by(|one, other| one.0.similarity == other.0.similarity).peekable();
    while let Some(group) = groups.next() {
        right += group.iter().map(|(_, same)| if *same { 1 } else { -1 }).sum::<i64>();
        if right > best.0 {
            let here = f64::from(group[0].0.similarity);
            let next = groups.peek().map_or(-1.0, |next| f64::from(next[0].0.similarity));
            best = (right, f64::midpoint(here, next));
        }
    }
    Best { accuracy: best.0 as f64 / total as f64, similarity: best.1 }
}

/// Accuracy over folds; none when there are fewer than two.
pub(crate) fn over_folds(trials: &[Trial], names: &[String]) -> Option<FoldAccuracy> {
    if names.len() < 2 {
        return None;
    }
    let folds: Vec<Fold> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let inside = |trial: &&Trial| trial.fold == Some(index);
            let chosen = best(trials.iter().filter(|trial| !inside(trial)));
            let own = trials.iter().filter(inside);
            let right = own.clone().filter(|trial| {
                let accepted =
                    trial.outcome.is_some_and(|point| f64::from(point.similarity) >= chosen.similarity);
                accepted == trial.same
            });
            let pairs = own.clone().count();
            let accuracy = right.count() as f64 / pairs as f64;
            Fold { fold: name.clone(), pairs, accuracy, similarity: chosen.similarity }
        })
        .collect();
    let count = folds.len() as f64;
    let mean = folds.iter().map(|fold| fold.accuracy).sum::<f64>() / count;
    let variance = folds.iter().map(|fold| (fold.accuracy - mean).powi(2)).sum::<f64>() / (count - 1.0);
    Some(FoldAccuracy { mean, standard_error: (variance / count).sqrt(), folds })
}

/// The comparisons that were made, most similar first.
fn ranked<'a>(trials: impl Iterator<Item = &'a Trial>) -> Vec<(Point, bool)> {
    let mut ranked: Vec<_> =
        trials.filter_map(|trial| trial.outcome.map(|point| (point, trial.same))).collect();
    ranked.sort_by(|one, other| other.0.similarity.total_cmp(&one.0.similarity));
    ranked
}
