//! The Python package: the wheel in a fresh environment, types and lints, and its tests.

use super::{Step, tool};
use crate::{Result, project, python};

pub(super) const STEPS: &[Step] = &[
    Step { name: "python-wheel", run: || with_python(python::first_use) },
    Step { name: "python-types", run: || with_python(python::checks) },
    Step { name: "python", run: || with_python(python::tests) },
    Step { name: "python-source", run: || with_python(python::sources) },
];

/// What the tests need; the package itself needs less.
const ENOUGH: &str = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))";

fn with_python(run: fn() -> Result) -> Result {
    if !tool("python3")? {
        return Ok(());
    }
    match project::run_quietly(project::program("python3").args(["-c", ENOUGH])) {
        Ok(()) => run(),
        Err(_) if std::env::var_os("CI").is_none() => {
            eprintln!("SKIPPED: the Python package, whose tests need Python 3.11 with the module venv");
            Ok(())
        }
        Err(why) => Err(format!("Python 3.11 with the module venv is needed: {why}")),
    }
}
