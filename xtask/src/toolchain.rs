//! The platforms that the compiler can compile for.

use std::path::PathBuf;
use std::process::Command;

use crate::{Result, project};

/// Whether the standard library of a target is installed, or could be added.
pub(crate) fn has(target: &str) -> Result<bool> {
    let there = |program: &mut Command| program.output().is_ok_and(|output| output.status.success());
    if there(project::program("rustup").args(["target", "add", target])) {
        return Ok(true);
    }
    Ok(sysroot()?.join("lib/rustlib").join(target).is_dir())
}

/// The sysroot of the compiler in use.
pub(crate) fn sysroot() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = project::program(rustc).args(["--print", "sysroot"]).output();
    let output = output.map_err(|error| format!("rustc cannot be run: {error}"))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}
