//! All comparisons of photos of different people.

use rayon::prelude::*;
use visavis::{Comparison, Template, Verifier};

use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// A template and whose it is.
pub(crate) struct Member<'a> {
    pub(crate) template: &'a Template,
    /// Equal for photos of one person.
    pub(crate) identity: usize,
    /// The photo's place where it came from.
    pub(crate) photo: usize,
}

/// What is kept of the comparisons. The result must not depend on their order.
pub(crate) trait Tally: Send {
    fn add(&mut self, photos: [usize; 2], comparison: &Comparison);
    #[must_use]
    fn merge(self, other: Self) -> Self;
}

/// The photos that gave a template.
pub(crate) fn members<'a>(outcomes: &'a [Result<Template>], identities: &[usize]) -> Vec<Member<'a>> {
    let photos = outcomes.iter().zip(identities).enumerate();
    photos
        .filter_map(|(photo, (outcome, &identity))| {
            outcome.as_ref().ok().map(|template| Member { template, identity, photo })
        })
        .collect()
}

/// Compares every member with every other of another identity, each two once.
pub(crate) fn compare_all<T: Tally>(
    verifier: &Verifier,
    members: &[Member<'_>],
    new: impl Fn() -> T + Sync + Send,
) -> Result<T> {
    let count = members.len() as u64;
    let bar = Progress::new("Comparing", "pairs", count * count.saturating_sub(1) / 2);
    let row = |mut tally: T, index: usize| {
        let (one, others) = (&members[index], &members[index + 1..]);
        for other in others.iter().filter(|other| other.identity != one.identity) {
            tally.add([one.photo, other.photo], &verifier.compare(one.template, other.template)?);
        }
        bar.add(others.len() as u64);
        Ok::<T, Failure>(tally)
    };
    (0..members.len()).into_par_iter().try_fold(&new, row).try_reduce(&new, |one, other| Ok(one.merge(other)))
}
