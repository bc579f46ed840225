//! Error rates of templates that are made from several photos.
//!
//! Each photo of a person with more than N of them is a probe once. Its reference is the template of the N photos of
//! that person that follow it in the order of their names, the first after the last; the photos of all others are its
//! impostors. Single photos, each the one that follows, are measured on the same probes. Then the last of the N photos
//! is replaced by one of another person, whose other photos are probes as well.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Serialize;
use visavis::{Photo, Template};

use super::rates::{Rate, Rates};
use super::tally::Tally;
use super::{Measured, SCORES};
use crate::failure::Result;
use crate::output::Console;
use crate::workers::Work;

#[derive(Serialize)]
pub(super) struct Enrolment {
    /// How many photos each template is made from.
    pub(super) photos: usize,
    /// People with more photos than that.
    pub(super) people: usize,
    pub(super) rates: Vec<Rates>,
    /// With one photo instead of several, on the same probes.
    pub(super) rates_of_one: Vec<Rates>,
    /// Enrolled photos of one person that do not match the others, at the threshold in use.
    pub(super) not_matching_the_others: Rate,
    pub(super) with_a_stranger: WithAStranger,
}

/// The effect of a photo of another person among the enrolled ones, at the threshold in use.
#[derive(Serialize)]
pub(super) struct WithAStranger {
    /// Such photos that do not match the others.
    pub(super) found: Rate,
    /// Other photos of that other person that match the template.
    pub(super) admitted: Rate,
    /// Probes of the person that do not match the template.
    pub(super) fnmr: Rate,
}

/// A probe, the photos of the same person that are enrolled, and all photos of another one.
struct Attempt<'p> {
    probe: usize,
    enrolled: Vec<usize>,
    stranger: &'p [usize],
}

/// The counts of one thread.
#[derive(Default)]
struct Sums {
    /// Comparisons of one person, then of different people: with the template of several photos.
    several: [Tally; 2],
    /// The same with the template of one photo.
    one: [Tally; 2],
    outliers: Share,
    found: Share,
    admitted: Share,
    rejected: Share,
}

/// A count, and the total that it is a part of.
#[derive(Clone, Copy, Default)]
struct Share {
    count: u64,
    of: u64,
}

impl Share {
    fn add(&mut self, counts: bool) {
        self.count += u64::from(counts);
        self.of += 1;
    }
}

impl Enrolment {
    pub(super) fn measure(
        measured: &Measured<'_>,
        photos: usize,
        console: &mut Console<'_>,
    ) -> Result<Enrolment> {
        let paths = measured.pairs.paths();
        let people = people(measured, &paths, photos);
        let attempts = attempts(&people, photos);
        let work = Work::new(["Enrolling", "templates"], attempts.len(), measured.verifier);
        let sums = work.fold(console, Sums::default, |sums, place| {
            sums.add(measured, &paths, &attempts[place])?;
            sums.add_with_stranger(measured, &paths, &attempts[place])
        })?;
        let rates = |of: fn(&Sums) -> &[Tally; 2]| {
            let [genuine, impostor] = [0, 1].map(|kind| Tally::sum(sums.iter().map(|sums| &of(sums)[kind])));
            SCORES.iter().map(|&score| Rates::counted(score, &genuine, &impostor)).collect()
        };
        let share = |of: fn(&Sums) -> Share| {
            let shares = || sums.iter().map(of);
            Rate::new(shares().map(|share| share.count).sum(), shares().map(|share| share.of).sum())
        };
        Ok(Enrolment {
            photos,
            people: people.len(),
            rates: rates(|sums| &sums.several),
            rates_of_one: rates(|sums| &sums.one),
            not_matching_the_others: share(|sums| sums.outliers),
            with_a_stranger: WithAStranger {
                found: share(|sums| sums.found),
                admitted: share(|sums| sums.admitted),
                fnmr: share(|sums| sums.rejected),
            },
        })
    }
}

impl Sums {
    fn add(&mut self, measured: &Measured<'_>, paths: &[PathBuf], attempt: &Attempt<'_>) -> Result<()> {
        let photos = attempt.enrolled.iter().map(|&photo| Photo::file(&paths[photo]));
        let enrollment = measured.verifier.enroll(photos)?;
        for others in enrollment.photos.iter().filter_map(|photo| photo.others) {
            self.outliers.add(!others.is_match);
        }
        let own = paths[attempt.probe].parent();
        let single = template(measured, attempt.enrolled[0]);
        for (photo, outcome) in measured.gallery.outcomes.iter().enumerate() {
            let is_own = paths[photo].parent() == own;
            let Some(probe) = outcome.as_ref().ok().filter(|_| !is_own || photo == attempt.probe) else {
                continue;
            };
            for (tallies, reference) in
                [(&mut self.several, Some(&enrollment.template)), (&mut self.one, single)]
            {
                let Some(reference) = reference else { continue };
                let score = measured.verifier.compare(probe, reference)?.score;
                tallies[usize::from(!is_own)].add(Some(score));
            }
        }
        Ok(())
    }

    fn add_with_stranger(
        &mut self,
        measured: &Measured<'_>,
        paths: &[PathBuf],
        attempt: &Attempt<'_>,
    ) -> Result<()> {
        let ([own @ .., _], [stranger, more @ ..]) = (&attempt.enrolled[..], attempt.stranger) else {
            return Ok(());
        };
        let photos = own.iter().chain([stranger]).map(|&photo| Photo::file(&paths[photo]));
        let enrollment = measured.verifier.enroll(photos)?;
        if let Some(others) = enrollment.photos.last().and_then(|photo| photo.others) {
            self.found.add(!others.is_match);
        }
        let of_probes = more.iter().map(|&photo| (photo, true)).chain([(attempt.probe, false)]);
        for (photo, is_stranger) in of_probes {
            let Some(probe) = template(measured, photo) else { continue };
            let is_match = measured.verifier.compare(probe, &enrollment.template)?.is_match;
            if is_stranger {
                self.admitted.add(is_match);
            } else {
                self.rejected.add(!is_match);
            }
        }
        Ok(())
    }
}

fn template<'m>(measured: &Measured<'m>, photo: usize) -> Option<&'m Template> {
    measured.gallery.outcomes[photo].as_ref().ok()
}

/// The photos that have a template, in the order of their names, of each folder with more than `photos` of them.
fn people(measured: &Measured<'_>, paths: &[PathBuf], photos: usize) -> Vec<Vec<usize>> {
    let mut people: IndexMap<Option<&Path>, Vec<usize>> = IndexMap::new();
    for (photo, path) in paths.iter().enumerate() {
        if measured.gallery.outcomes[photo].is_ok() {
            people.entry(path.parent()).or_default().push(photo);
        }
    }
    let mut people: Vec<_> = people.into_values().filter(|person| person.len() > photos).collect();
    for person in &mut people {
        person.sort_by_key(|&photo| &paths[photo]);
    }
    people
}

/// The stranger of each person is the next person.
fn attempts(people: &[Vec<usize>], photos: usize) -> Vec<Attempt<'_>> {
    let of_person = |(number, person): (usize, &Vec<usize>)| {
        let stranger = if people.len() > 1 { &people[(number + 1) % people.len()][..] } else { &[] };
        let person = person.clone();
        (0..person.len()).map(move |place| {
            let after = (1..=photos).map(|step| person[(place + step) % person.len()]);
            Attempt { probe: person[place], enrolled: after.collect(), stranger }
        })
    };
    people.iter().enumerate().flat_map(of_person).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_photo_is_a_probe_once_and_never_its_own_reference() {
        let people = [vec![4, 7, 9], vec![1, 2, 3]];
        let made: Vec<_> = attempts(&people, 2)
            .into_iter()
            .map(|attempt| (attempt.probe, attempt.enrolled, attempt.stranger[0]))
            .collect();
        assert_eq!(made[..3], [(4, vec![7, 9], 1), (7, vec![9, 4], 1), (9, vec![4, 7], 1)]);
        assert_eq!(made[3..], [(1, vec![2, 3], 4), (2, vec![3, 1], 4), (3, vec![1, 2], 4)]);
        assert!(attempts(&people[..1], 1)[0].stranger.is_empty());
    }
}
