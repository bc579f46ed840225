//! Calls that end early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::options::Options;
use crate::verifier::Verifier;

impl Verifier {
    /// A verifier with the same workers and models, whose calls have their own deadline, wait for a worker until then, and
    /// can be cancelled. Creating one takes microseconds: create one for each call that may have to end early.
    #[must_use]
    pub fn with_deadline(&self, deadline: Option<Duration>) -> Verifier {
        let options = Options { deadline, ..self.options.clone() };
        let (models, engine, pool) =
            (Arc::clone(&self.models), Arc::clone(&self.engine), Arc::clone(&self.pool));
        Verifier { options, models, engine, pool, waits: true, cancelled: AtomicBool::new(false) }
    }

    /// Calls that find no worker free fail with `DEADLINE_EXCEEDED` at once instead of waiting for one.
    #[must_use]
    pub fn without_waiting(self) -> Verifier {
        Verifier { waits: false, ..self }
    }

    /// Ends all calls on this verifier within milliseconds, and all later ones: they fail with `DEADLINE_EXCEEDED`.
    /// Verifiers that share its workers are not affected.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        self.pool.wake();
    }
}
