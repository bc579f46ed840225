//! From all comparisons of different people to the table that turns similarities into scores.

use visavis::Comparison;

use crate::cross::Tally;

/// Similarities are counted, and knots stand, at multiples of 1/10,000.
const STEPS: f64 = 10_000.0;
const BINS: usize = 20_001;

/// The scores that get knots before the even ones begin: the flat start of the curve needs them closer.
const FIRST_SCORES: [f64; 5] = [0.01, 0.03, 0.1, 0.3, 1.0];

/// How many comparisons have which similarity, to four decimals.
pub(crate) struct Histogram {
    counts: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { counts: vec![0; BINS] }
    }
}

impl Tally for Histogram {
    fn add(&mut self, comparison: &Comparison) {
        self.count(comparison.similarity);
    }

    fn merge(mut self, other: Self) -> Self {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self
    }
}

impl Histogram {
    fn count(&mut self, similarity: f32) {
        let bin = ((f64::from(similarity) + 1.0) * STEPS).floor();
        self.counts[(bin as usize).min(BINS - 1)] += 1;
    }

    pub(crate) fn comparisons(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Knots `[similarity, score]` at round scores, strictly rising.
    ///
    /// Each stands at the lowest similarity, to four decimals, whose measured false match rate is at most
    /// `10^(-score/10)`. The last is the highest score with at least `tail` comparisons at or above its similarity.
    pub(crate) fn knots(&self, tail: u64) -> Vec<[f64; 2]> {
        let total = self.comparisons() as f64;
        let mut reached = self.comparisons();
        let mut edge = 0;
        let mut knots: Vec<[f64; 2]> = Vec::new();
        for score in FIRST_SCORES.into_iter().chain((1..=50).map(|step| f64::from(2 * step))) {
            let allowed = total * 10_f64.powf(-score / 10.0);
            while edge < BINS && reached as f64 > allowed {
                reached -= self.counts[edge];
                edge += 1;
            }
            if reached < tail.max(1) {
                break;
            }
            let similarity = (edge as f64 - STEPS) / STEPS;
            if knots.last().is_none_or(|last| last[0] < similarity) {
                knots.push([similarity, score]);
            }
        }
        knots
    }
}
