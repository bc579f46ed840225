//! Functions that cannot fail, and do not unwind into C if they do all the same.

use face::catch_panic;

/// Runs the body of a function that cannot fail; should it panic all the same, the answer is `fallback`.
pub(crate) fn guard_or<T>(fallback: T, work: impl FnOnce() -> T) -> T {
    catch_panic(|| Ok(work())).unwrap_or(fallback)
}
