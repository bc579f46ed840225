//! When a call gives up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::clock::Instant;
use crate::error::{Error, ErrorKind, Result};

/// The time after which a call gives up, and a flag that ends it earlier; by default there is neither.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadline<'c> {
    moment: Option<Instant>,
    cancelled: Option<&'c AtomicBool>,
}

impl<'c> Deadline<'c> {
    /// After this duration; none if that overflows the clock.
    pub(crate) fn after(time: Option<Duration>) -> Self {
        Deadline { moment: time.and_then(|time| Instant::now().checked_add(time)), cancelled: None }
    }

    /// Also ends when this becomes true.
    pub(crate) fn or(self, cancelled: &'c AtomicBool) -> Self {
        Deadline { cancelled: Some(cancelled), ..self }
    }

    /// The time left; `None` without a deadline.
    pub(crate) fn left(self) -> Option<Duration> {
        self.moment.map(|moment| moment.saturating_duration_since(Instant::now()))
    }

    /// Call this between steps of a few milliseconds.
    pub(crate) fn check(self) -> Result<()> {
        let message = if self.cancelled.is_some_and(|cancelled| cancelled.load(Ordering::Relaxed)) {
            "the call was cancelled"
        } else if self.left().is_some_and(|left| left.is_zero()) {
            "the call took longer than its deadline allows"
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::DeadlineExceeded, message))
    }
}
