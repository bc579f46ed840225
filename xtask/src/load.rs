//! `cargo xtask load` and `cargo xtask soak`: what server/examples/load.rs measures, and what must hold.

use crate::{Result, onnxruntime, project};

pub(crate) fn load(arguments: &[String]) -> Result {
    onnxruntime::provide_or_warn();
    match arguments {
        [] => ["closed", "open", "slow"].into_iter().try_for_each(|name| run(&["--release"], &[name])),
        some => run(&["--release"], &some.iter().map(String::as_str).collect::<Vec<_>>()),
    }
}

pub(crate) fn soak(arguments: &[String]) -> Result {
    onnxruntime::provide_or_warn();
    let words = std::iter::once("soak").chain(arguments.iter().map(String::as_str));
    run(&["--release"], &words.collect::<Vec<_>>())
}

pub(crate) fn run(profile: &[&str], words: &[&str]) -> Result {
    let mut cargo = project::cargo();
    cargo.args(["run", "--quiet", "--package", "visavis-server", "--example", "load"]).args(profile);
    project::run(cargo.arg("--").args(words))
}
