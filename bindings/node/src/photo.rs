//! Converts JavaScript's photos to the core's, copying them before the call returns.

// The fields' names suffice: only our own JavaScript half sees them.
#![allow(missing_docs)]

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use visavis::{Error, ErrorKind, Photo, PixelFormat, Pixels, Result};

use crate::template::Handle;

/// One photo or, for a verification, a template. Raw pixels have no gaps between the rows.
#[napi(discriminant = "form", discriminant_case = "camelCase", object_to_js = false)]
pub enum Source {
    File {
        path: String,
    },
    Encoded {
        bytes: Uint8Array,
    },
    Pixels {
        bytes: Uint8Array,
        width: f64,
        height: f64,
        channels: f64,
        bgr: bool,
    },
    Template {
        #[napi(ts_type = "NativeTemplate")]
        template: Handle,
    },
    /// Not a photo, to be reported in its turn.
    Invalid {
        message: String,
    },
}

/// Copies a photo; of one that is larger than allowed, just enough for the core to reject it. What is not a photo is
/// reported in its turn, not here.
pub(crate) fn copy(source: Source, max_bytes: usize, quality: bool) -> Photo<'static> {
    let photo = match source {
        Source::File { path } => Photo::file(path),
        Source::Encoded { bytes } => bytes[..bytes.len().min(max_bytes.saturating_add(1))].to_vec().into(),
        Source::Pixels { bytes, width, height, channels, bgr } => {
            pixels(&bytes, [width, height, channels], bgr).into()
        }
        Source::Template { .. } => invalid(ErrorKind::InvalidArgument, "a template is not a photo").into(),
        Source::Invalid { message } => invalid(ErrorKind::InvalidArgument, message).into(),
    };
    if quality { photo.with_quality() } else { photo }
}

fn pixels(data: &[u8], size: [f64; 3], bgr: bool) -> Result<Pixels<'static>> {
    let [width, height, channels] = size.map(|number| {
        let whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        whole.then_some(number as u32)
    });
    let format = match (channels, bgr) {
        (Some(1), _) => PixelFormat::Gray8,
        (Some(3), false) => PixelFormat::Rgb8,
        (Some(3), true) => PixelFormat::Bgr8,
        (Some(4), false) => PixelFormat::Rgba8,
        (Some(4), true) => PixelFormat::Bgra8,
        _ => {
            let message = format!("{} channels: there must be 1 (gray), 3 (RGB) or 4 (RGBA)", size[2]);
            return invalid(ErrorKind::InvalidPixels, message);
        }
    };
    let (Some(width), Some(height)) = (width, height) else {
        return invalid(ErrorKind::InvalidPixels, format!("an image cannot be {}x{}", size[0], size[1]));
    };
    Ok(Pixels::new(data.to_vec(), width, height, format))
}

fn invalid(kind: ErrorKind, message: impl Into<String>) -> Result<Pixels<'static>> {
    Err(Error::new(kind, message))
}
