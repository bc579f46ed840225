//! Templates to comparisons: one with another, and one with many.

use crate::error::{Error, ErrorKind, Result, Side, Stage, Stamp};
use crate::memory;
use crate::template::Template;
use crate::verdict::Comparison;
use crate::verifier::Verifier;

/// One of many templates, and how similar it is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Ranked {
    /// Its position among the references, from 0.
    pub index: usize,
    /// How similar the two faces are.
    pub comparison: Comparison,
}

impl Verifier {
    /// Compares two templates of this verifier's model. One that records a failure to extract gives
    /// `TEMPLATE_FAILED` instead of a score.
    pub fn compare(&self, probe: &Template, reference: &Template) -> Result<Comparison> {
        for (side, template) in [(Side::Probe, probe), (Side::Reference, reference)] {
            if template.is_failed() {
                let message = "the template records a failure to extract: there is no score";
                return Err(refused(ErrorKind::TemplateFailed, message).at_side(side));
            }
        }
        if *probe.model() != self.models.fingerprint {
            let message = "the templates were made by another model than this verifier's; extract them again";
            return Err(refused(ErrorKind::TemplateMismatch, message));
        }
        let similarity = probe.similarity(reference).stage(Stage::Compare)?;
        let score = self.models.scores.score(similarity);
        Ok(Comparison { score, similarity, is_match: score >= self.options.threshold })
    }

    /// Compares one template with many: the `top` most similar (default: all), best first, equally similar ones in the order
    /// of the references. Any reference that [`compare`](Self::compare) refuses is an error.
    pub fn rank<'t>(
        &self,
        probe: &Template,
        references: impl IntoIterator<Item = &'t Template>,
        top: Option<usize>,
    ) -> Result<Vec<Ranked>> {
        self.compare(probe, probe)?;
        best(references.into_iter().map(|reference| self.compare(probe, reference)), top)
    }

    /// The same with templates as [`Template::to_bytes`] wrote them, one after the other. None is kept in memory.
    pub fn rank_stored(&self, probe: &Template, stored: &[u8], top: Option<usize>) -> Result<Vec<Ranked>> {
        self.compare(probe, probe)?;
        let mut rest = stored;
        let next = std::iter::from_fn(|| (!rest.is_empty()).then(|| Template::read(&mut rest)));
        best(next.map(|reference| self.compare(probe, &reference?)), top)
    }
}

fn refused(kind: ErrorKind, message: &str) -> Error {
    Error::new(kind, message).at_stage(Stage::Compare)
}

fn best(compared: impl Iterator<Item = Result<Comparison>>, top: Option<usize>) -> Result<Vec<Ranked>> {
    let order = |one: &Ranked, other: &Ranked| {
        let alike = other.comparison.similarity.total_cmp(&one.comparison.similarity);
        alike.then(one.index.cmp(&other.index))
    };
    let top = top.unwrap_or(usize::MAX);
    // Up to twice as many as needed are kept, so that the rest is discarded only now and then.
    let most = top.saturating_mul(2).max(1024);
    let mut ranked = Vec::new();
    for (index, comparison) in compared.enumerate() {
        let comparison = comparison
            .map_err(|error| error.at_index(index).at_side(Side::Reference).at_stage(Stage::Compare))?;
        memory::push(&mut ranked, Ranked { index, comparison })?;
        if ranked.len() > most {
            ranked.select_nth_unstable_by(top, order);
            ranked.truncate(top);
        }
    }
    ranked.sort_unstable_by(order);
    ranked.truncate(top);
    Ok(ranked)
}
