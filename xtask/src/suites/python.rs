//! The Python package: the wheel in a fresh environment, types and lints, and its tests.

use super::{Step, tool};
use crate::{Result, python};

pub(super) const STEPS: &[Step] = &[
    Step { name: "python-wheel", run: || with_python(python::first_use) },
    Step { name: "python-types", run: || with_python(python::checks) },
    Step { name: "python", run: || with_python(python::tests) },
];

fn with_python(run: fn() -> Result) -> Result {
    if tool("python3")? { run() } else { Ok(()) }
}
