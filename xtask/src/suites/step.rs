//! The steps of a suite.

use std::process::Command;

use crate::Result;

/// One check.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn() -> Result,
}

/// Whether an optional tool is installed. If the tests must be complete (`.ci/run`), its absence is an error.
pub(super) fn tool(name: &str) -> Result<bool> {
    let there = Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    if !there && std::env::var_os("CI").is_some() {
        return Err(format!("{name} is needed, but not installed"));
    }
    if !there {
        eprintln!("SKIPPED: tests that need {name}, which is not installed");
    }
    Ok(there)
}
