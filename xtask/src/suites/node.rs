//! The Node package: its types, its tests, and what would be published.

use std::fs;
use std::path::PathBuf;

use super::{Step, tool};
use crate::{Result, install, project};

pub(super) const STEPS: &[Step] = &[
    Step { name: "node-build", run: build },
    Step { name: "node", run: tests },
    Step { name: "node-package", run: package },
];

/// Tests of what is built; `package.test.mjs` tests what is packed.
const TESTS: &[&str] =
    &["golden", "inputs", "errors", "template", "queue", "engine", "lifecycle", "memory", "panic", "types"];

/// The native half, a second one that panics when it is told to, and types that are those that are committed.
fn build() -> Result {
    if !there()? {
        return Ok(());
    }
    project::run_quietly(
        project::program("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder()),
    )?;
    let mut cargo = project::cargo();
    cargo.args(["build", "--release", "--package", "visavis-node", "--lib", "--features", "test-panic"]);
    project::run(&mut cargo)?;
    let library = project::target()?.join("release/libvisavis_node.so");
    let panics = panics()?;
    fs::create_dir_all(panics.with_file_name("")).map_err(|error| error.to_string())?;
    fs::copy(&library, &panics).map_err(|error| format!("{}: {error}", library.display()))?;
    project::run(project::program("node").args(["scripts/build.mjs", "--check"]).current_dir(folder()))
}

fn tests() -> Result {
    run(TESTS)
}

fn package() -> Result {
    run(&["package"])
}

fn run(names: &[&str]) -> Result {
    if !there()? {
        return Ok(());
    }
    let mut node = project::program("node");
    node.args(["--expose-gc", "--test", "--test-reporter=spec"]).current_dir(folder());
    node.args(names.iter().map(|name| format!("test/{name}.test.mjs"))).env("VISAVIS_TEST_PANIC", panics()?);
    if let Some(library) = install::provided() {
        node.env("VISAVIS_TEST_ONNXRUNTIME", library);
    }
    project::run(&mut node)
}

fn there() -> Result<bool> {
    Ok(tool("node")? && tool("npm")?)
}

fn folder() -> PathBuf {
    project::root().join("bindings/node")
}

fn panics() -> Result<PathBuf> {
    Ok(project::target()?.join("node/panic/visavis.linux-x64-gnu.node"))
}
