//! The npm package's half for browsers: its types, and its tests in a headless Chromium.

use std::path::{Path, PathBuf};

use super::{Step, tool};
use crate::{Result, load, project, web};

pub(super) const STEPS: &[Step] = &[Step { name: "web", run }];

fn run() -> Result {
    for name in ["chromium", "node", "npm"] {
        if !tool(name)? {
            return Ok(());
        }
    }
    if !web::target()? {
        eprintln!("SKIPPED: the browser half, whose Rust target is not installed and cannot be added");
        return Ok(());
    }
    let node = install("bindings/node", &["--ignore-scripts"])?;
    install("server/tests/page", &[])?;
    for place in ["bindings/web", "bindings/web/test/types"] {
        let types = project::root().join(place);
        project::run(project::program(node.join("node_modules/.bin/tsc")).arg("--project").arg(types))?;
    }
    let folder = web::build(false)?;
    project::run(project::program("node").arg("bindings/web/test/web.mjs").arg(&folder))?;
    load::build("dev")?;
    let mut page = project::program("node");
    page.arg("server/tests/page/page.mjs").arg(project::target()?.join("debug/visavis-server"));
    page.arg(project::root().join("tests/golden/images"));
    project::run(page.env("WEB_FOLDER", &folder).env("DEMO_FOLDER", web::demo(&folder)?))
}

/// Installs what a folder's lock file names, unless another step has done so.
fn install(folder: &str, flags: &[&str]) -> Result<PathBuf> {
    let folder = project::root().join(folder);
    if !Path::new(&folder).join("node_modules").is_dir() {
        let mut npm = project::program("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).args(flags).current_dir(&folder);
        project::run_quietly(&mut npm)?;
    }
    Ok(folder)
}
