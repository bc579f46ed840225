//! The workspace: formatting, lints, documentation, tests.

use super::Step;
use crate::{Result, project};

pub(super) const STEPS: &[Step] = &[
    Step { name: "fmt", run: fmt },
    Step { name: "clippy", run: clippy },
    Step { name: "docs", run: docs },
    Step { name: "tests", run: tests },
];

fn fmt() -> Result {
    project::run(project::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result {
    let mut cargo = project::cargo();
    project::run(cargo.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn docs() -> Result {
    let mut cargo = project::cargo();
    project::run(cargo.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn tests() -> Result {
    project::run(project::cargo().args(["test", "--workspace"]))
}
