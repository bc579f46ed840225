//! Two templates to a comparison.

use crate::error::{Error, ErrorKind, Result, Side};
use crate::model::Models;
use crate::template::Template;
use crate::verdict::Comparison;

/// Compares templates of the models' extractor.
pub(crate) fn compare(
    models: &Models,
    threshold: f32,
    probe: &Template,
    reference: &Template,
) -> Result<Comparison> {
    for (side, template) in [(Side::Probe, probe), (Side::Reference, reference)] {
        if template.is_failed() {
            let message = "the template records a failure to extract: there is no score";
            return Err(Error::new(ErrorKind::TemplateFailed, message).at_side(side));
        }
    }
    if *probe.model() != models.extractor.fingerprint {
        let message = "the templates were made by another model than this verifier's; extract them again";
        return Err(Error::new(ErrorKind::TemplateMismatch, message));
    }
    let similarity = probe.similarity(reference)?;
    let score = models.scores.score(similarity);
    Ok(Comparison { score, similarity, is_match: score >= threshold })
}
