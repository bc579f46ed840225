//! `cargo xtask bench [--quick] [--data FOLDER] [PIECE...]`: builds what is measured, and runs bench/measure.py, which
//! measures it and writes docs/BENCHMARKS.md.

use std::path::PathBuf;

use crate::{Result, onnxruntime, project, python, venv};

/// LFW View 1, if it is available next to the repository.
const DATA: &str = "../shared/data/lfw-view1";

const PIECES: &[&str] = &["stages", "engines", "start", "memory", "python", "node", "limit"];

pub(crate) fn command(arguments: &[String]) -> Result {
    let library = onnxruntime::provide()?;
    project::build("release", &["--bin", "visavis", "--example", "bench_subject"])?;
    let python = environment()?;
    let named = |piece: &str| arguments.iter().any(|argument| argument == piece);
    if (named("node") || !PIECES.iter().any(|piece| named(piece)))
        && let Err(why) = node_packages()
    {
        eprintln!("without the peers in Node: {why}");
    }
    let target = project::target()?;
    let mut measure = project::program(python);
    measure.arg("bench/measure.py").arg("--programs").arg(target.join("release"));
    measure.arg("--work").arg(target.join("bench")).arg("--onnxruntime").arg(library);
    // A quick run only shows that everything runs; its figures are not published.
    if !arguments.iter().any(|argument| argument == "--quick") {
        measure.args(["--out", "docs/BENCHMARKS.md"]);
    }
    if !arguments.iter().any(|argument| argument == "--data") && project::root().join(DATA).is_dir() {
        measure.args(["--data", DATA]);
    }
    project::run(measure.args(arguments))
}

/// An environment with the peers in Python and the wheel.
fn environment() -> Result<PathBuf> {
    let python = venv::provide_with("bench", "bench/requirements.txt", &["--no-deps"])?;
    python::install(&python, &python::wheel()?)?;
    Ok(python)
}

/// Installs the peers in Node and the package as it is in the repository.
fn node_packages() -> Result {
    let npm = |words: &[&str]| {
        let mut npm = project::program("npm");
        project::run_quietly(npm.args(words).args(["--prefix", "bench", "--no-audit", "--no-fund"]))
    };
    npm(&["ci"])?;
    let node = project::root().join("bindings/node");
    project::run_quietly(project::program("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&node))?;
    project::run(project::program("node").arg("scripts/build.mjs").current_dir(&node))?;
    npm(&["install", "--no-save", &node.display().to_string()])
}
