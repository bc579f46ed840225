//! No panic passes into C, and none writes to the stderr of the host.

use std::panic;
use std::sync::Once;

use face::{Result, catch_panic};

/// Turns a panic into an error. Rust would write it to stderr as well.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| panic::set_hook(Box::new(|_| {})));
    catch_panic(work)
}

/// Runs the body of a function that cannot fail; should it panic all the same, the answer is `fallback`.
pub(crate) fn guard_or<T>(fallback: T, work: impl FnOnce() -> T) -> T {
    caught(|| Ok(work())).unwrap_or(fallback)
}
