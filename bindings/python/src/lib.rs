//! The native half of the Python package `visavis`: thin over the core.
//!
//! It takes photos in the three forms that `visavis/_photos.py` makes of everything else, runs the core without the
//! interpreter's lock, and answers with the classes of `visavis/_results.py` and `visavis/_errors.py`.

mod answers;
mod failure;
mod photo;
mod template;
mod verifier;

use pyo3::prelude::*;

/// What the Python package is made of.
// Nobody has run it without the interpreter's lock yet, so it asks for the lock where there is a choice.
#[pymodule(gil_used = true)]
fn _visavis(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<verifier::Verifier>()?;
    module.add_class::<template::Template>()?;
    #[cfg(feature = "test-panic")]
    module.add_function(wrap_pyfunction!(failure::test_panic, module)?)?;
    module.add_function(wrap_pyfunction!(failure::error, module)?)
}
