//! One pair and what came of it.

use visavis::Comparison;

/// A pair that was tried.
#[derive(Clone)]
pub(crate) struct Trial {
    pub(crate) same: bool,
    /// Number of the fold.
    pub(crate) fold: Option<usize>,
    /// None after a failure to extract, which counts as a non-match.
    pub(crate) outcome: Option<Point>,
}

/// Where a comparison fell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) similarity: f32,
    pub(crate) score: f32,
}

/// The comparisons of one similarity.
pub(crate) struct Group {
    pub(crate) point: Point,
    pub(crate) genuine: u64,
    pub(crate) impostor: u64,
}

impl From<&Comparison> for Point {
    fn from(comparison: &Comparison) -> Self {
        Point { similarity: comparison.similarity, score: comparison.score }
    }
}

/// The comparisons that were made, most similar first; those that no threshold can tell apart are one group.
pub(crate) fn ranked<'a>(trials: impl Iterator<Item = &'a Trial>) -> Vec<Group> {
    let mut made: Vec<(Point, bool)> =
        trials.filter_map(|trial| trial.outcome.map(|point| (point, trial.same))).collect();
    made.sort_by(|one, other| other.0.similarity.total_cmp(&one.0.similarity));
    let groups = made.chunk_by(|one, other| one.0.similarity.total_cmp(&other.0.similarity).is_eq());
    groups
        .map(|group| {
            let genuine = group.iter().filter(|(_, same)| *same).count() as u64;
            Group { point: group[0].0, genuine, impostor: group.len() as u64 - genuine }
        })
        .collect()
}

/// Trials for tests: similarity, none for a failure; the score is a hundred times the similarity.
#[cfg(test)]
pub(crate) fn trials(same: bool, similarities: &[Option<f32>]) -> Vec<Trial> {
    let outcome =
        |s: &Option<f32>| s.map(|similarity| Point { similarity, score: (100.0 * similarity).max(0.0) });
    similarities.iter().map(|s| Trial { same, fold: None, outcome: outcome(s) }).collect()
}
