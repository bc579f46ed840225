//! The native half of the Python package `visavis`: thin over the core.

use pyo3::prelude::*;

/// What the Python package is made of.
#[pymodule]
fn _visavis(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
