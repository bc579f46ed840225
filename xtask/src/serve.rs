//! `cargo xtask serve`: the server, optimised, with a password generated for this run.

use crate::{Result, onnxruntime, project};

pub(crate) fn command(arguments: &[String]) -> Result {
    onnxruntime::provide_or_warn();
    let mut server = project::cargo();
    server.args(["run", "--release", "--package", "visavis-server", "--", "--dev"]).args(arguments);
    project::become_program(&mut server)
}
