//! `cargo xtask load` and `cargo xtask soak`: run server/examples/load, which measures the server and fails if a bound is
//! missed.

use crate::{Result, onnxruntime, project};

/// What `load` runs without a name.
const ALL: &[&str] = &["closed", "open", "slow", "term", "bomb", "login", "flood"];

/// Only run on request: an hour of everything at once.
const LONG: &str = "siege";

pub(crate) fn load(arguments: &[String]) -> Result {
    onnxruntime::provide_or_warn();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => ALL.iter().try_for_each(|name| run("release", &[name])),
        [name, ..] if ALL.contains(&name) || name == LONG => run("release", &words),
        [name, ..] => Err(format!("there is no load {name:?}; there are {} and {LONG}", ALL.join(", "))),
    }
}

pub(crate) fn soak(arguments: &[String]) -> Result {
    onnxruntime::provide_or_warn();
    let words = std::iter::once("soak").chain(arguments.iter().map(String::as_str));
    run("release", &words.collect::<Vec<_>>())
}

/// Builds the server and its load, and runs them.
pub(crate) fn run(profile: &str, words: &[&str]) -> Result {
    build(profile)?;
    let folder = project::target()?.join(if profile == "dev" { "debug" } else { profile });
    let mut load = project::program(folder.join("examples/load"));
    project::run(load.arg(folder.join("visavis-server")).args(words))
}

/// Builds the server and its load.
pub(crate) fn build(profile: &str) -> Result {
    project::build(profile, &["--bin", "visavis-server", "--example", "load"])
}
