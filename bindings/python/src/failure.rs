//! The core's errors as Python's exceptions.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;
use pyo3::types::PyType;
use visavis::{Band, Error, ErrorKind, Result, Side, Stage};

/// Runs the core without the interpreter's lock. A panic becomes an error like any other: pyo3's own exception for it
/// is none that programs catch.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    let guarded = || catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(panicked()));
    py.detach(guarded).map_err(|error| raised(py, &error))
}

/// Its text went to standard error.
fn panicked() -> Error {
    Error::new(ErrorKind::Panic, "the library failed; this is a defect")
}

/// The exception to raise for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).map_or_else(|failure| failure, PyErr::from_value)
}

/// An exception as a value: of the class for its band, with all that programs ask for.
pub(crate) fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let class = match error.kind().band() {
        Band::Caller => "CallerError",
        Band::Image => "ImageError",
        Band::Photo => "PhotoError",
        Band::Setup => "SetupError",
        Band::Internal => "InternalError",
    };
    let class = py.import("visavis._errors")?.getattr(class)?.cast_into::<PyType>()?;
    let (side, stage) = (error.side().map(Side::name), error.stage().map(Stage::name));
    class.call1((error.message(), error.kind().name(), error.kind().number(), side, stage))
}

/// An exception for what the Python half finds wrong with a photo, by the name of its kind.
#[pyfunction]
pub(crate) fn error<'py>(
    py: Python<'py>,
    code: &str,
    message: &str,
    side: Option<&str>,
) -> PyResult<Bound<'py, PyAny>> {
    let kind = ErrorKind::ALL.iter().find(|kind| kind.name() == code).unwrap_or(&ErrorKind::Internal);
    let mut error = Error::new(*kind, message).at_stage(Stage::Decode);
    if let Some(side) = [Side::Probe, Side::Reference].into_iter().find(|known| Some(known.name()) == side) {
        error = error.at_side(side);
    }
    exception(py, &error)
}

/// Panics: how a defect reaches a Python program.
#[cfg(feature = "test-panic")]
#[pyfunction]
pub(crate) fn test_panic(py: Python<'_>) -> PyResult<()> {
    detached(py, || panic!("on purpose"))
}
