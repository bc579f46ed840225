//! All comparisons of photos of different people.

use visavis::{Comparison, Template, Verifier};

use crate::failure::Result;
use crate::output::Console;
use crate::workers::Work;

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
    new: impl Fn() -> T + Sync,
    console: &mut Console<'_>,
) -> Result<T> {
    let work =
        Work { what: ["Comparing", "photos"], count: members.len(), workers: verifier.options().workers };
    let tallies = work.fold(console, &new, |tally, index| {
        let (one, others) = (&members[index], &members[index + 1..]);
        for other in others.iter().filter(|other| other.identity != one.identity) {
            tally.add([one.photo, other.photo], &verifier.compare(one.template, other.template)?);
        }
        Ok(())
    })?;
    Ok(tallies.into_iter().fold(new(), T::merge))
}
