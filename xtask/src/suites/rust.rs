//! The workspace: formatting, lints, features, documentation, dependencies, tests.

use std::path::PathBuf;

use super::Step;
use crate::{Result, panicking, project, toolchain};

pub(super) const STEPS: &[Step] = &[
    Step { name: "fmt", run: fmt },
    Step { name: "deny", run: deny },
    Step { name: "clippy", run: clippy },
    Step { name: "features", run: features },
    Step { name: "platforms", run: platforms },
    Step { name: "docs", run: docs },
    Step { name: "tests", run: tests },
];

const CARGO_DENY: &str = "0.20.2";

fn fmt() -> Result {
    project::run(project::cargo().args(["fmt", "--all", "--check"]))
}

/// Licences, duplicates and sources of what is depended on, as deny.toml allows them. Not advisories: it says why.
fn deny() -> Result {
    let mut deny = project::program(cargo_deny()?);
    project::run(deny.args(["--workspace", "--locked", "check", "licenses", "bans", "sources"]))
}

/// Installed by cargo, since no registry has it built; unoptimised, that takes less time than it takes to run the rest.
fn cargo_deny() -> Result<PathBuf> {
    let folder = project::target()?.join(format!("cargo-deny-{CARGO_DENY}"));
    let program = folder.join("bin/cargo-deny");
    if !program.is_file() {
        let mut install = project::cargo();
        install.args(["install", "--quiet", "--locked", "--debug", "cargo-deny", "--version", CARGO_DENY]);
        project::run(install.arg("--root").arg(&folder).env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
    }
    Ok(program)
}

fn clippy() -> Result {
    let mut cargo = project::cargo();
    project::run(cargo.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// What is left without the default features, and what the tests of bindings add to that. The other steps build the
/// rest: everything by default, and `test-panic` on top of it.
fn features() -> Result {
    let check = |more: &[&str]| {
        let mut cargo = project::cargo();
        cargo.args(["clippy", "--workspace", "--all-targets", "--no-default-features"]).args(more);
        project::run(cargo.args(["--", "-D", "warnings"]))
    };
    check(&[])?;
    check(&["--features", panicking::FEATURES])
}

/// Platforms that are not this one: what this project's code says compiles for them. Nothing is linked or run.
fn platforms() -> Result {
    for (target, packages) in [
        ("aarch64-apple-darwin", &["--package=visavis", "--package=visavis-ffi"][..]),
        ("x86_64-pc-windows-gnu", &["--package=visavis"]),
    ] {
        if toolchain::has(target)? {
            project::run(project::cargo().args(["check", "--lib", "--target", target]).args(packages))?;
        } else {
            eprintln!("SKIPPED: {target}, whose standard library is not here and cannot be added");
        }
    }
    Ok(())
}

/// Documentation without a warning, also of the libraries that only other languages see. The C ABI's library has the
/// core's name, so that its pages have to make way for the core's.
fn docs() -> Result {
    let doc = |which: &[&str]| {
        let mut cargo = project::cargo();
        cargo.args(["doc", "--workspace", "--no-deps"]).args(which);
        project::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
    };
    doc(&["--lib", "--exclude", "visavis"])?;
    project::remove(&project::target()?.join("doc/visavis"))?;
    doc(&[])
}

fn tests() -> Result {
    // What tests build themselves has the features that the whole workspace gives its dependencies, too.
    project::run(project::cargo().args(["test", "--workspace"]).env("VISAVIS_TEST_BUILD", "--workspace"))
}
