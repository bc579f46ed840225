//! The packages of the model set `high`, which is too large for the main packages: one for Python, one for Node.
//!
//! `cargo xtask models high --packages FOLDER`; not part of `cargo xtask test`: it fetches some hundred megabytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, project, venv};

/// What both contain in addition to the networks.
const DOCUMENTS: &[&str] = &["MODEL_CARD.md", "LICENSES"];

/// Two photos of one person, compared by the set.
const IN_PYTHON: &str = "import sys, visavis, visavis_models_high as high; \
     verdict = visavis.Verifier(models=high.path()).verify(*sys.argv[1:]); print(verdict); assert verdict.is_match";
const IN_NODE: &str = "const { Verifier } = require('visavis'), high = require('@visavis/models-high'); \
     const verdict = new Verifier({ models: high.path() }).verifySync(...process.argv.slice(1)); \
     console.log(verdict.score); require('node:assert/strict')(verdict.isMatch);";

/// Makes both from a complete models/high. If `cargo xtask packages` has filled the same folder, tries them with the
/// packages that use them.
pub(crate) fn pack(folder: &str) -> Result {
    let folder = std::path::absolute(folder).map_err(|error| error.to_string())?;
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let complete = has_wheel(&folder)?;
    make(&folder)?;
    if complete {
        return check(&folder);
    }
    eprintln!("SKIPPED: trying the packages, for which `cargo xtask packages` has to fill the folder first");
    Ok(())
}

fn has_wheel(folder: &Path) -> Result<bool> {
    let files = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(files.flatten().any(|file| file.file_name().to_string_lossy().ends_with(".whl")))
}

fn make(folder: &Path) -> Result {
    let stage = project::empty("models-high/packages")?;
    wheel(&lay_out(&stage, "python", "visavis_models_high/models")?, folder)?;
    let mut pack = project::program("npm");
    pack.args(["pack", "--silent", "--pack-destination"]).arg(folder);
    project::run_quietly(pack.current_dir(lay_out(&stage, "node", "models")?))
}

/// Installs all packages from the folder, and compares two photos from an empty folder.
fn check(folder: &Path) -> Result {
    let photos = ["astronaut.jpg", "astronaut-dark.jpg"]
        .map(|name| project::root().join("tests/golden/images").join(name));
    let empty = project::empty("models-high/use")?;
    let python = venv::fresh("models-high-use")?;
    let mut install = venv::pip(&python);
    install.args(["--no-index", "--find-links"]).arg(folder).args(["visavis", "visavis-models-high"]);
    project::run_quietly(&mut install)?;
    project::run(Command::new(&python).args(["-c", IN_PYTHON]).args(&photos).current_dir(&empty))?;
    let packed = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let packed = packed.flatten().map(|entry| entry.path());
    let packed = packed.filter(|path| path.extension().is_some_and(|extension| extension == "tgz"));
    let mut install = Command::new("npm");
    install.args(["install", "--offline", "--no-audit", "--no-fund"]).args(packed);
    project::run_quietly(install.current_dir(&empty))?;
    project::run(Command::new("node").args(["-e", IN_NODE]).args(&photos).current_dir(&empty))
}

/// Copies a package's sources, with the networks in a folder of this name.
fn lay_out(stage: &Path, language: &str, networks: &str) -> Result<PathBuf> {
    let (package, models) = (stage.join(language), project::root().join("models"));
    copy(&project::root().join("bindings/models-high").join(language), &package)?;
    copy(&models.join("high"), &package.join(networks))?;
    DOCUMENTS.iter().try_for_each(|name| copy(&models.join(name), &package.join(name)))?;
    Ok(package)
}

fn wheel(package: &Path, folder: &Path) -> Result {
    let python = venv::provide("models-high", "bindings/models-high/python/requirements-build.txt")?;
    let mut pip = project::program(python);
    pip.args(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]);
    pip.args(["--no-build-isolation", "--wheel-dir"]).arg(folder).arg(package);
    // The first date that a zip file can have, so that the bytes are the same whenever it is made.
    project::run(pip.env("SOURCE_DATE_EPOCH", "315532800"))
}

fn copy(from: &Path, to: &Path) -> Result {
    project::run_quietly(Command::new("cp").arg("--recursive").arg(from).arg(to))
}
