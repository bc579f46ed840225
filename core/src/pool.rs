//! A bounded set of workers, created when first needed and lent to one caller at a time.

use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::deadline::Deadline;
use crate::error::Result;
use crate::host;

type Make<T> = dyn Fn() -> Result<T> + Send + Sync;

pub(crate) struct Pool<T> {
    state: Mutex<State<T>>,
    returned: Condvar,
    max: usize,
    make: Box<Make<T>>,
}

struct State<T> {
    idle: Vec<T>,
    /// Idle ones and those in use.
    made: usize,
    /// The process that made them.
    process: u32,
}

/// A worker on loan; returned when dropped.
pub(crate) struct Loan<'a, T> {
    pool: &'a Pool<T>,
    worker: Option<T>,
}

impl<T> Pool<T> {
    pub(crate) fn new(max: usize, make: impl Fn() -> Result<T> + Send + Sync + 'static) -> Self {
        let state = Mutex::new(State { idle: Vec::new(), made: 0, process: host::process() });
        Pool { state, returned: Condvar::new(), max, make: Box::new(make) }
    }

    /// A worker, as soon as one is free, unless the deadline passes first.
    pub(crate) fn take(&self, deadline: Deadline<'_>) -> Result<Loan<'_, T>> {
        let mut state = self.lock();
        while state.idle.is_empty() && state.made == self.max {
            deadline.check()?;
            state = match deadline.left() {
                None => self.returned.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(left) => {
                    self.returned.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        self.lend(state)
    }

    /// Makes callers that wait for a worker check their deadlines.
    pub(crate) fn wake(&self) {
        // While this holds the lock, no caller is between checking and waiting.
        drop(self.lock());
        self.returned.notify_all();
    }

    /// A worker, if one is free now.
    pub(crate) fn try_take(&self) -> Option<Result<Loan<'_, T>>> {
        let state = self.lock();
        let available = !state.idle.is_empty() || state.made < self.max;
        available.then(|| self.lend(state))
    }

    fn lend(&self, mut state: MutexGuard<'_, State<T>>) -> Result<Loan<'_, T>> {
        let idle = state.idle.pop();
        if idle.is_none() {
            state.made += 1;
        }
        // Creating one takes long; others must not wait for it.
        drop(state);
        let mut loan = Loan { pool: self, worker: idle };
        if loan.worker.is_none() {
            // On failure the empty loan gives its place back.
            loan.worker = Some((self.make)()?);
        }
        Ok(loan)
    }

    /// A child of `fork` inherits the workers, but neither the threads that some of them use nor the callers to which others
    /// are lent. So it abandons them and starts with none; even dropping one might wait for a thread.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let process = host::process();
        if state.process != process {
            mem::forget(mem::take(&mut state.idle));
            state.made = 0;
            state.process = process;
        }
        state
    }
}

impl<T> Drop for Pool<T> {
    fn drop(&mut self) {
        drop(self.lock());
    }
}

impl<T> Drop for Loan<'_, T> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        match self.worker.take() {
            // A worker that a panic interrupted is not used again.
            Some(worker) if !std::thread::panicking() => state.idle.push(worker),
            _ => state.made -= 1,
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}

impl<T> Deref for Loan<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.worker.as_ref().expect("a loan holds its worker until it is dropped")
    }
}

impl<T> DerefMut for Loan<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.worker.as_mut().expect("a loan holds its worker until it is dropped")
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::error::{Error, ErrorKind};

    #[test]
    fn never_more_workers_than_allowed() {
        let (made, in_use) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
        let counter = Arc::clone(&made);
        let pool = Pool::new(2, move || Ok(counter.fetch_add(1, Ordering::SeqCst)));
        let start = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..200 {
                        let _worker = pool.take(Deadline::default()).unwrap();
                        assert!(in_use.fetch_add(1, Ordering::SeqCst) < 2);
                        in_use.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((1..=2).contains(&made.load(Ordering::SeqCst)));
    }

    #[test]
    fn another_process_starts_with_none() {
        struct Worker(Arc<AtomicUsize>);
        impl Drop for Worker {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let (made, dropped) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (made_here, dropped_here) = (Arc::clone(&made), Arc::clone(&dropped));
        let pool = Pool::new(1, move || {
            made_here.fetch_add(1, Ordering::SeqCst);
            Ok(Worker(Arc::clone(&dropped_here)))
        });
        drop(pool.take(Deadline::default()).unwrap());
        drop(pool.take(Deadline::default()).unwrap());
        assert_eq!(made.load(Ordering::SeqCst), 1);
        // The state in a child of `fork`, with the only worker lent to a thread that the child does not have.
        let mut state = pool.lock();
        state.process = 0;
        state.made = 1;
        drop(state);
        drop(pool.take(Deadline::default()).unwrap());
        assert_eq!((made.load(Ordering::SeqCst), dropped.load(Ordering::SeqCst)), (2, 0));
        drop(pool);
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn no_call_waits_for_a_worker_beyond_the_deadline() {
        let pool = Pool::new(1, || Ok(()));
        let loan = pool.take(Deadline::default()).unwrap();
        let late = |deadline| pool.take(deadline).map(drop).unwrap_err().kind();
        assert_eq!(late(Deadline::after(Some(Duration::from_millis(1)))), ErrorKind::DeadlineExceeded);
        let cancelled = AtomicBool::new(false);
        thread::scope(|scope| {
            let waits = scope.spawn(|| late(Deadline::default().or(&cancelled)));
            cancelled.store(true, Ordering::SeqCst);
            pool.wake();
            assert_eq!(waits.join().unwrap(), ErrorKind::DeadlineExceeded);
        });
        drop(loan);
        assert!(pool.take(Deadline::after(Some(Duration::from_mins(1)))).is_ok());
    }

    #[test]
    fn a_failure_and_a_panic_give_their_place_back() {
        let pool = Pool::<()>::new(1, || Err(Error::new(ErrorKind::Internal, "no")));
        assert!(pool.take(Deadline::default()).is_err() && pool.take(Deadline::default()).is_err());
        let pool = Pool::new(1, || Ok(()));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _worker = pool.take(Deadline::default()).unwrap();
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
        let loan = pool.take(Deadline::default()).unwrap();
        assert!(pool.try_take().is_none());
        drop(loan);
        assert!(pool.try_take().is_some());
    }
}
