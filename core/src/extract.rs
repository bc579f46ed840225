//! A face to a template, by every extractor of a set.

use crate::align::align;
use crate::deadline::Deadline;
use crate::engine::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Point;
use crate::image::Image;
use crate::model::{Extractor, Models};
use crate::template::Template;

/// Runs the extractors on the face with these landmarks.
///
/// A template holds their outputs one after the other, each scaled to length one and multiplied by the root of its
/// weight, so the cosine of two templates is the weighted mean of the extractors' cosines.
pub(crate) fn extract(
    image: &Image<'_>,
    landmarks: &[Point; 5],
    sessions: &mut [Box<dyn Session>],
    models: &Models,
    deadline: Deadline<'_>,
) -> Result<Template> {
    let mut parts = Vec::with_capacity(sessions.len());
    for (session, extractor) in sessions.iter_mut().zip(&*models.extractors) {
        deadline.check()?;
        let chip = align(image, landmarks, extractor)?;
        parts.push((vector(chip, &mut **session, extractor)?, extractor.weight));
    }
    Template::joined(&parts, models.fingerprint)
        .ok_or_else(|| Error::new(ErrorKind::Internal, "an extractor's result has no direction"))
}

/// The network's output for a chip; if the mirror image is used, the sum of both (as in InsightFace's
/// `verification.py`).
pub(crate) fn vector(
    mut chip: Vec<f32>,
    session: &mut dyn Session,
    extractor: &Extractor,
) -> Result<Vec<f32>> {
    let mut values = run(&chip, session, extractor)?;
    if extractor.flip {
        chip.chunks_exact_mut(extractor.input_size).for_each(<[f32]>::reverse);
        let mirrored = run(&chip, session, extractor)?;
        values.iter_mut().zip(mirrored).for_each(|(value, other)| *value += other);
    }
    Ok(values)
}

/// Runs the network once.
fn run(chip: &[f32], session: &mut dyn Session, extractor: &Extractor) -> Result<Vec<f32>> {
    match session.run(&[chip])?.into_iter().next() {
        Some(values) if values.len() == extractor.dimensions => Ok(values),
        other => {
            let Extractor { id, dimensions, .. } = extractor;
            let given = other.map_or(0, |values| values.len());
            let message = format!("the extractor {id} gives {given} numbers instead of {dimensions}");
            Err(Error::new(ErrorKind::ModelInvalid, message))
        }
    }
}
