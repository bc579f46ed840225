//! A histogram of similarities, and the knots of the score table that follow from it.

/// Similarities are counted, and knots placed, at multiples of 1/10,000.
const STEPS: f64 = 10_000.0;

/// From -1 to 1; the last bin is for 1 itself.
const BINS: usize = 20_001;

/// The scores of the knots before the even ones: the curve starts flat, so the first knots must be closer together.
const FIRST_SCORES: [f64; 5] = [0.01, 0.03, 0.1, 0.3, 1.0];

/// Counts, not values: memory does not grow with the comparisons, and sums do not depend on their order.
pub(super) struct Histogram {
    counts: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { counts: vec![0; BINS] }
    }
}

impl Histogram {
    pub(super) fn add(&mut self, similarity: f32) {
        let bin = ((f64::from(similarity) + 1.0) * STEPS).floor();
        self.counts[(bin as usize).min(BINS - 1)] += 1;
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self
    }

    pub(super) fn comparisons(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Knots `[similarity, score]` at round scores, strictly rising.
    ///
    /// Each is at the lowest similarity, to four decimals, that at most the fraction `10^(-score/10)` of the
    /// comparisons reaches. The last is the highest score with at least `tail` comparisons at or above its
    /// similarity.
    pub(super) fn knots(&self, tail: u64) -> Vec<[f32; 2]> {
        let total = self.comparisons();
        let mut reaching = total;
        let mut bin = 0;
        let mut knots: Vec<[f32; 2]> = Vec::new();
        for score in FIRST_SCORES.into_iter().chain((1..=50).map(|step| f64::from(2 * step))) {
            let allowed = total as f64 * 10_f64.powf(-score / 10.0);
            while bin < BINS && reaching as f64 > allowed {
                reaching -= self.counts[bin];
                bin += 1;
            }
            if reaching < tail.max(1) {
                break;
            }
            let similarity = (bin as f64 / STEPS - 1.0) as f32;
            // Small sets have gaps into which several scores fall: the first, which claims least, is kept.
            if knots.last().is_none_or(|last| last[0] < similarity) {
                knots.push([similarity, score as f32]);
            }
        }
        knots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One comparison at each of 0.00005, 0.00015, ... 0.99995: the fraction 1 - s reaches s.
    fn even() -> Histogram {
        let mut histogram = Histogram::default();
        (0..10_000).for_each(|step| histogram.add((step as f32 + 0.5) / 10_000.0));
        histogram
    }

    #[test]
    fn knots_are_where_the_rate_is_reached() {
        let knots = even().knots(100);
        assert_eq!(knots.len(), FIRST_SCORES.len() + 10);
        for [similarity, score] in &knots {
            let expected = 1.0 - 10_f64.powf(-f64::from(*score) / 10.0);
            let over = f64::from(*similarity) - expected;
            // The next multiple of 1/10,000, never one before.
            assert!((-1e-7..1.01e-4).contains(&over), "{similarity} {score}");
        }
        // 1 in 100 is 100 comparisons; 22 would leave 63.
        assert_eq!(knots.last(), Some(&[0.99, 20.0]));
        assert_eq!(even().knots(101).last(), Some(&[0.9842, 18.0]));
    }

    #[test]
    fn a_small_set_gives_rising_knots_too() {
        let mut histogram = Histogram::default();
        for similarity in [-0.5, 0.0, 0.0, 0.25, 0.5] {
            histogram.add(similarity);
        }
        let knots = histogram.knots(1);
        // 5 comparisons: 4 of 5 reach more than -0.5, which is score 0.97; 2 of 5 is 3.98; 1 of 5 is 6.99.
        assert_eq!(knots, [[-0.4999, 0.01], [0.0001, 1.0], [0.2501, 4.0]]);
        assert!(Histogram::default().knots(1).is_empty());
    }

    #[test]
    fn halves_add_up() {
        let (mut one, mut other) = (Histogram::default(), Histogram::default());
        one.add(-1.0);
        other.add(1.0);
        let both = one.merge(other);
        assert_eq!((both.comparisons(), both.counts[0], both.counts[BINS - 1]), (2, 1, 1));
    }
}
