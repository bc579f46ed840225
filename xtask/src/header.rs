//! `cargo xtask header [--check]`: generates include/visavis.h from ffi/src, or compares it.

use std::fs;

use crate::{Result, project};

pub(crate) fn command(arguments: &[String]) -> Result {
    match arguments {
        [] => {
            let header = project::root().join("include/visavis.h");
            fs::write(&header, make()?).map_err(|error| format!("{}: {error}", header.display()))
        }
        [flag] if flag == "--check" => check(),
        _ => Err("header takes no argument other than --check".into()),
    }
}

/// Checks that the committed header is the one that the sources generate.
pub(crate) fn check() -> Result {
    let header = project::root().join("include/visavis.h");
    let known = fs::read_to_string(&header).map_err(|error| format!("{}: {error}", header.display()))?;
    let made = make()?;
    match known.lines().zip(made.lines()).position(|(old, new)| old != new) {
        _ if known == made => Ok(()),
        line => {
            let line = line.map_or("its end".to_owned(), |line| format!("line {}", line + 1));
            Err(format!(
                "include/visavis.h differs from what ffi/src generates, from {line} on: run cargo xtask header"
            ))
        }
    }
}

fn make() -> Result<String> {
    let output = project::cargo()
        .args(["run", "--quiet", "--bin", "visavis-header"])
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err("the header cannot be generated".into());
    }
    String::from_utf8(output.stdout).map_err(|_| "the header is not UTF-8".into())
}
