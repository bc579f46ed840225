//! The threads of one verifier, behind a bounded queue.
//!
//! They are not libuv's: those four serve files, name look-ups and cryptography, and photos would block them.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::{io, mem};

/// Does a job and returns the function that reports its result.
type Work<T> = dyn Fn(T) -> Report + Send + Sync;
pub(crate) type Report = Box<dyn FnOnce()>;

pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    workers: usize,
    length: usize,
    work: Box<Work<T>>,
}

struct State<T> {
    jobs: VecDeque<(u32, T)>,
    running: usize,
    threads: Vec<JoinHandle<()>>,
    closed: bool,
}

impl<T: Send + 'static> Queue<T> {
    /// Up to `workers` jobs run at once, and `length` more may wait. Threads start when they are needed.
    pub(crate) fn new(
        workers: usize,
        length: usize,
        work: impl Fn(T) -> Report + Send + Sync + 'static,
    ) -> Self {
        let state = State { jobs: VecDeque::new(), running: 0, threads: Vec::new(), closed: false };
        Queue { state: Mutex::new(state), changed: Condvar::new(), workers, length, work: Box::new(work) }
    }

    /// Whether another job fits. Only one thread submits, so it still fits when it is submitted.
    pub(crate) fn has_room(&self) -> bool {
        let state = self.lock();
        !state.closed && state.running + state.jobs.len() < self.workers.saturating_add(self.length)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Queues a job, or returns it if not even one thread can be started. `id` is for [`cancel`](Self::cancel).
    pub(crate) fn submit(self: &Arc<Self>, id: u32, job: T) -> Result<(), (io::Error, T)> {
        let mut state = self.lock();
        let started = state.threads.len();
        if state.running + state.jobs.len() >= started && started < self.workers {
            let queue = Arc::clone(self);
            match Builder::new().name("visavis".into()).spawn(move || queue.serve()) {
                Ok(thread) => state.threads.push(thread),
                Err(error) if started == 0 => return Err((error, job)),
                // The threads already started will do it.
                Err(_) => {}
            }
        }
        state.jobs.push_back((id, job));
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Drops a job that has not begun.
    pub(crate) fn cancel(&self, id: u32) {
        let mut state = self.lock();
        let place = state.jobs.iter().position(|(queued, _)| *queued == id);
        let job = place.and_then(|place| state.jobs.remove(place));
        drop(state);
        drop(job);
    }

    fn serve(&self) {
        let mut state = self.lock();
        while !state.closed {
            if let Some((_, job)) = state.jobs.pop_front() {
                state.running += 1;
                drop(state);
                let report = (self.work)(job);
                // Before the report, so that its receiver finds the place free.
                self.lock().running -= 1;
                report();
                state = self.lock();
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A queue that can be closed without knowing the type of its jobs.
pub(crate) trait Close: Send + Sync {
    /// Drops waiting jobs, lets running ones finish, and returns at once.
    fn shut(&self);

    /// The same, but returns when all threads have ended.
    fn close(&self);
}

impl<T: Send + 'static> Close for Queue<T> {
    fn shut(&self) {
        let mut state = self.lock();
        state.closed = true;
        let dropped = mem::take(&mut state.jobs);
        drop(state);
        drop(dropped);
        self.changed.notify_all();
    }

    fn close(&self) {
        self.shut();
        let threads = mem::take(&mut self.lock().threads);
        for thread in threads {
            // A job's panic is caught where it runs.
            let _ = thread.join();
        }
    }
}
