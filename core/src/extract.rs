//! A chip to a template.

use crate::engine::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::model::Extractor;
use crate::template::Template;

/// Runs the extractor on an aligned face.
pub(crate) fn extract(chip: &[f32], session: &mut dyn Session, extractor: &Extractor) -> Result<Template> {
    let outputs = session.run(&[chip])?;
    let values = match outputs.first() {
        Some(values) if values.len() == extractor.dimensions => values,
        _ => {
            let message = format!("the extractor does not give {} numbers", extractor.dimensions);
            return Err(Error::new(ErrorKind::ModelInvalid, message));
        }
    };
    Template::normalised(values, extractor.fingerprint)
        .ok_or_else(|| Error::new(ErrorKind::Internal, "the extractor's result has no direction"))
}
