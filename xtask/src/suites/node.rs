//! The Node package: its types, its tests, and the package as published.

use std::fs;
use std::path::PathBuf;

use super::{Step, tool};
use crate::{Result, install, panicking, project, release};

pub(super) const STEPS: &[Step] = &[
    Step { name: "node-build", run: build },
    Step { name: "node", run: tests },
    Step { name: "node-package", run: package },
];

/// Tests of what is built; `package.test.mjs` tests what is packed.
const TESTS: &[&str] = &[
    "golden",
    "inputs",
    "errors",
    "template",
    "queue",
    "many",
    "engine",
    "lifecycle",
    "memory",
    "panic",
    "hermetic",
    "programs",
    "types",
];

/// Builds the native half as it would be published, and one with a function that panics; checks that the generated types are
/// the committed ones.
fn build() -> Result {
    if !there()? {
        return Ok(());
    }
    project::run_quietly(
        project::program("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder()),
    )?;
    let (library, panics) = (panicking::library("visavis_node")?, panics()?);
    fs::create_dir_all(panics.with_file_name("")).map_err(|error| error.to_string())?;
    fs::copy(&library, &panics).map_err(|error| format!("{}: {error}", library.display()))?;
    let library = release::libraries(release::HOST)?.join("libvisavis_node.so");
    let mut build = project::program("node");
    build.args(["scripts/build.mjs", "--check"]).arg(format!("--library={}", library.display()));
    project::run(build.current_dir(folder()))
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
    // By default, one core stays idle.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    node.arg(format!("--test-concurrency={cores}"));
    node.args(names.iter().map(|name| format!("test/{name}.test.mjs"))).env("VISAVIS_TEST_PANIC", panics()?);
    // Cargo makes the loader search the target folder, which has ONNX Runtime.
    node.env_remove("LD_LIBRARY_PATH");
    if let Some(library) = install::provided() {
        node.env("VISAVIS_TEST_ONNXRUNTIME", library);
    }
    // Built by the step `web`, if it could run.
    let web = project::target()?.join("web-debug");
    if web.is_dir() {
        node.env("VISAVIS_TEST_WEB", web);
    }
    project::run(&mut node)
}

/// Whether Node is installed. The tests need Node 20.11 or later; the package itself needs Node 20.
fn there() -> Result<bool> {
    if !(tool("node")? && tool("npm")?) {
        return Ok(false);
    }
    project::run_quietly(project::program("node").args([
        "-e",
        "if (!import.meta.dirname) throw new Error(`Node 20.11 or later is needed, this is ${process.version}`)",
        "--input-type=module",
    ]))
    .map(|()| true)
}

fn folder() -> PathBuf {
    project::root().join("bindings/node")
}

fn panics() -> Result<PathBuf> {
    Ok(project::target()?.join("node/panic/visavis.node"))
}
