//! The detection error trade-off: both error rates at every threshold.

use serde::Serialize;

use super::trial::{Point, Trial, ranked};

/// A threshold: what is at least this similar is a match.
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
pub(super) fn curve(trials: &[Trial]) -> Vec<DetPoint> {
    let [genuine, impostor] =
        [true, false].map(|same| trials.iter().filter(|trial| trial.same == same).count() as u64);
    let rate = |errors: u64, of: u64| (of > 0).then(|| errors as f64 / of as f64);
    let (mut rightly, mut falsely) = (0, 0);
    ranked(trials.iter())
        .into_iter()
        .map(|group| {
            rightly += group.genuine;
            falsely += group.impostor;
            let Point { similarity, score } = group.point;
            DetPoint {
                threshold: score,
                similarity,
                fmr: rate(falsely, impostor),
                fnmr: rate(genuine - rightly, genuine),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::trial::trials;
    use super::*;

    #[test]
    fn the_curve_is_counted_by_hand() {
        let all = [
            trials(true, &[Some(0.75), Some(0.5), None, Some(0.5)]),
            trials(false, &[Some(0.5), Some(0.25)]),
        ];
        let curve = curve(&all.concat());
        let seen: Vec<_> = curve.iter().map(|p| (p.threshold, p.fmr.unwrap(), p.fnmr.unwrap())).collect();
        assert_eq!(seen, [(75.0, 0.0, 0.75), (50.0, 0.5, 0.25), (25.0, 1.0, 0.25)]);
    }

    #[test]
    fn one_kind_of_pairs_has_one_rate() {
        let curve = curve(&trials(true, &[Some(0.75)]));
        assert_eq!((curve[0].fmr, curve[0].fnmr), (None, Some(0.0)));
    }
}
