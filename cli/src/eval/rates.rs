//! Error rates, counted as ISO/IEC 19795-1 does: errors over the trials that could have shown one.
//!
//! A pair with a failure to extract stays in its denominator as a non-match. So FNMR includes failures (what the
//! standard calls a generalised rate), and a system that refuses every hard photo gains nothing.

use serde::Serialize;
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

/// The result of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) similarity: f32,
    pub(crate) score: f32,
}

impl From<&Comparison> for Point {
    fn from(comparison: &Comparison) -> Self {
        Point { similarity: comparison.similarity, score: comparison.score }
    }
}

/// A count of errors among trials.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Rate {
    pub(crate) errors: u64,
    pub(crate) of: u64,
    /// None without trials.
    #[serde(rename = "rate")]
    pub(crate) value: Option<f64>,
    /// 95 %, as if the trials were independent.
    pub(crate) interval95: Option<[f64; 2]>,
}

/// Both error rates when a score of at least `score` is a match.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Rates {
    pub(crate) score: f32,
    /// False match rate: pairs of different people that reach the score.
    pub(crate) fmr: Rate,
    /// False non-match rate: pairs of one person that do not.
    pub(crate) fnmr: Rate,
}

impl Rate {
    pub(crate) fn new(errors: u64, of: u64) -> Self {
        let some = of > 0;
        let value = some.then(|| errors as f64 / of as f64);
        Rate { errors, of, value, interval95: some.then(|| wilson(errors, of)) }
    }
}

impl Rates {
    pub(crate) fn at(score: f32, trials: &[Trial]) -> Self {
        let count = |same: bool, matched: bool| {
            let reaches = |trial: &Trial| trial.outcome.is_some_and(|point| point.score >= score);
            trials.iter().filter(|trial| trial.same == same && reaches(trial) == matched).count() as u64
        };
        let (false_matches, false_non_matches) = (count(false, true), count(true, false));
        Rates {
            score,
            fmr: Rate::new(false_matches, false_matches + count(false, false)),
            fnmr: Rate::new(false_non_matches, false_non_matches + count(true, true)),
        }
    }

    /// Trials decided wrongly, of both kinds.
    pub(crate) fn wrong(&self) -> Rate {
        Rate::new(self.fmr.errors + self.fnmr.errors, self.fmr.of + self.fnmr.of)
    }
}

/// The 97.5th percentile of the normal distribution: two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's score interval of a proportion, 95 % (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927): holds for few errors
/// and for none, where the usual plus-or-minus fails. `total` is at least 1.
fn wilson(count: u64, total: u64) -> [f64; 2] {
    let (n, p) = (total as f64, count as f64 / total as f64);
    let centre = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0)]
}

/// The comparisons with the same similarity.
pub(super) struct Group {
    pub(super) point: Point,
    pub(super) genuine: u64,
    pub(super) impostor: u64,
}

/// The comparisons that were made, most similar first; those that no threshold can tell apart are one group.
pub(super) fn ranked<'a>(trials: impl Iterator<Item = &'a Trial>) -> Vec<Group> {
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

/// A threshold of the detection error trade-off: what is at least this similar is a match.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct DetPoint {
    /// As a score.
    pub(super) threshold: f32,
    pub(super) similarity: f32,
    /// None without pairs of different people.
    pub(super) fmr: Option<f64>,
    /// None without pairs of one person.
    pub(super) fnmr: Option<f64>,
}

/// Every threshold at which a rate changes, highest first. A pair with a failure is a non-match at all of them.
pub(super) fn det(trials: &[Trial]) -> Vec<DetPoint> {
    let [genuine, impostor] =
        [true, false].map(|same| trials.iter().filter(|trial| trial.same == same).count() as u64);
    let rate = |errors: u64, of: u64| (of > 0).then(|| errors as f64 / of as f64);
    let (mut matches, mut false_matches) = (0, 0);
    let point = |group: Group| {
        matches += group.genuine;
        false_matches += group.impostor;
        let Point { similarity, score: threshold } = group.point;
        let (fmr, fnmr) = (rate(false_matches, impostor), rate(genuine - matches, genuine));
        DetPoint { threshold, similarity, fmr, fnmr }
    };
    ranked(trials.iter()).into_iter().map(point).collect()
}

/// Trials for tests: similarity, none for a failure; the score is a hundred times the similarity.
#[cfg(test)]
pub(crate) fn trials(same: bool, similarities: &[Option<f32>]) -> Vec<Trial> {
    let outcome =
        |s: &Option<f32>| s.map(|similarity| Point { similarity, score: (100.0 * similarity).max(0.0) });
    similarities.iter().map(|s| Trial { same, fold: None, outcome: outcome(s) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_match_those_counted_by_hand() {
        // Scores 90, 50, 27, 26.9 and a failure of one person; 60, 27, 10 and a failure of two.
        let mut all = trials(true, &[Some(0.9), Some(0.5), Some(0.27), Some(0.269), None]);
        all.extend(trials(false, &[Some(0.6), Some(0.27), Some(0.1), None]));
        for (score, false_matches, false_non_matches) in
            [(0.0, 3, 1), (20.0, 2, 1), (27.0, 2, 2), (40.0, 1, 3), (50.0, 1, 3), (90.0, 0, 4), (95.0, 0, 5)]
        {
            let rates = Rates::at(score, &all);
            assert_eq!((rates.fmr.errors, rates.fmr.of), (false_matches, 4), "{score}");
            assert_eq!((rates.fnmr.errors, rates.fnmr.of), (false_non_matches, 5), "{score}");
            assert_eq!((rates.wrong().errors, rates.wrong().of), (false_matches + false_non_matches, 9));
        }
        let rates = Rates::at(27.0, &all);
        assert_eq!((rates.fmr.value, rates.fnmr.value), (Some(0.5), Some(0.4)));
    }

    #[test]
    fn without_trials_there_is_no_rate() {
        let rates = Rates::at(27.0, &trials(true, &[Some(0.9)]));
        assert_eq!(rates.fmr, Rate { errors: 0, of: 0, value: None, interval95: None });
        assert_eq!(rates.fnmr.value, Some(0.0));
    }

    #[test]
    fn meets_published_values() {
        // R. G. Newcombe, Stat. Med. 17, 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (count, total, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let [measured_low, measured_high] = wilson(count, total);
            assert!(
                (measured_low - low).abs() < 6e-5 && (measured_high - high).abs() < 6e-5,
                "{count}/{total}"
            );
        }
        assert!((wilson(20, 20)[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_curve_matches_one_counted_by_hand() {
        let all = [
            trials(true, &[Some(0.75), Some(0.5), None, Some(0.5)]),
            trials(false, &[Some(0.5), Some(0.25)]),
        ];
        let curve = det(&all.concat());
        let seen: Vec<_> = curve.iter().map(|p| (p.threshold, p.fmr.unwrap(), p.fnmr.unwrap())).collect();
        assert_eq!(seen, [(75.0, 0.0, 0.75), (50.0, 0.5, 0.25), (25.0, 1.0, 0.25)]);
    }

    #[test]
    fn one_kind_of_pairs_has_one_rate() {
        let curve = det(&trials(true, &[Some(0.75)]));
        assert_eq!((curve[0].fmr, curve[0].fnmr), (None, Some(0.0)));
    }
}
