//! Long work in parallel. The calling thread shows the progress meanwhile.

use std::io::{self, IsTerminal, Write};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use visavis::Verifier;

use crate::failure::Result;
use crate::output::Console;

/// How often the progress is redrawn.
const REFRESH: Duration = Duration::from_millis(200);

/// A number of steps that can be taken in any order.
pub(crate) struct Work {
    /// What is being done, and to what, in words: "Extracting", "photos".
    what: [&'static str; 2],
    count: usize,
    /// How many threads share the steps.
    workers: usize,
}

impl Work {
    pub(crate) fn new(what: [&'static str; 2], count: usize, verifier: &Verifier) -> Self {
        Work { what, count, workers: verifier.options().workers }
    }

    /// The results of all steps in their order, or an error of one of them.
    pub(crate) fn map<T: Send>(
        &self,
        console: &mut Console<'_>,
        step: impl Fn(usize) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let parts = self.fold(console, Vec::new, |done, index| {
            done.push((index, step(index)?));
            Ok(())
        })?;
        let mut done: Vec<(usize, T)> = parts.into_iter().flatten().collect();
        done.sort_unstable_by_key(|(index, _)| *index);
        Ok(done.into_iter().map(|(_, result)| result).collect())
    }

    /// Each thread adds the results of its steps to its own accumulator. Returns these, or the error of one step.
    pub(crate) fn fold<T: Send>(
        &self,
        console: &mut Console<'_>,
        new: impl Fn() -> T + Sync,
        step: impl Fn(&mut T, usize) -> Result<()> + Sync,
    ) -> Result<Vec<T>> {
        let next = AtomicUsize::new(0);
        let run = || {
            let mut part = new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= self.count {
                    return Ok(part);
                }
                // After an error no thread takes another step.
                step(&mut part, index).inspect_err(|_| next.store(self.count, Ordering::Relaxed))?;
            }
        };
        thread::scope(|scope| {
            // Each thread drops its copy when it ends, even by a panic.
            let (alive, ended) = mpsc::channel::<()>();
            let spawn = |_| {
                let alive = alive.clone();
                scope.spawn(|| {
                    let _alive = alive;
                    run()
                })
            };
            let threads: Vec<_> = (0..self.workers.clamp(1, self.count.max(1))).map(spawn).collect();
            drop(alive);
            if io::stderr().is_terminal() {
                self.show_until(&ended, &next, console.err);
            }
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        })
    }

    fn show_until(&self, ended: &mpsc::Receiver<()>, next: &AtomicUsize, err: &mut dyn Write) {
        let ([what, unit], count) = (self.what, self.count);
        while ended.recv_timeout(REFRESH) == Err(RecvTimeoutError::Timeout) {
            let begun = next.load(Ordering::Relaxed).min(count);
            let _ = write!(err, "\r{what} {begun} of {count} {unit}").and_then(|()| err.flush());
        }
        // Clears the line.
        let _ = write!(err, "\r\x1b[K").and_then(|()| err.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    fn work(count: usize, workers: usize) -> Work {
        Work { what: ["Counting", "numbers"], count, workers }
    }

    fn with_console<T>(run: impl FnOnce(&mut Console<'_>) -> T) -> T {
        run(&mut Console { out: &mut io::sink(), err: &mut io::sink() })
    }

    #[test]
    fn results_are_in_order_whatever_the_number_of_threads() {
        for (count, workers) in [(0, 4), (1, 4), (100, 1), (100, 3)] {
            let squares =
                with_console(|console| work(count, workers).map(console, |index| Ok(index * index))).unwrap();
            assert_eq!(squares, (0..count).map(|index| index * index).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        let taken = AtomicUsize::new(0);
        let result = with_console(|console| {
            work(1_000_000, 2).map(console, |index| {
                taken.fetch_add(1, Ordering::Relaxed);
                if index == 10 { Err(Failure::argument("ten")) } else { Ok(()) }
            })
        });
        assert_eq!(result.unwrap_err().message(), "ten");
        assert!(taken.into_inner() < 1_000_000);
    }

    #[test]
    #[should_panic(expected = "defect")]
    fn a_panic_reaches_the_caller() {
        let _ = with_console(|console| work(4, 2).map(console, |_| -> Result<()> { panic!("defect") }));
    }
}
