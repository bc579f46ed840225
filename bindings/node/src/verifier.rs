//! The handle that the JavaScript class `Verifier` keeps: a verifier of the core and the threads that use it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use napi::Env;
use napi::bindgen_prelude::{ClassInstance, Either, Object, ObjectFinalize};
use napi_derive::napi;
use visavis::{Engine, Error, ErrorKind, Options, Verifier};

use crate::answer::{Answer, Comparison, Ranked};
use crate::exit;
use crate::failure::Failure;
use crate::handle::VerifierHandle;
use crate::pending::Pending;
use crate::queue::{Close, Queue};
use crate::request::{Request, Task, threshold};
use crate::template::NativeTemplate;

/// The memory reported to the garbage collector for each worker. With ONNX Runtime, verifiers with 1, 2 and 4 used workers
/// took 27, 47 and 89 MiB of resident memory.
const WORKER_BYTES: i64 = 22 << 20;

/// A verifier and its threads.
#[napi(custom_finalize)]
pub struct NativeVerifier {
    handle: Arc<VerifierHandle>,
    queue: Arc<Queue<(Task, Pending)>>,
    queue_length: u32,
    /// The memory reported to the garbage collector.
    external: AtomicI64,
}

/// Creates a verifier, which starts when it is first used.
///
/// `options` are those of the core, by its names. `hint` is an ONNX Runtime to try that the user did not name.
#[napi(catch_unwind)]
pub fn open(
    env: Env,
    options: HashMap<String, String>,
    hint: Option<String>,
    queue_length: u32,
) -> napi::Result<Either<NativeVerifier, Failure>> {
    let mut settings = Options::default();
    let set = options.iter().try_for_each(|(name, value)| settings.set(name, value));
    if let Err(error) = set.and_then(|()| settings.validate()) {
        return Ok(Either::B(error.into()));
    }
    settings.onnxruntime_hint = hint.map(PathBuf::from);
    if settings.engine != Engine::Embedded {
        // Loading the library does this too, but perhaps on another thread than the one on which Node changes the environment.
        visavis::forbid_telemetry();
    }
    NativeVerifier::new(env, settings, queue_length).map(Either::A)
}

#[napi]
impl NativeVerifier {
    fn new(env: Env, options: Options, queue_length: u32) -> napi::Result<Self> {
        let workers = options.workers;
        let handle = Arc::new(VerifierHandle::new(options));
        let engine = Arc::clone(&handle);
        let queue = Arc::new(Queue::new(workers, queue_length as usize, move |(task, pending)| {
            let answer = engine.run(task);
            Box::new(move || Pending::settle(pending, answer))
        }));
        exit::remember(&queue);
        let external = WORKER_BYTES * workers as i64;
        env.adjust_external_memory(external)?;
        Ok(NativeVerifier { handle, queue, queue_length, external: external.into() })
    }

    /// Runs a request on this thread.
    #[napi(
        catch_unwind,
        ts_return_type = "EngineInfo | Verification | Detection | Extraction | NativeTemplate | Buffer | Failure | Enrollment"
    )]
    pub fn run(&self, request: Request) -> Answer {
        self.handle.run(request.copy(self.handle.options().limits.max_bytes))
    }

    /// Runs a request on one of the verifier's threads and returns a promise of the answer. `id` is for `cancel`.
    #[napi(
        catch_unwind,
        ts_return_type = "Promise<EngineInfo | Verification | Detection | Extraction | NativeTemplate | Buffer | Failure | Enrollment>"
    )]
    pub fn submit<'env>(&self, env: &'env Env, id: u32, request: Request) -> napi::Result<Object<'env>> {
        let (pending, promise) = Pending::new(env)?;
        if self.queue.is_closed() {
            // When `pending` is dropped, the promise reports it.
        } else if !self.queue.has_room() {
            // Before anything is copied, so that a refusal costs little.
            pending.settle(Answer::G(Failure::queue_full(self.queue_length)));
        } else {
            let task = request.copy(self.handle.options().limits.max_bytes);
            if let Err((error, (_, pending))) = self.queue.submit(id, (task, pending)) {
                let error = Error::new(ErrorKind::Internal, format!("no thread can be started: {error}"));
                pending.settle(Answer::G(error.into()));
            }
        }
        Ok(promise)
    }

    /// Cancels a call that has not started.
    #[napi(catch_unwind)]
    pub fn cancel(&self, id: u32) {
        self.queue.cancel(id);
    }

    /// Compares two templates.
    #[napi(catch_unwind)]
    pub fn compare(
        &self,
        probe: &NativeTemplate,
        reference: &NativeTemplate,
        own_threshold: Option<f64>,
    ) -> Either<Comparison, Failure> {
        let compare = |verifier: &Verifier| {
            let threshold = threshold(verifier, own_threshold)?;
            let comparison = verifier.compare(&probe.template, &reference.template)?;
            Ok(Comparison::judged(&comparison, threshold))
        };
        self.handle.ask(compare).map_or_else(Either::B, Either::A)
    }

    /// Compares one template with many: the `top` most similar, best first.
    #[napi(catch_unwind)]
    pub fn rank(
        &self,
        probe: &NativeTemplate,
        references: Vec<ClassInstance<NativeTemplate>>,
        top: u32,
        own_threshold: Option<f64>,
    ) -> Either<Vec<Ranked>, Failure> {
        let rank = |verifier: &Verifier| {
            let threshold = threshold(verifier, own_threshold)?;
            let references = references.iter().map(|reference| &reference.template);
            let ranked = verifier.rank(&probe.template, references, Some(top as usize))?;
            Ok(ranked.iter().map(|ranked| Ranked::new(ranked, threshold)).collect())
        };
        self.handle.ask(rank).map_or_else(Either::B, Either::A)
    }

    /// The largest encoded photo in bytes.
    #[napi(catch_unwind)]
    pub fn max_bytes(&self) -> f64 {
        self.handle.options().limits.max_bytes as f64
    }

    /// How many photos are processed at once.
    #[napi(catch_unwind)]
    pub fn workers(&self) -> u32 {
        self.handle.options().workers as u32
    }

    /// Frees the networks and ends the threads as soon as running calls have finished; waiting calls fail.
    #[napi(catch_unwind)]
    pub fn close(&self, env: Env) -> napi::Result<()> {
        self.handle.close();
        self.queue.shut();
        self.release(env)
    }

    fn release(&self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.external.swap(0, Ordering::Relaxed)).map(drop)
    }
}

/// When JavaScript no longer refers to the verifier, nothing is pending, so the threads are idle and end at once.
impl ObjectFinalize for NativeVerifier {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.queue.close();
        self.release(env)
    }
}
