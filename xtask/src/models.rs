//! `cargo xtask models [--check]`: runs models/convert/convert.py with the packages that it needs.
//!
//! Not part of `cargo xtask test`: it fetches some hundred megabytes, and the hashes of the files are pinned anyway.

use crate::{Result, project, venv};

pub(crate) fn command(arguments: &[String]) -> Result {
    if !matches!(arguments, [] | [_]) || arguments.iter().any(|argument| argument != "--check") {
        return Err("models takes no arguments but --check".into());
    }
    let python = venv::provide("models", "models/convert/requirements.txt")?;
    project::run(project::program(python).arg("models/convert/convert.py").args(arguments))
}
