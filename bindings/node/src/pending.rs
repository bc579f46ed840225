//! A promise that JavaScript waits for.

use napi::bindgen_prelude::Object;
use napi::{Env, JsDeferred};

use crate::answer::Answer;
use crate::failure::Failure;

type Deferred = JsDeferred<Answer, Box<dyn FnOnce(Env) -> napi::Result<Answer>>>;

/// Can be settled from any thread and keeps the event loop alive until then. If dropped, it reports a closed verifier.
pub(crate) struct Pending(Option<Deferred>);

impl Pending {
    pub(crate) fn new(env: &Env) -> napi::Result<(Self, Object<'_>)> {
        let (deferred, promise) = env.create_deferred()?;
        Ok((Pending(Some(deferred)), promise))
    }

    pub(crate) fn settle(mut self, answer: Answer) {
        self.resolve(answer);
    }

    fn resolve(&mut self, answer: Answer) {
        if let Some(deferred) = self.0.take() {
            deferred.resolve(Box::new(|_| Ok(answer)));
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.resolve(Answer::G(Failure::closed()));
    }
}
