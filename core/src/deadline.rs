//! When a call is to give up.

use std::time::Duration;

use crate::clock::Instant;
use crate::error::{Error, ErrorKind, Result};

/// A moment after which nobody waits for the answer any more; by default there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// So long from now. What is too far away to be told is none.
    pub(crate) fn after(time: Option<Duration>) -> Self {
        Deadline(time.and_then(|time| Instant::now().checked_add(time)))
    }

    /// To be asked between steps of a few milliseconds.
    pub(crate) fn check(self) -> Result<()> {
        match self.0 {
            Some(moment) if Instant::now() >= moment => {
                Err(Error::new(ErrorKind::DeadlineExceeded, "the photo took longer than the call may take"))
            }
            _ => Ok(()),
        }
    }
}
