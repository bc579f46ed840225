//! No thread of ours outlives what it uses: the environment that receives its results, or the process, whose exit
//! runs the inference engine's destructors.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, ThreadId};

use napi_derive::napi;

use crate::queue::Close;

/// Every queue, with the thread of the environment that it belongs to.
static QUEUES: Mutex<Vec<(ThreadId, Weak<dyn Close>)>> = Mutex::new(Vec::new());

/// Registers a queue of this thread's environment.
pub(crate) fn remember(queue: &Arc<impl Close + 'static>) {
    let queue: Arc<dyn Close> = Arc::clone(queue) as Arc<dyn Close>;
    let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
    queues.retain(|(_, queue)| queue.strong_count() > 0);
    queues.push((thread::current().id(), Arc::downgrade(&queue)));
}

/// Ends the threads of this thread's environment: the main program's, or a worker's.
#[napi(catch_unwind)]
pub fn close() {
    let mine = thread::current().id();
    let queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
    let queues: Vec<_> =
        queues.iter().filter(|(id, _)| *id == mine).filter_map(|(_, q)| q.upgrade()).collect();
    for queue in queues {
        queue.close();
    }
}

/// True for the first call in a process: the module may be loaded several times, and one exit listener is enough.
#[napi(catch_unwind)]
pub fn claim_exit() -> bool {
    static CLAIMED: AtomicBool = AtomicBool::new(false);
    !CLAIMED.swap(true, Ordering::Relaxed)
}
