//! `vav_photo`: a photo as a program has it, encoded or decoded.

use std::ffi::c_void;
use std::mem::size_of;

use face::{Error, ErrorKind, Image, Photo, PixelFormat, Result};

use crate::boundary::{bytes, enumerator, invalid, non_null, path, sized_in};

/// The form of the data of a vav_photo.
#[repr(C)]
pub enum vav_format {
    /// A whole file in memory: JPEG, PNG, WebP, BMP, GIF, TIFF or PNM.
    VAV_FORMAT_ENCODED = 0,
    /// The path of such a file, which is read during the call. Pipes and devices are refused.
    VAV_FORMAT_FILE = 1,
    /// Pixels of three bytes: red, green, blue.
    VAV_FORMAT_RGB8 = 16,
    /// Pixels of three bytes: blue, green, red (the order of OpenCV).
    VAV_FORMAT_BGR8 = 17,
    /// Pixels of four bytes: red, green, blue, alpha; blended over white.
    VAV_FORMAT_RGBA8 = 18,
    /// Pixels of four bytes: blue, green, red, alpha; blended over white.
    VAV_FORMAT_BGRA8 = 19,
    /// Pixels of one byte: brightness.
    VAV_FORMAT_GRAY8 = 20,
}

/// For vav_photo.flags: measure the capture quality of the faces. It costs nothing if it is not requested.
pub const VAV_MEASURE_QUALITY: u32 = 1;

/// A photo. Initialise it with VAV_PHOTO_ENCODED, VAV_PHOTO_FILE or VAV_PHOTO_PIXELS.
///
/// Pixels are upright, rows from the top. RGB8 without gaps between rows is used in place; other formats are converted
/// first, which takes 3 * width * height bytes during the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vav_photo {
    /// Set by the initialisers.
    pub struct_size: usize,
    /// The bytes of the file, its path as a string that ends with 0, or the first row of pixels. Borrowed for the call.
    pub data: *const c_void,
    /// Length of `data` in bytes; 0 for a path. The last row of pixels may end after its last pixel.
    pub len: usize,
    /// For pixels: bytes from the start of one row to the start of the next. 0 means that there are no gaps between
    /// rows; `len` must be exactly the length of all rows then.
    pub stride: usize,
    /// For pixels: 1..65535.
    pub width: u32,
    /// For pixels: 1..65535.
    pub height: u32,
    /// A vav_format.
    pub format: i32,
    /// 0 or VAV_MEASURE_QUALITY.
    pub flags: u32,
}

/// Size of `vav_photo` in 0.2.0, which had it first: a smaller one was never initialised.
const FIRST_PHOTO_SIZE: usize = 4 * size_of::<usize>() + 4 * size_of::<u32>();

#[derive(Clone, Copy)]
enum Format {
    Encoded,
    File,
    Pixels(PixelFormat),
}

const FORMATS: &[(i32, Format)] = &[
    (vav_format::VAV_FORMAT_ENCODED as i32, Format::Encoded),
    (vav_format::VAV_FORMAT_FILE as i32, Format::File),
    (vav_format::VAV_FORMAT_RGB8 as i32, Format::Pixels(PixelFormat::Rgb8)),
    (vav_format::VAV_FORMAT_BGR8 as i32, Format::Pixels(PixelFormat::Bgr8)),
    (vav_format::VAV_FORMAT_RGBA8 as i32, Format::Pixels(PixelFormat::Rgba8)),
    (vav_format::VAV_FORMAT_BGRA8 as i32, Format::Pixels(PixelFormat::Bgra8)),
    (vav_format::VAV_FORMAT_GRAY8 as i32, Format::Pixels(PixelFormat::Gray8)),
];

/// The photo for the core. Pixels whose sizes do not fit together are reported when it is opened, in the order of
/// [`face::Verifier::verify`].
///
/// # Safety
///
/// `photo` is NULL or points to a struct that begins with its size, whose `data` is NULL, a string that ends with 0, or
/// points to `len` bytes that can be read for as long as the result is used.
pub(crate) unsafe fn read<'a>(photo: *const vav_photo, name: &str) -> Result<Photo<'a>> {
    // SAFETY: the caller vouches for it; a `vav_photo` holds plain numbers and a pointer, which may be NULL.
    let photo = unsafe { sized_in(photo, FIRST_PHOTO_SIZE, name) }?;
    let format = enumerator(photo.format, FORMATS, "format")?;
    if photo.flags & !VAV_MEASURE_QUALITY != 0 {
        return Err(invalid(format!(
            "{name}->flags is {:#x}: it has a bit set that is not known",
            photo.flags
        )));
    }
    // SAFETY: the caller vouches for data and length.
    let data = || unsafe { bytes(photo.data.cast(), photo.len, name) };
    let made = match format {
        Format::Encoded => data()?.into(),
        Format::Pixels(format) => pixels(&photo, data()?, format).into(),
        // SAFETY: the caller vouches for the string.
        Format::File => Photo::file(non_null(unsafe { path(photo.data.cast()) }, name)?),
    };
    Ok(if photo.flags == VAV_MEASURE_QUALITY { made.with_quality() } else { made })
}

fn pixels<'a>(photo: &vav_photo, data: &'a [u8], format: PixelFormat) -> Result<Image<'a>> {
    let row = photo.width as usize * format.channels();
    // Without a stride a length beyond that of all rows means that the rows have gaps, or that nobody knows.
    if photo.stride == 0 && row.checked_mul(photo.height as usize).is_none_or(|len| data.len() > len) {
        let len = data.len();
        let message =
            format!("{len} bytes are more than {}x{} pixels: set the stride", photo.width, photo.height);
        return Err(Error::new(ErrorKind::InvalidPixels, message));
    }
    let stride = if photo.stride == 0 { row } else { photo.stride };
    Image::from_pixels(data, photo.width, photo.height, stride, format)
}
