//! Several photos of one person -> one template.

use crate::error::{Error, ErrorKind, Result, Stage, Stamp};
use crate::photo::Photo;
use crate::template::Template;
use crate::verdict::{Comparison, Extraction, Sample};
use crate::verifier::Verifier;

/// A template made from several photos of one person.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Enrollment {
    /// The template to store, and to compare probes with.
    pub template: Template,
    /// The photos, in the order in which they were passed.
    pub photos: Vec<Enrolled>,
}

/// One of the photos that a template was made from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Enrolled {
    /// What was found in the photo.
    pub sample: Sample,
    /// The comparison of this photo with the template made from the other photos alone. If they do not match, it
    /// probably shows somebody else or is of too low quality. `None` if there is no other photo.
    pub others: Option<Comparison>,
}

impl Enrollment {
    /// The maximum number of photos for one template: beyond a few, more of them change little.
    pub const MAX_PHOTOS: usize = 16;
}

impl Verifier {
    /// Makes one template from 1 to [`Enrollment::MAX_PHOTOS`] photos of one person; it is compared like any other. It
    /// is the mean of the photos' templates, scaled to length one: weights by the detector's confidence, sharpness,
    /// pose, size or the length of the network's output did not lower the error rates (docs/ACCURACY.md).
    ///
    /// One worker processes the photos in turn, and each is taken from the iterator only after the one before has been
    /// processed. The first photo that cannot be used fails the call; [`Error::index`] says which it is. A photo of
    /// somebody else does not fail the call, but lets that person match: check [`Enrolled::others`].
    pub fn enroll<'a, P: Into<Photo<'a>>>(&self, photos: impl IntoIterator<Item = P>) -> Result<Enrollment> {
        let photos = photos.into_iter();
        // Before any work, if their number is known.
        if photos.size_hint().0 > Enrollment::MAX_PHOTOS {
            return Err(too_many());
        }
        let deadline = self.deadline();
        let mut worker = self.take(deadline)?;
        let mut extractions = Vec::new();
        for (index, photo) in photos.enumerate() {
            if index == Enrollment::MAX_PHOTOS {
                return Err(too_many());
            }
            let extraction = self.extract_with(&mut worker, &photo.into(), deadline);
            extractions.push(extraction.map_err(|error| error.at_index(index))?);
        }
        drop(worker);
        if extractions.is_empty() {
            return Err(Error::new(ErrorKind::InvalidArgument, "there is no photo to enroll"));
        }
        let template = mean(&extractions, None).stage(Stage::Extract)?;
        let others: Vec<_> =
            (0..extractions.len()).map(|place| self.others(&extractions, place)).collect::<Result<_>>()?;
        let enrolled = |(extraction, others): (Extraction, _)| Enrolled { sample: extraction.sample, others };
        Ok(Enrollment { template, photos: extractions.into_iter().zip(others).map(enrolled).collect() })
    }

    /// One photo as a probe, the others as its reference.
    fn others(&self, extractions: &[Extraction], place: usize) -> Result<Option<Comparison>> {
        if extractions.len() == 1 {
            return Ok(None);
        }
        let reference = mean(extractions, Some(place)).stage(Stage::Compare)?;
        self.compare(&extractions[place].template, &reference).map(Some)
    }
}

fn too_many() -> Error {
    let most = Enrollment::MAX_PHOTOS;
    Error::new(ErrorKind::InvalidArgument, format!("at most {most} photos are enrolled together"))
}

/// The mean of the templates, perhaps without one of them.
fn mean(extractions: &[Extraction], without: Option<usize>) -> Result<Template> {
    let kept = extractions.iter().enumerate().filter(|(place, _)| Some(*place) != without);
    let templates: Vec<&Template> = kept.map(|(_, extraction)| &extraction.template).collect();
    Template::mean(&templates)
        .ok_or_else(|| Error::new(ErrorKind::Internal, "the photos' templates have no mean direction"))
}
