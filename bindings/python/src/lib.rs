//! The native half of the Python package `visavis`: thin over the core.
//!
//! It accepts photos in the forms to which `visavis/_photos.py` converts everything else, runs the core without the
//! interpreter's lock, and returns the classes of `visavis/_results.py` and `visavis/_errors.py`.

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
use pyo3::types::PyBytes;

/// Runs the command line program and returns its exit status.
#[pyfunction]
fn command(py: Python<'_>, arguments: Vec<OsString>, onnxruntime_hint: Option<PathBuf>) -> u8 {
    let mut defaults = visavis::Options::default();
    defaults.onnxruntime_hint = onnxruntime_hint;
    py.detach(|| visavis_cli::run_with(defaults, arguments, &mut io::stdout(), &mut io::stderr()))
}

/// The bytes of a photo that arrived as text: Base64 in either alphabet, with or without padding, in lines, or a `data:` URL.
///
/// Pass them as a photo; other functions never decode text. Text that is not Base64 is INVALID_ARGUMENT, and text that
/// encodes more than `max_bytes` is IMAGE_TOO_LARGE before it is decoded; no error repeats any part of the text.
///
/// >>> import visavis
/// >>> visavis.from_base64("data:image/jpeg;base64,/9j/4A==")
/// b'\xff\xd8\xff\xe0'
#[pyfunction]
#[pyo3(signature = (text, *, max_bytes = visavis::Limits::default().max_bytes))]
#[pyo3(text_signature = "(text, *, max_bytes=67108864)")]
fn from_base64<'py>(py: Python<'py>, text: &str, max_bytes: usize) -> PyResult<Bound<'py, PyBytes>> {
    let _call = exit::Call::begin(py)?;
    let bytes = failure::detached(py, || visavis::from_base64(text, max_bytes))?;
    Ok(PyBytes::new(py, &bytes))
}

/// The native half of the Python package.
// It has not been run without the interpreter's lock, so it requests the lock where there is a choice.
#[pymodule(gil_used = true)]
fn _visavis(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<verifier::Verifier>()?;
    module.add_class::<template::Template>()?;
    #[cfg(feature = "test-panic")]
    module.add_function(wrap_pyfunction!(failure::test_panic, module)?)?;
    module.add_function(wrap_pyfunction!(from_base64, module)?)?;
    module.add_function(wrap_pyfunction!(exit::close, module)?)?;
    module.add_function(wrap_pyfunction!(exit::reopen, module)?)?;
    module.add_function(wrap_pyfunction!(command, module)?)
}
