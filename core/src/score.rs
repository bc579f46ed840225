//! From similarity to comparison score. The only place with score thresholds.
//!
//! `score = -10 log10 FMR(similarity)`, clamped to 0..100, where `FMR(s)` is the measured probability that photos of
//! two different people reach similarity `s` (false match rate, ISO/IEC 19795-1). So 30 means one in a thousand.
//! Between the knots of the table the logarithm is interpolated by a monotone cubic (Fritsch and Carlson, "Monotone
//! Piecewise Cubic Interpolation", SIAM J. Numer. Anal. 17, 1980). Beyond the last knot, where the data end, it is
//! extrapolated along the last slope, which assumes an exponential tail.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// Measured similarities and their scores, strictly rising in both.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreTable {
    /// What was compared to measure the table.
    pub protocol: String,
    /// How many comparisons of different people the table is based on.
    pub comparisons: u64,
    /// Pairs of similarity and score.
    pub knots: Vec<[f32; 2]>,
}

/// The largest score.
const MAX_SCORE: f32 = 100.0;

impl ScoreTable {
    /// The comparison score of a similarity, 0..=100.
    pub fn score(&self, similarity: f32) -> f32 {
        self.unclamped(similarity).clamp(0.0, MAX_SCORE)
    }

    /// The false match rate that a score stands for: `10^(-score / 10)`.
    pub fn false_match_rate(score: f32) -> f64 {
        10_f64.powf(-f64::from(score) / 10.0)
    }

    /// The highest measured score; beyond it, scores are extrapolated along the last slope.
    pub fn highest_measured_score(&self) -> f32 {
        self.knots.last().map_or(0.0, |knot| knot[1])
    }

    fn unclamped(&self, similarity: f32) -> f32 {
        let knots = &self.knots;
        let last = knots.len() - 1;
        let place = knots.partition_point(|knot| knot[0] <= similarity);
        if place == 0 {
            return knots[0][1] + (similarity - knots[0][0]) * self.slope(0);
        }
        if place > last {
            return knots[last][1] + (similarity - knots[last][0]) * self.slope(last);
        }
        let ([x0, y0], [x1, y1]) = (knots[place - 1], knots[place]);
        let width = x1 - x0;
        let t = (similarity - x0) / width;
        let (t2, t3) = (t * t, t * t * t);
        (2.0 * t3 - 3.0 * t2 + 1.0) * y0
            + (t3 - 2.0 * t2 + t) * width * self.slope(place - 1)
            + (-2.0 * t3 + 3.0 * t2) * y1
            + (t3 - t2) * width * self.slope(place)
    }

    /// Slope at a knot: the secant at the ends, the harmonic mean of both secants between, which keeps the curve
    /// monotone (Fritsch and Butland 1984).
    fn slope(&self, knot: usize) -> f32 {
        let secant = |from: usize| {
            let ([x0, y0], [x1, y1]) = (self.knots[from], self.knots[from + 1]);
            (y1 - y0) / (x1 - x0)
        };
        if knot == 0 {
            secant(0)
        } else if knot == self.knots.len() - 1 {
            secant(knot - 1)
        } else {
            let (before, after) = (secant(knot - 1), secant(knot));
            2.0 * before * after / (before + after)
        }
    }

    /// The placeholder if no table was measured: its scores mean nothing.
    pub(crate) fn unmeasured() -> ScoreTable {
        ScoreTable {
            protocol: "not calibrated".into(),
            comparisons: 0,
            knots: vec![[-1.0, 0.0], [1.0, MAX_SCORE]],
        }
    }

    /// Whether it is based on comparisons.
    pub(crate) fn is_measured(&self) -> bool {
        self.comparisons > 0
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let finite = self.knots.iter().flatten().all(|value| value.is_finite());
        let rising = self.knots.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] < pair[1][1]);
        if self.knots.len() < 2 || !finite || !rising || !self.is_measured() {
            let message = "a calibration needs at least two knots that rise in similarity and in score, and a number of \
                           comparisons over 0";
            return Err(Error::new(ErrorKind::ModelInvalid, message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(knots: &[[f32; 2]]) -> ScoreTable {
        ScoreTable { protocol: String::new(), comparisons: 1, knots: knots.to_vec() }
    }

    #[test]
    fn the_curve_passes_through_the_knots_and_never_falls() {
        let table = table(&[[0.0, 1.0], [0.2, 5.0], [0.4, 27.0], [0.5, 40.0]]);
        table.validate().unwrap();
        for [similarity, score] in &table.knots {
            assert!((table.score(*similarity) - score).abs() < 1e-4);
        }
        let scores: Vec<f32> = (-1000..=1000).map(|i| table.unclamped(i as f32 / 1000.0)).collect();
        assert!(scores.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(table.score(-1.0) <= 0.0 && table.score(1.0) >= 100.0);
    }

    #[test]
    fn the_tail_continues_along_the_last_slope() {
        let table = table(&[[0.3, 20.0], [0.4, 30.0], [0.5, 40.0]]);
        assert!((table.score(0.6) - 50.0).abs() < 1e-3);
    }

    #[test]
    fn invalid_tables_are_refused() {
        for knots in [
            &[[0.1, 1.0]][..],
            &[[0.1, 1.0], [0.1, 2.0]],
            &[[0.1, 1.0], [0.2, 1.0]],
            &[[0.1, f32::NAN], [0.2, 2.0]],
        ] {
            assert_eq!(table(knots).validate().unwrap_err().kind(), ErrorKind::ModelInvalid);
        }
    }

    #[test]
    fn thirty_is_one_in_a_thousand() {
        assert!((ScoreTable::false_match_rate(30.0) - 1e-3).abs() < 1e-12);
    }
}
