//! One verifier of the core, from its first use to its closing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use visavis::{Options, Result, Verifier, catch_panic};

use crate::answer::Answer;
use crate::failure::Failure;
use crate::request::Task;

pub(crate) struct VerifierHandle {
    options: Options,
    state: Mutex<State>,
}

enum State {
    /// Not used yet, or failed to start: a failure is not remembered.
    Idle,
    Started(Arc<Verifier>),
    Closed,
}

impl VerifierHandle {
    pub(crate) fn new(options: Options) -> Self {
        VerifierHandle { options, state: Mutex::new(State::Idle) }
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn run(&self, task: Task) -> Answer {
        self.ask(|verifier| task.run(verifier)).unwrap_or_else(Answer::G)
    }

    /// Calls the verifier, which is started if necessary. A panic becomes a failure.
    pub(crate) fn ask<T>(&self, ask: impl FnOnce(&Verifier) -> Result<T>) -> Result<T, Failure> {
        match catch_panic(|| self.verifier()?.map(|verifier| ask(&verifier)).transpose()) {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(Failure::closed()),
            Err(error) => Err(error.into()),
        }
    }

    /// The verifier's memory is freed when running calls have finished.
    pub(crate) fn close(&self) {
        *self.lock() = State::Closed;
    }

    fn verifier(&self) -> Result<Option<Arc<Verifier>>> {
        let mut state = self.lock();
        match &*state {
            State::Closed => Ok(None),
            State::Started(verifier) => Ok(Some(Arc::clone(verifier))),
            State::Idle => {
                let verifier = Arc::new(Verifier::new(self.options.clone())?);
                *state = State::Started(Arc::clone(&verifier));
                Ok(Some(verifier))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
