//! Comparisons counted by their score.

use super::rates::{Rate, Rates};

/// Whole scores, 0 to 100.
const SCORES: usize = 101;

/// The number of comparisons at each score, rounded down: exact for thresholds that are whole numbers.
#[derive(Clone)]
pub(super) struct Tally {
    by_score: [u64; SCORES],
    /// Comparisons without a score because of a failure to extract, which count as non-matches.
    failed: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Tally { by_score: [0; SCORES], failed: 0 }
    }
}

impl Tally {
    /// Counts a comparison; the score is `None` after a failure to extract.
    pub(super) fn add(&mut self, score: Option<f32>) {
        match score {
            Some(score) => self.by_score[(score as usize).min(SCORES - 1)] += 1,
            None => self.failed += 1,
        }
    }

    pub(super) fn merge(&mut self, other: &Tally) {
        for (count, more) in self.by_score.iter_mut().zip(other.by_score) {
            *count += more;
        }
        self.failed += other.failed;
    }

    /// The sum of several tallies.
    pub(super) fn sum<'t>(tallies: impl IntoIterator<Item = &'t Tally>) -> Tally {
        let mut all = Tally::default();
        for tally in tallies {
            all.merge(tally);
        }
        all
    }

    pub(super) fn comparisons(&self) -> u64 {
        self.by_score.iter().sum::<u64>() + self.failed
    }

    /// The comparisons that reach a whole score.
    pub(super) fn reaching(&self, score: f32) -> u64 {
        self.by_score[score as usize..].iter().sum()
    }

    /// The lowest whole score that at most one comparison in `one_in` reaches. None with fewer than three times as many
    /// comparisons, which the rule of 3 (ISO/IEC 19795-1) requires even without an error.
    pub(super) fn lowest_score(&self, one_in: u64) -> Option<u8> {
        let all = self.comparisons();
        let allowed = all / one_in;
        let score = (0..SCORES as u8).find(|&score| self.reaching(score.into()) <= allowed)?;
        (all >= 3 * one_in).then_some(score)
    }
}

impl Rates {
    /// From the comparisons of one person and those of different people.
    pub(super) fn counted(score: f32, genuine: &Tally, impostor: &Tally) -> Rates {
        let [genuine_all, impostor_all] = [genuine, impostor].map(Tally::comparisons);
        Rates {
            score,
            fmr: Rate::new(impostor.reaching(score), impostor_all),
            fnmr: Rate::new(genuine_all - genuine.reaching(score), genuine_all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(scores: &[Option<f32>]) -> Tally {
        let mut tally = Tally::default();
        for &score in scores {
            tally.add(score);
        }
        tally
    }

    #[test]
    fn rates_match_those_counted_by_hand() {
        let genuine = tally(&[Some(100.0), Some(27.0), Some(26.99), None]);
        let impostor = Tally::sum([&tally(&[Some(0.0), Some(40.0)]), &tally(&[Some(26.5), None])]);
        for (score, false_matches, false_non_matches) in
            [(0.0, 3, 1), (26.0, 2, 1), (27.0, 1, 2), (41.0, 0, 3), (100.0, 0, 3)]
        {
            let rates = Rates::counted(score, &genuine, &impostor);
            assert_eq!((rates.fmr.errors, rates.fmr.of), (false_matches, 4), "{score}");
            assert_eq!((rates.fnmr.errors, rates.fnmr.of), (false_non_matches, 4), "{score}");
        }
    }

    #[test]
    fn a_rate_needs_three_times_as_many_comparisons() {
        let mut tally = tally(&[Some(12.0); 2]);
        assert_eq!(tally.lowest_score(1), None);
        (0..598).for_each(|step| tally.add(Some((step % 10) as f32)));
        // Two of 600 reach 10, and more than six reach 9.
        assert_eq!((tally.lowest_score(100), tally.lowest_score(200)), (Some(10), Some(10)));
        assert_eq!(tally.lowest_score(201), None);
    }
}
