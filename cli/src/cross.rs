//! All comparisons of photos of different people.

use rayon::prelude::*;
use visavis::{Comparison, Template, Verifier};

use crate::failure::{Failure, Result};
use crate::photos::progress;

/// A template and whose it is.
pub(crate) struct Member<'a> {
    pub(crate) template: &'a Template,
    /// Equal for photos of one person.
    pub(crate) identity: usize,
}

/// What is counted of the comparisons. Sums must not depend on the order.
pub(crate) trait Tally: Send {
    fn add(&mut self, comparison: &Comparison);
    fn merge(self, other: Self) -> Self;
}

/// Compares every member with every other of another identity, each two once.
pub(crate) fn compare_all<T: Tally>(
    verifier: &Verifier,
    members: &[Member<'_>],
    new: impl Fn() -> T + Sync + Send,
) -> Result<T> {
    let count = members.len() as u64;
    let bar = progress("Comparing", "pairs", count * count.saturating_sub(1) / 2);
    let row = |mut tally: T, index: usize| {
        let (one, others) = (&members[index], &members[index + 1..]);
        for other in others.iter().filter(|other| other.identity != one.identity) {
            tally.add(&verifier.compare(one.template, other.template)?);
        }
        bar.inc(others.len() as u64);
        Ok::<T, Failure>(tally)
    };
    let tally = (0..members.len())
        .into_par_iter()
        .try_fold(&new, row)
        .try_reduce(&new, |one, other| Ok(one.merge(other)))?;
    bar.finish_and_clear();
    Ok(tally)
}
