//! The handle that the JavaScript half keeps.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use napi::bindgen_prelude::{Either, FnArgs, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status};
use napi_derive::napi;
use visavis::{Error, ErrorKind, Options, Side, Template};

use crate::answer::{Answer, Comparison};
use crate::core::{Core, Kind, Task};
use crate::exit;
use crate::failure::Failure;
use crate::photo::{Photo, PhotoSource};
use crate::queue::{Close, Queue};

/// Called on the JavaScript thread with a job's id and its answer. Weak: it keeps no process alive by itself.
type Settle =
    ThreadsafeFunction<FnArgs<(u32, Answer)>, Unknown<'static>, FnArgs<(u32, Answer)>, Status, false, true>;

/// A verifier and its threads.
#[napi]
pub struct NativeVerifier {
    core: Arc<Core>,
    queue: Arc<Queue<Task>>,
    queue_length: u32,
    settle: Arc<Settle>,
}

/// Makes a verifier; it starts when it is first used.
///
/// `options` are for the core, by its names. `hint` is an ONNX Runtime that nobody named, to be tried.
#[napi(catch_unwind)]
pub fn open(
    options: HashMap<String, String>,
    hint: Option<String>,
    queue_length: u32,
    #[napi(
        ts_arg_type = "(id: number, answer: EngineInfo | Verification | Detection | Extraction | Failure) => void"
    )]
    settle: Settle,
) -> Either<NativeVerifier, Failure> {
    let mut known = Options::default();
    for (name, value) in options {
        if let Err(error) = known.set(&name, &value) {
            return Either::B(error.into());
        }
    }
    if let Err(error) = known.validate() {
        return Either::B(error.into());
    }
    known.onnxruntime_hint = hint.map(PathBuf::from);
    let workers = known.workers;
    let core = Arc::new(Core::new(known));
    let settle = Arc::new(settle);
    let (engine, tell) = (Arc::clone(&core), Arc::clone(&settle));
    let queue = Arc::new(Queue::new(workers, queue_length as usize, move |id, task| {
        let (answer, tell) = (engine.run(task), Arc::clone(&tell));
        Box::new(move || {
            // Where the environment has ended nobody listens any more.
            let _ = tell.call(FnArgs::from((id, answer)), ThreadsafeFunctionCallMode::NonBlocking);
        })
    }));
    exit::remember(&queue);
    Either::A(NativeVerifier { core, queue, queue_length, settle })
}

#[napi]
impl NativeVerifier {
    /// Does it on this thread.
    #[napi(catch_unwind, ts_return_type = "EngineInfo | Verification | Detection | Extraction | Failure")]
    pub fn run(&self, kind: Kind, photos: Vec<PhotoSource>) -> Answer {
        self.core.run(self.task(kind, &photos))
    }

    /// Does it on a thread of its own, later: `settle` gets the answer. Returns why not, if not.
    #[napi(catch_unwind)]
    pub fn submit(&self, id: u32, kind: Kind, photos: Vec<PhotoSource>) -> Option<Failure> {
        if !self.queue.has_room() {
            // Before anything is copied: who is refused costs little.
            return Some(Failure::queue_full(self.queue_length));
        }
        let failed = self.queue.submit(id, self.task(kind, &photos)).err()?;
        Some(Error::new(ErrorKind::Internal, format!("no thread can be started: {failed}")).into())
    }

    /// Takes a job back; false when it has begun.
    #[napi(catch_unwind)]
    pub fn cancel(&self, id: u32) -> bool {
        self.queue.cancel(id)
    }

    /// Keeps the event loop alive, or no longer.
    #[napi(catch_unwind)]
    pub fn hold(&self, env: Env, alive: bool) -> napi::Result<()> {
        let change = if alive {
            napi::sys::napi_ref_threadsafe_function
        } else {
            napi::sys::napi_unref_threadsafe_function
        };
        #[allow(unsafe_code)]
        // SAFETY: on the thread of the environment that both belong to, which runs, so the function has not ended.
        let status = unsafe { change(env.raw(), self.settle.raw()) };
        napi::check_status!(status)
    }

    /// Compares two templates, given as their bytes.
    #[napi(catch_unwind)]
    pub fn compare(&self, probe: &[u8], reference: &[u8]) -> Either<Comparison, Failure> {
        let compare = || {
            let read = |bytes, side| Template::from_bytes(bytes).map_err(|error| error.at_side(side));
            let (probe, reference) = (read(probe, Side::Probe)?, read(reference, Side::Reference)?);
            Ok(self.core.verifier()?.compare(&probe, &reference)?)
        };
        match compare() {
            Ok(comparison) => Either::A(comparison.into()),
            Err(failure) => Either::B(failure),
        }
    }
}

impl NativeVerifier {
    fn task(&self, kind: Kind, photos: &[PhotoSource]) -> Task {
        let max_bytes = self.core.options().limits.max_bytes;
        Task { kind, photos: photos.iter().map(|photo| Photo::copy(photo, max_bytes)).collect() }
    }
}

/// When JavaScript has no use for it any more nothing is pending, so the threads are idle and end at once.
impl Drop for NativeVerifier {
    fn drop(&mut self) {
        self.queue.close();
    }
}
