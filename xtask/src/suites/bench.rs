//! The comparison with peers: only its arithmetic, in both languages. `cargo xtask bench` runs the peers themselves.

use super::{Step, tool};
use crate::{Result, project};

pub(super) const STEPS: &[Step] = &[Step { name: "bench", run: bench }];

fn bench() -> Result {
    if tool("python3")? {
        project::run(project::program("python3").args(["-m", "unittest", "discover", "bench"]))?;
    }
    if tool("node")? {
        project::run(project::program("node").args(["--test", "bench/protocol.test.mjs"]))?;
    }
    Ok(())
}
