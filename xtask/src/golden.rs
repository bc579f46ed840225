//! `cargo xtask golden [--write]`: starts the walker in the core's tests, which does the work.

use crate::{Result, onnxruntime, project};

pub(crate) fn command(arguments: &[String]) -> Result {
    let mut walker = project::cargo();
    match arguments {
        [] => {}
        [flag] if flag == "--write" => {
            walker.env("VISAVIS_GOLDEN", "write");
        }
        _ => return Err("golden takes no arguments but --write".into()),
    }
    onnxruntime::provide_or_warn();
    walker.args(["test", "--package", "visavis", "--test", "suite", "golden::", "--", "--nocapture"]);
    project::run(&mut walker)
}
