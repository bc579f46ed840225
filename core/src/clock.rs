//! The time, also on the web, where the standard library's clock panics.

use std::time::Duration;

pub(crate) use web_time::Instant;

pub(crate) fn timed<T>(duration: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    *duration = start.elapsed();
    result
}
