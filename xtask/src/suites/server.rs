//! The server: its page in a browser, its replies against its OpenAPI document, a short soak test and a stop under load.

use super::running::{PASSWORD, Server, USER};
use super::{Step, tool};
use crate::{Result, load, project, venv};

pub(super) const STEPS: &[Step] = &[
    Step { name: "page", run: page },
    Step { name: "openapi", run: openapi },
    Step { name: "soak", run: soak },
    Step { name: "stop", run: stop },
];

/// The demo page in a headless Chromium.
fn page() -> Result {
    for name in ["chromium", "node", "npm", "curl", "script"] {
        if !tool(name)? {
            return Ok(());
        }
    }
    load::build("dev")?;
    let folder = project::root().join("server/tests/page");
    project::run_quietly(
        project::program("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder),
    )?;
    let server = project::target()?.join("debug/visavis-server");
    let images = project::root().join("tests/golden/images");
    project::run(project::program("node").arg(folder.join("page.mjs")).arg(server).arg(images))
}

/// Good and bad requests generated from the OpenAPI document that it serves; every reply is checked against it.
fn openapi() -> Result {
    if !tool("python3")? {
        return Ok(());
    }
    load::build("dev")?;
    let python = venv::provide("schemathesis", "server/tests/schemathesis.txt")?;
    let server = Server::start()?;
    let mut schemathesis = project::program(python.with_file_name("schemathesis"));
    schemathesis
        .args(["run", &format!("http://{}/openapi.json", server.address)])
        .args(["--auth", &format!("{USER}:{PASSWORD}")])
        .args(["--checks", "all", "--phases", "coverage,fuzzing", "--max-examples", "40"])
        .args(["--seed", "1", "--generation-database", "none"])
        .current_dir(python.parent().unwrap_or(&python));
    project::run(&mut schemathesis)
}

/// Some two thousand good and bad requests: `cargo xtask soak` sends a hundred thousand.
fn soak() -> Result {
    load::run("dev", &["soak", "2000"])
}

/// Stops the server by a signal while clients send requests.
fn stop() -> Result {
    load::run("dev", &["term"])
}
