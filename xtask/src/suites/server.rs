//! The server: its page in a browser, and a short soak.

use super::{Step, tool};
use crate::{Result, load, project};

pub(super) const STEPS: &[Step] = &[Step { name: "page", run: page }, Step { name: "soak", run: soak }];

/// The demo page in a headless Chromium.
fn page() -> Result {
    for name in ["chromium", "node", "npm", "curl", "script"] {
        if !tool(name)? {
            return Ok(());
        }
    }
    project::run(project::cargo().args(["build", "--package", "visavis-server", "--bin", "visavis-server"]))?;
    let folder = project::root().join("server/tests/page");
    project::run_quietly(
        project::program("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder),
    )?;
    let server = project::target()?.join("debug/visavis-server");
    let images = project::root().join("tests/golden/images");
    project::run(project::program("node").arg(folder.join("page.mjs")).arg(server).arg(images))
}

/// Some two thousand good and bad requests: `cargo xtask soak` sends a hundred thousand.
fn soak() -> Result {
    load::run(&[], &["soak", "2000"])
}
