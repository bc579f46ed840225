//! `cargo xtask models [--check]`: runs models/convert/convert.py with the packages that it needs.
//!
//! Not part of `cargo xtask test`: it fetches some hundred megabytes, and the files' hashes are pinned anyway.

use crate::{Result, project};

pub(crate) fn command(arguments: &[String]) -> Result {
    if !matches!(arguments, [] | [_]) || arguments.iter().any(|argument| argument != "--check") {
        return Err("models takes no arguments but --check".into());
    }
    let folder = project::target()?.join("models");
    let python = folder.join("bin/python");
    if !python.is_file() {
        project::run(project::program("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    let mut pip = project::program(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    project::run(pip.arg("models/convert/requirements.txt"))?;
    project::run(project::program(&python).arg("models/convert/convert.py").args(arguments))
}
