//! No thread of ours outlives what it uses: neither the environment that its results go to, nor the process whose
//! exit tears the inference engine down.

use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::thread::{self, ThreadId};

use crate::queue::Close;

/// Every queue, with the thread of the environment that it belongs to.
static QUEUES: Mutex<Vec<(ThreadId, Weak<dyn Close>)>> = Mutex::new(Vec::new());

/// Remembers a queue of this thread's environment.
pub(crate) fn remember(queue: &Arc<impl Close + 'static>) {
    let queue: Arc<dyn Close> = Arc::clone(queue) as Arc<dyn Close>;
    let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
    queues.retain(|(_, queue)| queue.strong_count() > 0);
    queues.push((thread::current().id(), Arc::downgrade(&queue)));
}

/// For the end of this thread's environment: the main program's, or a worker's.
pub(crate) fn close_mine() {
    close(Some(thread::current().id()));
}

/// `process.exit()` ends the program without ending its environments, and the inference engine's own clean-up then
/// runs beside our threads. What is registered after the engine was loaded runs before that.
pub(crate) fn wait_for_threads_at_exit() {
    extern "C" fn close_all() {
        close(None);
    }
    static REGISTERED: Once = Once::new();
    #[allow(unsafe_code)]
    // SAFETY: the function has C's calling convention, never unwinds (nothing in it panics), and stays where it is,
    // for the module is never unloaded (napi-build links it so).
    REGISTERED.call_once(|| unsafe {
        // Without room for it, exit is as it would be without us.
        let _ = libc::atexit(close_all);
    });
}

fn close(owner: Option<ThreadId>) {
    let queues: Vec<Arc<dyn Close>> = {
        let known = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .iter()
            .filter(|(id, _)| owner.is_none_or(|owner| owner == *id))
            .filter_map(|(_, q)| q.upgrade())
            .collect()
    };
    for queue in queues {
        queue.close();
    }
}
