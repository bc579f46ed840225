//! A photo that Python holds, borrowed while the core works on it.

use numpy::{PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use visavis::{Error, ErrorKind, Image, PixelFormat, Result};

/// One of the three forms that `visavis/_photos.py` makes of everything else.
pub(crate) enum Photo<'py> {
    /// `bytes`: an image file.
    Encoded(Bound<'py, PyBytes>),
    /// `(bytes, height, width, channels)`: raw pixels.
    Pixels(Bound<'py, PyBytes>, [usize; 3]),
    /// A numpy array of uint8, C-contiguous.
    Array(PyReadonlyArrayDyn<'py, u8>),
}

/// What the core is given, without anything of Python in it.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Encoded(&'a [u8]),
    Pixels(&'a [u8], [usize; 3]),
    /// An array of this shape is no picture.
    Misshapen(&'a [usize]),
}

impl<'py> Photo<'py> {
    pub(crate) fn new(photo: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = photo.cast::<PyBytes>() {
            return Ok(Photo::Encoded(bytes.clone()));
        }
        if let Ok((bytes, height, width, channels)) = photo.extract() {
            return Ok(Photo::Pixels(bytes, [height, width, channels]));
        }
        let array = photo.cast::<PyArrayDyn<u8>>()?;
        if !array.is_c_contiguous() {
            return Err(PyTypeError::new_err("the array is not contiguous"));
        }
        Ok(Photo::Array(array.try_readonly()?))
    }

    pub(crate) fn source(&self) -> PyResult<Source<'_>> {
        Ok(match self {
            Photo::Encoded(bytes) => Source::Encoded(bytes.as_bytes()),
            Photo::Pixels(bytes, shape) => Source::Pixels(bytes.as_bytes(), *shape),
            Photo::Array(array) => match *array.shape() {
                [height, width] => Source::Pixels(array.as_slice()?, [height, width, 1]),
                [height, width, channels @ (3 | 4)] => {
                    Source::Pixels(array.as_slice()?, [height, width, channels])
                }
                _ => Source::Misshapen(array.shape()),
            },
        })
    }
}

impl<'a> From<Source<'a>> for visavis::Photo<'a> {
    fn from(source: Source<'a>) -> Self {
        match source {
            Source::Encoded(bytes) => bytes.into(),
            Source::Pixels(data, shape) => pixels(data, shape).into(),
            Source::Misshapen(shape) => {
                let message =
                    format!("an array of shape {shape:?}: (H, W), (H, W, 3) or (H, W, 4) is needed");
                Err::<Image<'_>, _>(Error::new(ErrorKind::InvalidPixels, message)).into()
            }
        }
    }
}

fn pixels(data: &[u8], [height, width, channels]: [usize; 3]) -> Result<Image<'_>> {
    let format = match channels {
        1 => PixelFormat::Gray8,
        3 => PixelFormat::Rgb8,
        _ => PixelFormat::Rgba8,
    };
    // What does not fit is larger than any side may be, and refused as such.
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    Image::from_pixels(data, side(width), side(height), width.saturating_mul(channels), format)
}
