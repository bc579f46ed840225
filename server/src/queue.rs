//! Threads for the heavy work, behind a queue that is never longer than allowed.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Runs jobs on its own threads. Dropping it lets the threads finish what is queued and end.
pub(crate) struct Queue {
    jobs: SyncSender<Job>,
    workers: usize,
    length: usize,
    load: Arc<Load>,
}

/// What a queue is doing.
#[derive(Debug, Default)]
pub(crate) struct Load {
    queued: AtomicUsize,
    running: AtomicUsize,
    /// Nanoseconds that the last jobs took, on average; 0 before the first.
    mean: AtomicU64,
}

/// There is no room for another job now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Counts up now and down when dropped, also by a panic.
struct Counted<'a>(&'a AtomicUsize);

impl Queue {
    /// Starts `workers` threads of this name; `length` more jobs may wait.
    pub(crate) fn start(name: &str, workers: usize, length: usize) -> std::io::Result<Self> {
        let (jobs, receiver) = sync_channel::<Job>(length);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..workers {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new().name(format!("{name}-{number}")).spawn(move || work(&receiver))?;
        }
        Ok(Queue { jobs, workers, length, load: Arc::default() })
    }

    /// Queues a job at once or not at all. Its result comes through the receiver, which fails if the job panicked.
    /// A job whose receiver is gone before its turn is not run.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, Full> {
        let (reply, receiver) = oneshot::channel();
        let load = Arc::clone(&self.load);
        let run = move || {
            load.queued.fetch_sub(1, Ordering::Relaxed);
            let _running = Counted::up(&load.running);
            if !reply.is_closed() {
                let start = Instant::now();
                let result = job();
                load.took(start.elapsed());
                let _ = reply.send(result);
            }
        };
        // Counted before it is sent: a worker may take it before `try_send` returns.
        self.load.queued.fetch_add(1, Ordering::Relaxed);
        match self.jobs.try_send(Box::new(run)) {
            Ok(()) => Ok(receiver),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.load.queued.fetch_sub(1, Ordering::Relaxed);
                Err(Full)
            }
        }
    }

    /// Whether a job would be refused now.
    pub(crate) fn is_full(&self) -> bool {
        self.load.queued() >= self.length && self.load.running() >= self.workers
    }

    /// How long a job that came now would wait for its turn, by what the last ones took.
    pub(crate) fn wait(&self) -> Duration {
        let ahead = self.load.queued() + self.load.running();
        let mean = self.load.mean.load(Ordering::Relaxed);
        Duration::from_nanos(mean.saturating_mul(ahead as u64) / self.workers as u64)
    }

    /// What it is doing now.
    pub(crate) fn load(&self) -> &Load {
        &self.load
    }
}

impl Load {
    /// Jobs that wait.
    pub(crate) fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// Jobs that are being done.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// Each job counts an eighth, so that the mean follows the traffic of the last seconds.
    fn took(&self, time: Duration) {
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let follow = |mean| Some(if mean == 0 { time } else { mean - mean / 8 + time / 8 });
        let _ = self.mean.fetch_update(Ordering::Relaxed, Ordering::Relaxed, follow);
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // The job's sender is dropped by the panic: the waiting request learns of it.
        let _ = visavis::catch_panic(|| {
            job();
            Ok(())
        });
    }
}

impl<'a> Counted<'a> {
    fn up(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Counted(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn refuses_at_once_when_full_and_goes_on_afterwards() {
        let queue = Queue::start("test", 1, 1).unwrap();
        let (started, wait_started) = channel();
        let (release, wait_release) = channel::<()>();
        let first = queue.submit(move || {
            started.send(()).unwrap();
            wait_release.recv().unwrap();
            1
        });
        wait_started.recv().unwrap();
        let second = queue.submit(|| 2).unwrap();
        assert!(queue.is_full());
        assert_eq!(queue.submit(|| 3).unwrap_err(), Full);
        assert_eq!((queue.load().running(), queue.load().queued()), (1, 1));
        release.send(()).unwrap();
        assert_eq!((first.unwrap().blocking_recv(), second.blocking_recv()), (Ok(1), Ok(2)));
    }

    #[test]
    fn the_wait_follows_what_jobs_take_and_how_many_are_ahead() {
        let queue = Queue::start("test", 2, 9).unwrap();
        assert_eq!(queue.wait(), Duration::ZERO);
        queue.load.took(Duration::from_secs(4));
        assert_eq!(queue.wait(), Duration::ZERO, "nobody is ahead");
        let (release, wait_release) = channel::<()>();
        let held = Arc::new(Mutex::new(wait_release));
        let jobs: Vec<_> = (0..3)
            .map(|_| {
                let held = Arc::clone(&held);
                queue.submit(move || held.lock().unwrap().recv()).unwrap()
            })
            .collect();
        assert_eq!(queue.wait(), Duration::from_secs(6), "three jobs of four seconds for two workers");
        queue.load.took(Duration::from_secs(12));
        assert_eq!(queue.wait(), Duration::from_millis(7500));
        for job in jobs {
            release.send(()).unwrap();
            job.blocking_recv().unwrap().unwrap();
        }
    }

    #[test]
    fn a_panic_costs_its_own_job_only() {
        let queue = Queue::start("test", 1, 2).unwrap();
        assert!(queue.submit(|| panic!("on purpose")).unwrap().blocking_recv().is_err());
        assert_eq!(queue.submit(|| 2).unwrap().blocking_recv(), Ok(2));
        assert_eq!(queue.load().queued(), 0);
    }

    #[test]
    fn nobody_works_for_a_client_that_left() {
        let queue = Queue::start("test", 1, 2).unwrap();
        let (release, wait_release) = channel::<()>();
        let first = queue.submit(move || wait_release.recv()).unwrap();
        let (ran, was_run) = channel::<()>();
        drop(queue.submit(move || ran.send(())).unwrap());
        release.send(()).unwrap();
        first.blocking_recv().unwrap().unwrap();
        assert_eq!(queue.submit(|| 3).unwrap().blocking_recv(), Ok(3));
        assert!(was_run.try_recv().is_err());
    }
}
