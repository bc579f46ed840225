//! `cargo xtask golden [--write]`: runs the core's test of the golden cases, which does the work.

use crate::{Result, onnxruntime, project};

pub(crate) fn command(arguments: &[String]) -> Result {
    let mut walker = project::cargo();
    match arguments {
        [] => {}
        [flag] if flag == "--write" => {
            walker.env("VISAVIS_GOLDEN", "write");
        }
        _ => return Err("golden takes no argument other than --write".into()),
    }
    onnxruntime::provide_or_warn();
    walker.args(["test", "--package", "visavis", "--test", "suite", "golden::", "--", "--nocapture"]);
    project::run(&mut walker)
}
