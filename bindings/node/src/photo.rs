//! Photos as they come from JavaScript, copied before anything else runs.

use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use visavis::{Error, ErrorKind, Image, PixelFormat, Result, Side};

use crate::failure::Failure;

/// One photo: either `path`, or `bytes` of an encoded photo, or `bytes` of raw pixels with all of the rest.
#[napi(object, object_to_js = false)]
pub struct PhotoSource {
    /// Where a file lies.
    pub path: Option<String>,
    /// What the photo is.
    pub bytes: Option<Uint8Array>,
    /// Pixels in a row.
    pub width: Option<u32>,
    /// Rows.
    pub height: Option<u32>,
    /// Bytes of a pixel.
    pub channels: Option<u32>,
}

/// A photo that no JavaScript can change or take away any more.
pub(crate) enum Photo {
    File(PathBuf),
    Encoded(Vec<u8>),
    Pixels { data: Vec<u8>, width: u32, height: u32, channels: u32 },
}

impl Photo {
    /// Copies a photo. Of one that is larger than allowed it takes just enough for the core to refuse it.
    pub(crate) fn copy(source: &PhotoSource, max_bytes: usize) -> Self {
        let bytes = source.bytes.as_deref().unwrap_or_default();
        match (&source.path, source.width, source.height, source.channels) {
            (Some(path), ..) => Photo::File(path.into()),
            (None, Some(width), Some(height), Some(channels)) => {
                Photo::Pixels { data: bytes.to_vec(), width, height, channels }
            }
            _ => Photo::Encoded(bytes[..bytes.len().min(max_bytes.saturating_add(1))].to_vec()),
        }
    }

    /// Reads a file; what is in memory stays as it is.
    pub(crate) fn load(self, max_bytes: usize, side: Option<Side>) -> Result<Self, Failure> {
        let Photo::File(path) = self else { return Ok(self) };
        // Opening a pipe may wait for ever, and a device may never end.
        let told = fs::metadata(&path).map_err(|error| Failure::file(&error, "open", &path, side))?;
        if !told.is_file() && !told.is_dir() {
            let message = "the path is neither a file nor a folder: read it and pass its bytes";
            return Err(at(side, Error::new(ErrorKind::InvalidArgument, message)).into());
        }
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(|error| Failure::file(&error, "open", &path, side))?;
        file.take((max_bytes as u64).saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::file(&error, "read", &path, side))?;
        Ok(Photo::Encoded(bytes))
    }
}

impl<'a> From<&'a Photo> for visavis::Photo<'a> {
    fn from(photo: &'a Photo) -> Self {
        match photo {
            Photo::Pixels { data, width, height, channels } => {
                pixels(data, *width, *height, *channels).into()
            }
            Photo::Encoded(bytes) => bytes.into(),
            Photo::File(path) => visavis::Photo::file(path),
        }
    }
}

fn at(side: Option<Side>, error: Error) -> Error {
    match side {
        Some(side) => error.at_side(side),
        None => error,
    }
}

fn pixels(data: &[u8], width: u32, height: u32, channels: u32) -> Result<Image<'_>> {
    let invalid = |message: String| Err(Error::new(ErrorKind::InvalidPixels, message));
    let format = match channels {
        1 => PixelFormat::Gray8,
        3 => PixelFormat::Rgb8,
        4 => PixelFormat::Rgba8,
        _ => return invalid(format!("{channels} channels: there must be 1 (gray), 3 (RGB) or 4 (RGBA)")),
    };
    let row = u64::from(width) * u64::from(channels);
    // Exactly, so that 16-bit pixels are not taken for 8-bit ones.
    if row.checked_mul(height.into()) != Some(data.len() as u64) {
        return invalid(format!("{} bytes are not {width}x{height} pixels of {channels} bytes", data.len()));
    }
    Image::from_pixels(data, width, height, row as usize, format)
}
