//! Error rates within and between groups of people, and how far they differ.
//!
//! ISO/IEC 19795-10:2024 requires the error rates of each demographic group with their uncertainty, at one threshold
//! for all. Of the summary measures that NIST IR 8429 (Grother, 2022) compares, those that divide the highest rate of a
//! group are reported: by the groups' geometric mean, which that report prefers, by their arithmetic mean, and by the
//! lowest rate. Two of them are undefined if a group shows no error.

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use super::rates::{Rate, Rates, Trial};
use super::tally::Tally;
use super::{Measured, SCORES};
use crate::groups::Groups;

/// The rates within a group whose scores are reported, each as one in this many comparisons.
const ONE_IN: [u64; 3] = [100, 1_000, 10_000];

#[derive(Serialize)]
pub(super) struct ByGroup {
    pub(super) groups: Vec<Group>,
    /// Left out, with their comparisons.
    pub(super) photos_without_group: usize,
    /// `listed pairs`, or `all comparisons` of different people.
    pub(super) impostor_comparisons: &'static str,
    pub(super) at: Vec<AtScore>,
    /// The lowest whole scores with so low a false match rate among different people of one group.
    pub(super) lowest_scores_within: Vec<LowestScore>,
}

#[derive(Serialize)]
pub(super) struct Group {
    pub(super) name: String,
    /// Folders of photos.
    pub(super) people: usize,
    pub(super) photos: usize,
}

#[derive(Serialize)]
pub(super) struct LowestScore {
    pub(super) one_in: u64,
    /// None if the comparisons are too few.
    pub(super) score: Option<u8>,
}

#[derive(Serialize)]
pub(super) struct AtScore {
    pub(super) score: f32,
    /// Of pairs of photos of one group, all groups together.
    pub(super) within: Rates,
    /// Of pairs of photos of two groups.
    pub(super) between: Rates,
    /// The pairs within each group, then those between every two.
    pub(super) pairs_of_groups: Vec<PairOfGroups>,
    /// How the FMR within the groups differs; none without comparisons.
    pub(super) fmr_differential: Option<Differential>,
    /// How the FNMR within the groups differs; none without comparisons.
    pub(super) fnmr_differential: Option<Differential>,
}

#[derive(Serialize)]
pub(super) struct PairOfGroups {
    /// Their indices among the groups; both are the same within a group.
    pub(super) groups: [usize; 2],
    pub(super) fmr: Rate,
    pub(super) fnmr: Rate,
}

/// How a rate differs between groups.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Differential {
    /// The index of the group with the highest rate; of several, the first.
    pub(super) worst_group: usize,
    pub(super) worst: Rate,
    /// How many groups have comparisons.
    pub(super) groups: usize,
    /// Of their rates, each group counting once.
    pub(super) mean: f64,
    /// None if no group shows an error.
    pub(super) max_over_mean: Option<f64>,
    /// None if a group shows no error.
    pub(super) max_over_geometric_mean: Option<f64>,
    /// None if a group shows no error.
    pub(super) max_over_min: Option<f64>,
}

/// Comparisons by the groups of their photos: one tally for each pair of groups, and one for photos without a group.
#[derive(Clone)]
pub(super) struct Counted(Vec<Tally>);

impl Counted {
    pub(super) fn new(groups: Option<&Groups>) -> Self {
        let groups = groups.map_or(0, |groups| groups.names.len());
        Counted(vec![Tally::default(); place([0, groups]) + 1])
    }

    pub(super) fn add(&mut self, groups: Option<&Groups>, photos: [usize; 2], score: Option<f32>) {
        let groups = photos.map(|photo| groups.and_then(|groups| groups.of[photo]));
        let place = match groups {
            [Some(one), Some(other)] => place([one, other]),
            _ => self.0.len() - 1,
        };
        self.0[place].add(score);
    }

    pub(super) fn merge(mut self, other: &Counted) -> Self {
        for (one, other) in self.0.iter_mut().zip(&other.0) {
            one.merge(other);
        }
        self
    }

    pub(super) fn all(&self) -> Tally {
        Tally::sum(&self.0)
    }

    fn of(&self, groups: [usize; 2]) -> &Tally {
        &self.0[place(groups)]
    }

    fn sum(&self, pairs: &[[usize; 2]]) -> Tally {
        Tally::sum(pairs.iter().map(|&groups| self.of(groups)))
    }
}

/// The index of two groups, in either order, among all pairs of groups.
fn place([one, other]: [usize; 2]) -> usize {
    let (low, high) = (one.min(other), one.max(other));
    high * (high + 1) / 2 + low
}

impl ByGroup {
    /// `cross` has the comparisons of all different people, if these were made in addition to those of the table.
    pub(super) fn new(measured: &Measured<'_>, groups: &Groups, cross: Option<&Counted>) -> Self {
        let listed = |same: bool| {
            let mut counted = Counted::new(Some(groups));
            let of_kind = |(_, trial): &(_, &Trial)| trial.same == same;
            for (pair, trial) in measured.pairs.rows.iter().zip(measured.trials).filter(of_kind) {
                counted.add(Some(groups), pair.photos, trial.outcome.map(|point| point.score));
            }
            counted
        };
        let genuine = listed(true);
        let (impostor, impostor_comparisons) = match cross {
            Some(cross) => (cross.clone(), "all comparisons"),
            None => (listed(false), "listed pairs"),
        };
        let within: Vec<[usize; 2]> = (0..groups.names.len()).map(|group| [group; 2]).collect();
        let between: Vec<[usize; 2]> =
            (0..groups.names.len()).flat_map(|high| (0..high).map(move |low| [low, high])).collect();
        let at = SCORES.iter().map(|&score| {
            let summed =
                |pairs: &[[usize; 2]]| Rates::counted(score, &genuine.sum(pairs), &impostor.sum(pairs));
            let pair = |&pair: &[usize; 2]| {
                let rates = Rates::counted(score, genuine.of(pair), impostor.of(pair));
                PairOfGroups { groups: pair, fmr: rates.fmr, fnmr: rates.fnmr }
            };
            let pairs_of_groups: Vec<_> = within.iter().chain(&between).map(pair).collect();
            let of_groups = &pairs_of_groups[..within.len()];
            AtScore {
                score,
                within: summed(&within),
                between: summed(&between),
                fmr_differential: differential(of_groups.iter().map(|pair| pair.fmr)),
                fnmr_differential: differential(of_groups.iter().map(|pair| pair.fnmr)),
                pairs_of_groups,
            }
        });
        let impostor_within = impostor.sum(&within);
        let lowest = |one_in| LowestScore { one_in, score: impostor_within.lowest_score(one_in) };
        ByGroup {
            groups: members(measured, groups),
            photos_without_group: groups.unknown(),
            impostor_comparisons,
            at: at.collect(),
            lowest_scores_within: ONE_IN.map(lowest).into(),
        }
    }
}

fn members(measured: &Measured<'_>, groups: &Groups) -> Vec<Group> {
    let paths = measured.pairs.paths();
    let member = |(group, name): (usize, &String)| {
        let of_group = || paths.iter().zip(&groups.of).filter(|(_, of)| **of == Some(group));
        let people: HashSet<Option<&Path>> = of_group().map(|(path, _)| path.parent()).collect();
        Group { name: name.clone(), people: people.len(), photos: of_group().count() }
    };
    groups.names.iter().enumerate().map(member).collect()
}

/// `rates` are those of the groups, in their order.
fn differential(rates: impl Iterator<Item = Rate>) -> Option<Differential> {
    let rates: Vec<(usize, Rate, f64)> =
        rates.enumerate().filter_map(|(group, rate)| Some((group, rate, rate.value?))).collect();
    let mut worst = *rates.first()?;
    for &rate in &rates {
        if rate.2 > worst.2 {
            worst = rate;
        }
    }
    let (worst_group, worst, highest) = worst;
    let count = rates.len() as f64;
    let mean = rates.iter().map(|rate| rate.2).sum::<f64>() / count;
    let geometric = (rates.iter().map(|rate| rate.2.ln()).sum::<f64>() / count).exp();
    let lowest = rates.iter().map(|rate| rate.2).fold(f64::INFINITY, f64::min);
    let over = |divisor: f64| (divisor > 0.0).then(|| highest / divisor);
    Some(Differential {
        worst_group,
        worst,
        groups: rates.len(),
        mean,
        max_over_mean: over(mean),
        max_over_geometric_mean: over(geometric),
        max_over_min: over(lowest),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_groups_has_one_place() {
        let mut places: Vec<usize> =
            (0..5).flat_map(|high| (0..=high).map(move |low| place([low, high]))).collect();
        assert!((0..5).all(|one| (0..5).all(|other| place([one, other]) == place([other, one]))));
        places.sort_unstable();
        assert_eq!(places, (0..15).collect::<Vec<_>>());
        assert_eq!(place([0, 5]), 15, "the place of those without a group");
    }

    #[test]
    fn comparisons_are_counted_by_the_groups_of_their_photos() {
        let group = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        let groups = Groups::new(&["b", "a", "b", ""].map(group)).unwrap();
        let mut counted = Counted::new(Some(&groups));
        for (photos, score) in [([0, 2], 30.0), ([1, 0], 10.0), ([2, 1], 30.0), ([0, 3], 30.0)] {
            counted.add(Some(&groups), photos, Some(score));
        }
        let found = [[0, 0], [0, 1], [1, 1]].map(|pair| counted.of(pair));
        assert_eq!(found.map(|tally| (tally.reaching(27.0), tally.comparisons())), [(0, 0), (1, 2), (1, 1)]);
        let twice = counted.clone().merge(&counted);
        assert_eq!((twice.all().reaching(27.0), twice.all().comparisons()), (6, 8));
        let mut without = Counted::new(None);
        without.add(None, [0, 3], None);
        assert_eq!(without.all().comparisons(), 1);
    }

    #[test]
    fn the_worst_group_is_divided_by_the_means() {
        let rates = |counts: &[(u64, u64)]| {
            counts.iter().map(|&(errors, of)| Rate::new(errors, of)).collect::<Vec<_>>()
        };
        let close = |one: Option<f64>, other: f64| (one.unwrap() - other).abs() < 1e-12;
        // 1, 4 and 16 of 100: the mean 7, the geometric mean 4. A group without comparisons is skipped.
        let found = differential(rates(&[(1, 100), (0, 0), (16, 100), (4, 100)]).into_iter()).unwrap();
        assert_eq!((found.worst_group, found.worst.errors, found.groups), (2, 16, 3));
        assert!((found.mean - 0.07).abs() < 1e-12 && close(found.max_over_mean, 16.0 / 7.0));
        assert!(close(found.max_over_geometric_mean, 4.0) && close(found.max_over_min, 16.0));
        let found = differential(rates(&[(0, 100), (2, 100)]).into_iter()).unwrap();
        assert_eq!((found.max_over_geometric_mean, found.max_over_min), (None, None));
        assert!(close(found.max_over_mean, 2.0));
        let found = differential(rates(&[(0, 100), (0, 10)]).into_iter()).unwrap();
        assert_eq!((found.worst_group, found.max_over_mean), (0, None));
        assert_eq!(differential(rates(&[(0, 0)]).into_iter()), None);
    }
}
