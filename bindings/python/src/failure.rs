//! The core's errors as Python's exceptions.

use std::io;

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use visavis::{Error, ErrorKind, Result, Side, Stage};

use crate::photo::Photo;

/// Runs the core without the interpreter's lock.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    about(py, &[], work)
}

/// The same for work on photos; errors name the file concerned.
pub(crate) fn about<T: Send>(
    py: Python<'_>,
    photos: &[&Photo<'_>],
    work: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| visavis::catch_panic(work)).map_err(|error| {
        let index = error.index().unwrap_or(usize::from(error.side() == Some(Side::Reference)));
        let path = photos.get(index).and_then(|photo| photo.path());
        unreadable(py, &error, path).unwrap_or_else(|| raised(py, &error))
    })
}

/// The exception that Python itself raises for a file that cannot be read.
fn unreadable(py: Python<'_>, error: &Error, path: Option<&Bound<'_, PyString>>) -> Option<PyErr> {
    if error.kind() != ErrorKind::FileUnreadable {
        return None;
    }
    let cause = std::error::Error::source(error)?;
    if let Some(own) = cause.downcast_ref::<PyErr>() {
        return Some(own.clone_ref(py));
    }
    let cause = cause.downcast_ref::<io::Error>()?;
    // EISDIR: the core checks the kind of file first, so no system call returns this number.
    let number = if cause.kind() == io::ErrorKind::IsADirectory { Some(21) } else { cause.raw_os_error() };
    let fields = (number, cause.to_string(), path?);
    let exception = py.import("visavis._errors").and_then(|errors| errors.call_method1("unreadable", fields));
    Some(exception.map_or_else(|failure| failure, PyErr::from_value))
}

/// The exception to raise for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).map_or_else(|failure| failure, PyErr::from_value)
}

/// An exception as a value.
pub(crate) fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let (side, stage) = (error.side().map(Side::name), error.stage().map(Stage::name));
    let advice = PyTuple::new(py, error.advice().iter().map(|advice| advice.name()))?;
    let (kind, index) = (error.kind(), error.index());
    let fields = (error.message(), kind.name(), kind.number(), side, stage, advice, index);
    let exception = py.import("visavis._errors")?.call_method1("made", fields)?;
    if let Some(cause) = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<PyErr>()) {
        exception.setattr("__cause__", cause.value(py))?;
    }
    Ok(exception)
}

/// The side with this name.
pub(crate) fn side(name: Option<&str>) -> Option<Side> {
    [Side::Probe, Side::Reference].into_iter().find(|side| Some(side.name()) == name)
}

/// Panics, to test how a defect reaches a Python program.
#[cfg(feature = "test-panic")]
#[pyfunction]
pub(crate) fn test_panic(py: Python<'_>) -> PyResult<()> {
    detached(py, || panic!("on purpose"))
}
