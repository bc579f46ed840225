//! What `cargo xtask test` runs: one file per language, each with the list of its steps.

mod bench;
mod c;
mod deploy;
mod node;
mod python;
mod rust;
mod server;

use std::process::Command;

use crate::Result;

/// One thing that must hold.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn() -> Result,
}

/// Every step, in the order they run: what fails fastest comes first.
pub(crate) fn steps() -> impl Iterator<Item = &'static Step> {
    [rust::STEPS, bench::STEPS, deploy::STEPS, server::STEPS, c::STEPS, python::STEPS, node::STEPS]
        .into_iter()
        .flatten()
}

/// Whether an optional tool is there. Where the tests must be complete (`.ci/run`), its absence is an error.
fn tool(name: &str) -> Result<bool> {
    let there = Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    if !there && std::env::var_os("CI").is_some() {
        return Err(format!("{name} is needed here"));
    }
    if !there {
        eprintln!("SKIPPED: what needs {name}, which is not installed");
    }
    Ok(there)
}
