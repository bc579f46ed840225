//! Error rates, counted as ISO/IEC 19795-1 does: errors over the trials that could have shown one.
//!
//! A pair with a failure to extract stays in its denominator as a non-match. So FNMR includes failures (what the
//! standard calls a generalised rate), and a system that refuses every hard photo gains nothing.

use serde::Serialize;

use super::intervals::wilson;
use super::trial::Trial;

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
        Rate {
            errors,
            of,
            value: some.then(|| errors as f64 / of as f64),
            interval95: some.then(|| wilson(errors, of)),
        }
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

#[cfg(test)]
mod tests {
    use super::super::trial::trials;
    use super::*;

    #[test]
    fn rates_are_counted_by_hand() {
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
}
