//! What `cargo xtask test` runs: one file per language, each with the list of its steps.

mod c;
mod rust;

use crate::Result;

/// One thing that must hold.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn() -> Result,
}

/// Every step, in the order they run: what fails fastest comes first.
pub(crate) fn steps() -> impl Iterator<Item = &'static Step> {
    [rust::STEPS, c::STEPS].into_iter().flatten()
}
