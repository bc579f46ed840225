//! Without the feature `otlp`, no traces are sent.

use crate::names::Names;
use crate::span::Span;

#[derive(Clone)]
pub(crate) struct Traces;

impl Traces {
    /// Settings that name a collector have already been refused.
    #[allow(clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(crate) fn new(_: &str) -> Result<Self, String> {
        Ok(Traces)
    }

    pub(crate) fn ended(&self, _: &Names, _: &Span) {
        let Traces = self;
    }

    pub(crate) fn end(&self) {
        let Traces = self;
    }
}
