//! The native half of the Python package `visavis`: thin over the core.
//!
//! It takes photos in the forms that `visavis/_photos.py` makes of everything else, runs the core without the
//! interpreter's lock, and answers with the classes of `visavis/_results.py` and `visavis/_errors.py`.

mod answers;
mod exit;
mod failure;
mod photo;
mod template;
mod verifier;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use pyo3::prelude::*;

/// Runs the command line program and returns its exit status.
#[pyfunction]
fn command(py: Python<'_>, arguments: Vec<OsString>, onnxruntime_hint: Option<PathBuf>) -> u8 {
    let mut defaults = visavis::Options::default();
    defaults.onnxruntime_hint = onnxruntime_hint;
    py.detach(|| visavis_cli::run_with(defaults, arguments, &mut io::stdout(), &mut io::stderr()))
}

/// What the Python package is made of.
// Nobody has run it without the interpreter's lock yet, so it asks for the lock where there is a choice.
#[pymodule(gil_used = true)]
fn _visavis(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<verifier::Verifier>()?;
    module.add_class::<template::Template>()?;
    #[cfg(feature = "test-panic")]
    module.add_function(wrap_pyfunction!(failure::test_panic, module)?)?;
    module.add_function(wrap_pyfunction!(exit::close, module)?)?;
    module.add_function(wrap_pyfunction!(exit::reopen, module)?)?;
    module.add_function(wrap_pyfunction!(command, module)?)
}
