//! What a suite is made of.

use std::process::Command;

use crate::Result;

/// One thing that must hold.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn() -> Result,
}

/// Whether an optional tool is there. Where the tests must be complete (`.ci/run`), its absence is an error.
pub(super) fn tool(name: &str) -> Result<bool> {
    let there = Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    if !there && std::env::var_os("CI").is_some() {
        return Err(format!("{name} is needed here"));
    }
    if !there {
        eprintln!("SKIPPED: what needs {name}, which is not installed");
    }
    Ok(there)
}
