//! No panic reaches C, and none writes to the host's stderr.

use std::panic;
use std::sync::Once;

use face::{Result, catch_panic};

/// Turns a panic into an error, without the message that Rust would write to stderr.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| panic::set_hook(Box::new(|_| {})));
    catch_panic(work)
}

/// Runs the body of a function that cannot fail; if it panics, the result is `fallback`.
pub(crate) fn guard_or<T>(fallback: T, work: impl FnOnce() -> T) -> T {
    caught(|| Ok(work())).unwrap_or(fallback)
}
