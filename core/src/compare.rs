//! Two templates to their similarity.

use crate::error::{Error, ErrorKind, Result};
use crate::extract::Template;

/// The cosine of the angle between the two vectors, -1..=1.
pub(crate) fn similarity(one: &Template, other: &Template) -> Result<f32> {
    if one.model() != other.model() || one.dimensions() != other.dimensions() {
        let message =
            "the templates come from different models and cannot be compared; extract one of them again";
        return Err(Error::new(ErrorKind::TemplateMismatch, message));
    }
    // In f64, so that the order of the two makes no difference and equal templates give exactly 1.
    let dot: f64 = one.values().iter().zip(other.values()).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
    Ok(dot.clamp(-1.0, 1.0) as f32)
}
