//! `vav_pixels`: a picture that the caller has decoded.

use face::{Image, PixelFormat, Result};

use crate::boundary::{bytes, given, listed};

/// How the pixels of a vav_pixels are laid out, one byte a channel.
#[repr(C)]
pub enum vav_pixel_format {
    /// Red, green, blue.
    VAV_PIXELS_RGB8 = 0,
    /// Blue, green, red (the order of OpenCV).
    VAV_PIXELS_BGR8 = 1,
    /// Red, green, blue, alpha; laid over white.
    VAV_PIXELS_RGBA8 = 2,
    /// Blue, green, red, alpha; laid over white.
    VAV_PIXELS_BGRA8 = 3,
    /// One channel of brightness.
    VAV_PIXELS_GRAY8 = 4,
}

/// A picture that is decoded already, upright, rows from the top. Contiguous RGB8 is used where it lies; anything
/// else is converted first, which takes 3 * width * height bytes for the time of the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct vav_pixels {
    /// The first row.
    pub data: *const u8,
    /// How many bytes there are; the last row may end after its last pixel.
    pub len: usize,
    /// In pixels, 1..65535.
    pub width: u32,
    /// In pixels, 1..65535.
    pub height: u32,
    /// From the start of one row to that of the next in bytes; at least the length of a row.
    pub stride: usize,
    /// A vav_pixel_format.
    pub format: i32,
}

/// The picture, checked.
///
/// # Safety
///
/// `pixels.data` is NULL or points to `pixels.len` bytes that can be read for as long as the result is used.
pub(crate) unsafe fn image<'a>(pixels: Option<&vav_pixels>, name: &str) -> Result<Image<'a>> {
    let pixels = given(pixels, name)?;
    let format = listed(
        pixels.format,
        &[
            (vav_pixel_format::VAV_PIXELS_RGB8 as i32, PixelFormat::Rgb8),
            (vav_pixel_format::VAV_PIXELS_BGR8 as i32, PixelFormat::Bgr8),
            (vav_pixel_format::VAV_PIXELS_RGBA8 as i32, PixelFormat::Rgba8),
            (vav_pixel_format::VAV_PIXELS_BGRA8 as i32, PixelFormat::Bgra8),
            (vav_pixel_format::VAV_PIXELS_GRAY8 as i32, PixelFormat::Gray8),
        ],
        "pixel format",
    )?;
    // SAFETY: the caller vouches for data and length.
    let data = unsafe { bytes(pixels.data, pixels.len, name) }?;
    Image::from_pixels(data, pixels.width, pixels.height, pixels.stride, format)
}
