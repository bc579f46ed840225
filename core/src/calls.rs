//! Calls that end before they are done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::options::Options;
use crate::verifier::Verifier;

impl Verifier {
    /// The same verifier, with the same workers and models, whose calls have a deadline of their own and can be
    /// cancelled. Making one takes microseconds: make one for each call that may have to end early.
    #[must_use]
    pub fn with_deadline(&self, deadline: Option<Duration>) -> Verifier {
        let options = Options { deadline, ..self.options.clone() };
        let (models, engine, pool) =
            (Arc::clone(&self.models), Arc::clone(&self.engine), Arc::clone(&self.pool));
        Verifier { options, models, engine, pool, cancelled: AtomicBool::new(false) }
    }

    /// Ends what this very verifier computes, within milliseconds, and whatever it is asked later: the calls fail with
    /// `DEADLINE_EXCEEDED`. Others that share its workers go on.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        self.pool.wake();
    }
}
