//! `cargo xtask models [high] [--check]`: runs models/convert/convert.py with the packages that it needs.
//!
//! Not part of `cargo xtask test`: it fetches some hundred megabytes, and the hashes of the files are pinned anyway.

use crate::{Result, models_high, project, venv};

pub(crate) fn command(arguments: &[String]) -> Result {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] | ["high" | "--check"] | ["high", "--check"] => convert(&words),
        ["high", "--packages", folder] => {
            convert(&["high"])?;
            models_high::pack(folder)
        }
        _ => Err("models takes only high, --check and, after high, --packages FOLDER".into()),
    }
}

fn convert(arguments: &[&str]) -> Result {
    let python = venv::provide("models", "models/convert/requirements.txt")?;
    project::run(project::program(python).arg("models/convert/convert.py").args(arguments))
}
