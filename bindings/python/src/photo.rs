//! A photo that Python holds, borrowed while the core works on it.

use std::path::PathBuf;

use numpy::{PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::{PyBaseException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};
use visavis::{Error, ErrorKind, PixelFormat, Pixels, Result};

/// One of the forms to which `visavis/_photos.py` converts everything else.
pub(crate) enum Photo<'py> {
    /// The bytes of an image file.
    Encoded(Bound<'py, PyBytes>),
    /// The path of an image file.
    File(Bound<'py, PyString>),
    /// Not a photo: the error's code, its message and its cause.
    Invalid(String, String, Option<Bound<'py, PyBaseException>>),
    /// Rows of pixels without gaps, height, width, and format.
    Pixels(Bound<'py, PyBytes>, usize, usize, String),
    /// The same in a numpy array.
    Array(PyReadonlyArrayDyn<'py, u8>, usize, usize, String),
}

impl<'py> Photo<'py> {
    /// This never tries one form after the other: a form that does not fit creates an exception, for which `pyo3` takes a
    /// lock and releases the interpreter's. A child of `fork` waited for that lock forever, and a thread that did this
    /// outside a call crashed when the interpreter ended.
    pub(crate) fn of(photo: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = photo.cast::<PyBytes>() {
            return Ok(Photo::Encoded(bytes.clone()));
        }
        if let Ok(path) = photo.cast::<PyString>() {
            return Ok(Photo::File(path.clone()));
        }
        let parts = photo.cast::<PyTuple>()?;
        if parts.len() == 3 {
            let (code, message, cause) = parts.extract()?;
            return Ok(Photo::Invalid(code, message, cause));
        }
        let (data, height, width, format): (Bound<'py, PyAny>, _, _, _) = parts.extract()?;
        match data.cast_into::<PyBytes>() {
            Ok(bytes) => Ok(Photo::Pixels(bytes, height, width, format)),
            Err(other) => Ok(Photo::Array(other.into_inner().extract()?, height, width, format)),
        }
    }

    /// The core's photo, which holds no Python objects.
    pub(crate) fn source(&self, quality: bool) -> PyResult<visavis::Photo<'_>> {
        let photo = match self {
            Photo::Encoded(bytes) => bytes.as_bytes().into(),
            Photo::File(path) => visavis::Photo::file(path.extract::<PathBuf>()?),
            Photo::Invalid(code, message, cause) => {
                let why: Result<Pixels<'_>> = Err(invalid(code, message, cause.as_ref()));
                why.into()
            }
            Photo::Pixels(bytes, height, width, format) => {
                pixels(bytes.as_bytes(), [*height, *width], format).into()
            }
            Photo::Array(array, height, width, format) => {
                if !array.is_c_contiguous() {
                    return Err(PyTypeError::new_err("the array is not contiguous"));
                }
                pixels(array.as_slice()?, [*height, *width], format).into()
            }
        };
        Ok(if quality { photo.with_quality() } else { photo })
    }

    /// The path, for errors about the file.
    pub(crate) fn path(&self) -> Option<&Bound<'_, PyString>> {
        if let Photo::File(path) = self { Some(path) } else { None }
    }
}

fn pixels<'a>(data: &'a [u8], [height, width]: [usize; 2], format: &str) -> Pixels<'a> {
    let format = match format {
        "gray" => PixelFormat::Gray8,
        "rgb" => PixelFormat::Rgb8,
        "bgr" => PixelFormat::Bgr8,
        "bgra" => PixelFormat::Bgra8,
        _ => PixelFormat::Rgba8,
    };
    // A length that does not fit is larger than any side may be, and is rejected as such.
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    Pixels::new(data, side(width), side(height), format)
}

/// An error that the Python half detected, with the name of its kind.
fn invalid(code: &str, message: &str, cause: Option<&Bound<'_, PyBaseException>>) -> Error {
    let kind = ErrorKind::ALL.iter().find(|kind| kind.name() == code).unwrap_or(&ErrorKind::Internal);
    let error = Error::new(*kind, message);
    match cause {
        Some(cause) => error.with_source(PyErr::from_value(cause.clone().into_any())),
        None => error,
    }
}
