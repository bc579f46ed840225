//! Threads for expensive work, behind a bounded queue that users share fairly.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::fair::{Full, Job, Party, RECENT, State};

/// Runs jobs on its own threads. When it is dropped, they finish the queued jobs and end.
pub(crate) struct Queue {
    shared: Arc<Shared>,
}

struct Shared {
    workers: usize,
    length: usize,
    state: Mutex<State>,
    /// Signals a new job, a finished one, or the end.
    changed: Condvar,
}

/// The current load of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) queued: usize,
    pub(crate) running: usize,
}

impl Queue {
    /// Starts `workers` threads with this name; `length` more jobs may wait.
    pub(crate) fn start(name: &str, workers: usize, length: usize) -> std::io::Result<Self> {
        let shared = Shared { workers, length, state: Mutex::default(), changed: Condvar::new() };
        let shared = Arc::new(shared);
        for number in 0..workers {
            let shared = Arc::clone(&shared);
            thread::Builder::new().name(format!("{name}-{number}")).spawn(move || shared.work())?;
        }
        Ok(Queue { shared })
    }

    /// Queues a user's job, which weighs this many pixels, or refuses it at once. The receiver gets its result: `Full` if
    /// another user's job took its place, an error if it panicked. A job whose receiver is dropped before its turn is not run.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        user: &str,
        weight: u64,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Full>>, Full> {
        let (reply, receiver) = oneshot::channel();
        let run = move |turn: Result<(), Full>| {
            if !reply.is_closed() {
                let _ = reply.send(turn.map(|()| job()));
            }
        };
        let job = Job { weight, run: Box::new(run) };
        let evicted = self.shared.lock().add(Party::new(user, weight), job, self.shared.room())?;
        self.shared.changed.notify_all();
        if let Some(job) = evicted {
            (job.run)(Err(Full));
        }
        Ok(receiver)
    }

    /// Whether even a job of weight 0 from this user would be refused now.
    pub(crate) fn is_full(&self, user: &str) -> bool {
        let state = self.shared.lock();
        let has_room = state.queued + state.running.len() < self.shared.room();
        !has_room && state.heavier_than(&Party::new(user, 0), 0).is_none()
    }

    /// How long a job that is queued now would wait for its turn.
    pub(crate) fn wait(&self) -> Duration {
        self.shared.lock().ahead() / self.shared.workers as u32
    }

    /// Its current load.
    pub(crate) fn load(&self) -> Load {
        let state = self.shared.lock();
        Load { queued: state.queued, running: state.running.len() }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    /// The most jobs that may wait or run.
    fn room(&self) -> usize {
        self.length + self.workers
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some((party, number, job)) = self.take() {
            let start = Instant::now();
            // A panic drops the job's sender, which the waiting request notices.
            let _ = visavis::catch_panic(|| {
                (job.run)(Ok(()));
                Ok(())
            });
            self.lock().done(&party, number, start.elapsed());
            self.changed.notify_all();
        }
    }

    /// Waits for a job; `None` at the end.
    fn take(&self) -> Option<(Party, u64, Job)> {
        let mut state = self.lock();
        loop {
            if let Some(taken) = state.take(self.workers) {
                return Some(taken);
            }
            if state.ended && state.queued == 0 {
                return None;
            }
            // A worker that is kept for other users becomes available when they have been idle for a while.
            let waited = self.changed.wait_timeout(state, RECENT);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    type Answer<T> = oneshot::Receiver<Result<T, Full>>;

    /// Occupies `count` workers until the senders release them; returns when they are occupied.
    fn occupy(queue: &Queue, user: &str, count: usize) -> (Vec<Sender<()>>, Vec<Answer<()>>) {
        let (started, wait_started) = channel();
        let occupied = (0..count).map(|_| {
            let (release, wait_release) = channel::<()>();
            let started = started.clone();
            let job = move || {
                started.send(()).unwrap();
                let _ = wait_release.recv();
            };
            (release, queue.submit(user, 1, job).unwrap())
        });
        let occupied = occupied.collect();
        (0..count).for_each(|_| wait_started.recv().unwrap());
        occupied
    }

    fn result<T>(answer: Answer<T>) -> Result<T, Full> {
        answer.blocking_recv().unwrap()
    }

    #[test]
    fn a_full_queue_refuses_at_once_and_recovers() {
        let queue = Queue::start("test", 1, 1).unwrap();
        let (release, first) = occupy(&queue, "ann", 1);
        let second = queue.submit("ann", 1, || 2).unwrap();
        assert!(queue.is_full("ann"));
        assert_eq!(queue.submit("ann", 1, || 3).unwrap_err(), Full);
        assert_eq!(queue.load(), Load { queued: 1, running: 1 });
        release[0].send(()).unwrap();
        assert_eq!(first.into_iter().map(result).collect::<Vec<_>>(), [Ok(())]);
        assert_eq!(result(second), Ok(2));
    }

    #[test]
    fn the_wait_depends_on_the_time_number_and_progress_of_jobs() {
        let queue = Queue::start("test", 2, 9).unwrap();
        assert_eq!(queue.wait(), Duration::ZERO);
        let (release, _answers) = occupy(&queue, "ann", 2);
        let waiting = queue.submit("ann", 1, || ()).unwrap();
        {
            let mut state = queue.shared.lock();
            (state.spent, state.weighed) = (Duration::from_secs(4), 1.0);
            for running in state.running.values_mut() {
                running.charged = Duration::from_secs(4);
            }
        }
        assert_eq!(queue.wait(), Duration::from_secs(6), "three jobs of four seconds for two workers");
        for running in queue.shared.lock().running.values_mut() {
            running.since = Instant::now().checked_sub(Duration::from_secs(40)).unwrap();
        }
        assert!(queue.wait() >= Duration::from_secs(42), "they take longer than the last ones did");
        drop(release);
        result(waiting).unwrap();
    }

    #[test]
    fn a_panic_affects_only_its_own_job() {
        let queue = Queue::start("test", 1, 2).unwrap();
        assert!(queue.submit("ann", 1, || panic!("on purpose")).unwrap().blocking_recv().is_err());
        assert_eq!(result(queue.submit("ann", 1, || 2).unwrap()), Ok(2));
        assert_eq!(queue.load().queued, 0);
    }

    #[test]
    fn jobs_of_clients_that_left_are_not_run() {
        let queue = Queue::start("test", 1, 2).unwrap();
        let (release, _answers) = occupy(&queue, "ann", 1);
        let (ran, was_run) = channel::<()>();
        drop(queue.submit("ann", 1, move || ran.send(())).unwrap());
        release[0].send(()).unwrap();
        assert_eq!(result(queue.submit("ann", 1, || 3).unwrap()), Ok(3));
        assert!(was_run.try_recv().is_err());
    }

    #[test]
    fn a_user_with_many_jobs_makes_room_for_one_with_few() {
        let queue = Queue::start("test", 1, 3).unwrap();
        let (release, _answers) = occupy(&queue, "ann", 1);
        let mut many: Vec<_> = (0..3).map(|_| queue.submit("ann", 1, || ()).unwrap()).collect();
        assert!(queue.is_full("ann") && !queue.is_full("bob"));
        let few = queue.submit("bob", 1, || ()).unwrap();
        assert_eq!(result(many.pop().unwrap()), Err(Full), "the last of ann's");
        assert_eq!(
            queue.submit("bob", 1, || ()).unwrap_err(),
            Full,
            "each has as many as the other would have"
        );
        release[0].send(()).unwrap();
        many.push(few);
        assert!(many.into_iter().all(|answer| result(answer).is_ok()));
    }
}
