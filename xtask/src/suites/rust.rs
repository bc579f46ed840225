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
    Step { name: "crate", run: crate_contents },
    Step { name: "docs", run: docs },
    Step { name: "tests", run: tests },
    Step { name: "properties", run: properties },
];

const CARGO_DENY: &str = "0.20.2";

fn fmt() -> Result {
    project::run(project::cargo().args(["fmt", "--all", "--check"]))
}

/// Licences, duplicates and sources of the dependencies, as deny.toml allows them. Not advisories: deny.toml says why.
fn deny() -> Result {
    let mut deny = project::program(cargo_deny()?);
    project::run(deny.args(["--workspace", "--locked", "check", "licenses", "bans", "sources"]))
}

/// Installed by cargo, since no registry has a binary; unoptimised, so that this takes less time than the other steps.
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

/// The workspace without the default features, alone and with the features that tests of bindings need. The other steps
/// build the default features, alone and with `test-panic`.
fn features() -> Result {
    let check = |more: &[&str]| {
        let mut cargo = project::cargo();
        cargo.args(["clippy", "--workspace", "--all-targets", "--no-default-features"]).args(more);
        project::run(cargo.args(["--", "-D", "warnings"]))
    };
    check(&[])?;
    check(&["--features", panicking::FEATURES])
}

/// Checks that the code compiles for other platforms. Nothing is linked or run.
fn platforms() -> Result {
    let published = ["--package=visavis-ffi", "--package=visavis-python", "--package=visavis-node"];
    for (targets, packages) in [
        (
            // At once, so that no core waits for the end of each.
            &["aarch64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "aarch64-apple-darwin"][..],
            &published[..],
        ),
        (&["x86_64-pc-windows-gnu"], &["--package=visavis"]),
    ] {
        let mut check = project::cargo();
        check.args(["check", "--lib"]).args(packages);
        let mut any = false;
        for target in targets {
            if toolchain::has(target)? {
                check.args(["--target", target]);
                any = true;
            } else {
                eprintln!("SKIPPED: {target}, whose standard library is not installed and cannot be added");
            }
        }
        if any {
            project::run(&mut check)?;
        }
    }
    Ok(())
}

/// Checks that the core as cargo would publish it has what is compiled in, its documents, and nothing else. `cargo xtask
/// packages` also compiles it from its package.
fn crate_contents() -> Result {
    let mut list = project::cargo();
    list.args(["package", "--package", "visavis", "--list", "--allow-dirty", "--quiet"]);
    let output = list.output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo package: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let files = String::from_utf8_lossy(&output.stdout);
    let (models, others): (Vec<&str>, Vec<&str>) =
        files.lines().filter(|file| !file.starts_with("src/")).partition(|file| file.starts_with("models/"));
    let networks = models.iter().filter(|file| file.contains(".onnx")).count();
    let kept = ["manifest.toml", "MODEL_CARD.md", "LICENSES/README.md"];
    let missing = kept.into_iter().find(|file| !models.contains(&format!("models/{file}").as_str()));
    let known = ["Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT", "NOTICE", "README.md"];
    let more = others.iter().find(|file| {
        !known.contains(file) && !file.starts_with("Cargo.toml") && **file != ".cargo_vcs_info.json"
    });
    match (missing, more) {
        (Some(missing), _) => Err(format!("the crate lacks models/{missing}")),
        (_, Some(more)) => Err(format!("{more} does not belong in the crate")),
        _ if networks != 3 => Err(format!("the crate has {networks} networks")),
        _ => Ok(()),
    }
}

/// Documentation without a warning, also of the libraries that only other languages use. The C ABI's library has the same
/// name as the core, so its pages are removed before the core's are written.
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

/// The fuzzed properties, for 20 seconds each, with changes that are the same every time. Fuzzing itself would compile
/// everything again, with the sanitizer.
fn properties() -> Result {
    let mut cargo = project::cargo();
    project::run(cargo.args(["test", "--workspace", "--test", "walk"]).env("VISAVIS_FUZZ_SECONDS", "20"))
}

fn tests() -> Result {
    // What tests build themselves also uses the features that the whole workspace enables in its dependencies.
    project::run(project::cargo().args(["test", "--workspace"]).env("VISAVIS_TEST_BUILD", "--workspace"))
}
