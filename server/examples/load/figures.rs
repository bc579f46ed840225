//! Statistics of measured times, and requirements on them.

use std::time::Duration;

use crate::Result;

/// Fails with a message if a requirement does not hold.
pub(crate) fn require(holds: bool, what: &str) -> Result {
    if holds { Ok(()) } else { Err(format!("requirement not met: {what}")) }
}

/// The quantile of the values at `part`, 0..=1.
pub(crate) fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * part) as usize;
    values.get(place.min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
