//! The pairs that went most wrong.

use super::trial::{Point, Trial};

/// How many of each kind are shown.
const SHOWN: usize = 24;

/// Places of the pairs of one person that are least alike (first those of them with a failure), or of the pairs of
/// different people that are most alike; the worst first.
pub(super) fn worst(trials: &[Trial], same: bool) -> Vec<usize> {
    let of_kind = trials.iter().enumerate().filter(|(_, trial)| trial.same == same);
    let similarity = |outcome: Option<Point>| outcome.map_or(f32::NEG_INFINITY, |point| point.similarity);
    let mut places: Vec<(f32, usize)> =
        of_kind.map(|(place, trial)| (similarity(trial.outcome), place)).collect();
    if same {
        places.sort_by(|one, other| one.0.total_cmp(&other.0));
    } else {
        places.retain(|(similarity, _)| similarity.is_finite());
        places.sort_by(|one, other| other.0.total_cmp(&one.0));
    }
    places.into_iter().take(SHOWN).map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::super::trial::trials;
    use super::*;

    #[test]
    fn the_worst_come_first() {
        let all = [
            trials(true, &[Some(0.9), Some(0.1), None]),
            trials(false, &[Some(0.2), None, Some(0.7), Some(0.7)]),
        ]
        .concat();
        assert_eq!(worst(&all, true), [2, 1, 0]);
        assert_eq!(worst(&all, false), [5, 6, 3]);
        assert_eq!(worst(&trials(true, &[Some(0.5); 99]), true).len(), SHOWN);
    }
}
