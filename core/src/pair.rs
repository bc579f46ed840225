//! The two photos of a comparison: side by side or one after the other, and which of two errors is reported.

use std::thread;

use crate::deadline::Deadline;
use crate::error::{Error, Result, Side, Stage, Stamp};
use crate::memory;
use crate::photo::Photo;
use crate::pool::Loan;
use crate::verdict::Extraction;
use crate::verifier::Verifier;
use crate::worker::Worker;

impl Verifier {
    /// Side by side if requested and a second worker is free, otherwise one after the other.
    pub(crate) fn extract_both(
        &self,
        [probe, reference]: [&Photo<'_>; 2],
        both: bool,
    ) -> Result<[Extraction; 2]> {
        let deadline = self.deadline();
        let mut worker = self.take(deadline)?;
        // A thread that has no memory when it starts aborts the process.
        let both = both && memory::check(memory::HEADROOM).is_ok();
        let second = both.then(|| self.pool.try_take()).flatten().and_then(Result::ok);
        let Some(second) = second else {
            return self.extract_in_turn(&mut worker, [probe, reference], deadline);
        };
        let (probe, reference) =
            self.extract_side_by_side((&mut worker, probe), (second, reference), deadline);
        let probe = probe.map_err(|error| error.at_side(Side::Probe));
        let reference = reference.map_err(|error| error.at_side(Side::Reference));
        match (probe, reference) {
            (Ok(probe), Ok(reference)) => Ok([probe, reference]),
            (Err(error), Err(other)) => Err(first_of(error, other)),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// After a probe without a face, the reference is decoded but not searched.
    fn extract_in_turn(
        &self,
        worker: &mut Worker,
        [probe, reference]: [&Photo<'_>; 2],
        deadline: Deadline<'_>,
    ) -> Result<[Extraction; 2]> {
        let error = match self.extract_with(worker, probe, deadline) {
            Ok(probe) => {
                let reference = self.extract_with(worker, reference, deadline);
                return Ok([probe, reference.map_err(|error| error.at_side(Side::Reference))?]);
            }
            Err(error) => error.at_side(Side::Probe),
        };
        if is_unreadable(&error) {
            return Err(error);
        }
        let decoded = || {
            let loaded = reference.load(self.options.limits.max_bytes)?;
            self.look(&loaded, deadline).map(drop)
        };
        Err(match decoded().stage(Stage::Decode) {
            Ok(()) => error,
            Err(other) => first_of(error, other.at_side(Side::Reference)),
        })
    }

    fn extract_side_by_side(
        &self,
        (worker, probe): (&mut Worker, &Photo<'_>),
        (mut second, reference): (Loan<'_, Worker>, &Photo<'_>),
        deadline: Deadline<'_>,
    ) -> (Result<Extraction>, Result<Extraction>) {
        thread::scope(|scope| {
            let other = move || self.extract_with(&mut second, reference, deadline);
            let other = thread::Builder::new().name("visavis".into()).spawn_scoped(scope, other);
            let probe = self.extract_with(worker, probe, deadline);
            let reference = match other {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // The system cannot start another thread.
                Err(_) => self.extract_with(worker, reference, deadline),
            };
            (probe, reference)
        })
    }
}

fn is_unreadable(error: &Error) -> bool {
    error.stage() == Some(Stage::Decode)
}

/// An unreadable image is reported before a missing face, else the probe's error before the reference's.
fn first_of(probe: Error, reference: Error) -> Error {
    if is_unreadable(&reference) && !is_unreadable(&probe) { reference } else { probe }
}
