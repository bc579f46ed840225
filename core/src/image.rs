//! An upright 8-bit RGB picture whose size is checked once, by its constructor.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::memory::room_for;

/// The layout of the bytes of a raw picture, one byte per channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// Red, green, blue.
    Rgb8,
    /// Blue, green, red (OpenCV's order).
    Bgr8,
    /// Red, green, blue, alpha; blended over white.
    Rgba8,
    /// Blue, green, red, alpha; blended over white.
    Bgra8,
    /// One channel of brightness.
    Gray8,
}

impl PixelFormat {
    /// Bytes of one pixel.
    pub const fn channels(self) -> usize {
        match self {
            PixelFormat::Rgb8 | PixelFormat::Bgr8 => 3,
            PixelFormat::Rgba8 | PixelFormat::Bgra8 => 4,
            PixelFormat::Gray8 => 1,
        }
    }

    fn rgb(self, pixel: &[u8]) -> [u8; 3] {
        match self {
            PixelFormat::Rgb8 => [pixel[0], pixel[1], pixel[2]],
            PixelFormat::Bgr8 => [pixel[2], pixel[1], pixel[0]],
            PixelFormat::Rgba8 => over_white([pixel[0], pixel[1], pixel[2]], pixel[3]),
            PixelFormat::Bgra8 => over_white([pixel[2], pixel[1], pixel[0]], pixel[3]),
            PixelFormat::Gray8 => [pixel[0]; 3],
        }
    }
}

/// The colour under a transparent pixel must not reach the networks: people see the picture over white.
pub(crate) fn over_white(colour: [u8; 3], alpha: u8) -> [u8; 3] {
    let alpha = u32::from(alpha);
    colour.map(|value| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
}

/// An upright RGB picture with 8 bits per channel, rows from the top, without gaps between them.
///
/// Borrows the caller's pixels if they have this layout, and owns converted ones otherwise.
#[derive(Clone)]
pub struct Image<'a> {
    pixels: Cow<'a, [u8]>,
    width: u32,
    height: u32,
}

impl<'a> Image<'a> {
    /// From raw pixels, borrowed or owned. `stride` is the distance between the starts of two rows in bytes.
    ///
    /// The last row may end after its last pixel. Fails with `INVALID_PIXELS` when a side is 0 or over 65,535, the
    /// stride is shorter than a row, or `data` is too short.
    pub fn from_pixels(
        data: impl Into<Cow<'a, [u8]>>,
        width: u32,
        height: u32,
        stride: usize,
        format: PixelFormat,
    ) -> Result<Image<'a>> {
        let mut data = data.into();
        let invalid = |message: String| Err(Error::new(ErrorKind::InvalidPixels, message));
        if !(1..=0xffff).contains(&width) || !(1..=0xffff).contains(&height) {
            return invalid(format!("{width}x{height} pixels: each side must be in 1..=65535"));
        }
        let row = width as usize * format.channels();
        if stride < row {
            return invalid(format!("a stride of {stride} bytes is shorter than a row of {row}"));
        }
        let needed = stride.checked_mul(height as usize - 1).and_then(|rows| rows.checked_add(row));
        let Some(needed) = needed.filter(|needed| *needed <= data.len()) else {
            return invalid(format!("{} bytes are too few for {height} rows of {stride}", data.len()));
        };
        match &mut data {
            Cow::Borrowed(data) => *data = &data[..needed],
            Cow::Owned(data) => data.truncate(needed),
        }
        let pixels = if format == PixelFormat::Rgb8 && stride == row {
            data
        } else {
            let mut pixels = room_for(3 * width as usize * height as usize)?;
            for line in data.chunks(stride) {
                for pixel in line[..row].chunks_exact(format.channels()) {
                    pixels.extend_from_slice(&format.rgb(pixel));
                }
            }
            Cow::Owned(pixels)
        };
        Ok(Image { pixels, width, height })
    }

    /// The same picture, its pixels borrowed from this one.
    pub(crate) fn borrowed(&self) -> Image<'_> {
        Image { pixels: Cow::Borrowed(&self.pixels), width: self.width, height: self.height }
    }

    pub(crate) fn into_owned(self) -> Image<'static> {
        Image { pixels: Cow::Owned(self.pixels.into_owned()), width: self.width, height: self.height }
    }

    /// Width in pixels, at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixels: red, green, blue, row by row, `3 * width * height` bytes.
    pub fn rgb(&self) -> &[u8] {
        &self.pixels
    }
}

impl Image<'static> {
    /// The caller guarantees the length.
    pub(crate) fn from_rgb(pixels: Vec<u8>, width: u32, height: u32) -> Self {
        assert_eq!(pixels.len(), 3 * width as usize * height as usize);
        Image { pixels: Cow::Owned(pixels), width, height }
    }
}

/// Prints only the size: pixels stay out of logs.
impl std::fmt::Debug for Image<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Image({}x{})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contiguous_rgb_is_borrowed_and_the_rest_converted() {
        let data = [1, 2, 3, 4, 5, 6];
        let image = Image::from_pixels(&data, 2, 1, 6, PixelFormat::Rgb8).unwrap();
        assert!(matches!(image.pixels, Cow::Borrowed(_)));
        let image = Image::from_pixels(&data, 1, 2, 3, PixelFormat::Bgr8).unwrap();
        assert_eq!(image.rgb(), [3, 2, 1, 6, 5, 4]);
        let image = Image::from_pixels(&[9, 9, 9, 0, 0, 0, 0, 255], 2, 1, 8, PixelFormat::Rgba8).unwrap();
        assert_eq!(image.rgb(), [255, 255, 255, 0, 0, 0]);
        // A stride beyond the row, and a last row that ends after its last pixel.
        let image = Image::from_pixels(&[7, 0, 8], 1, 2, 2, PixelFormat::Gray8).unwrap();
        assert_eq!(image.rgb(), [7, 7, 7, 8, 8, 8]);
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        let data = [0; 12];
        for (width, height, stride) in
            [(0, 1, 3), (1, 0, 3), (2, 2, 5), (3, 2, 9), (1, 3, usize::MAX), (70_000, 1, 210_000)]
        {
            let error = Image::from_pixels(&data, width, height, stride, PixelFormat::Rgb8).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidPixels, "{width}x{height}/{stride}");
        }
    }
}
