//! An upright 8-bit RGB picture whose size is checked once, by its constructor.

use std::borrow::Cow;

/// An upright RGB picture with 8 bits per channel, rows from the top, without gaps between them.
///
/// [`Verifier::decode`](crate::Verifier::decode) makes one, also from [`Pixels`](crate::Pixels).
#[derive(Clone)]
pub struct Image<'a> {
    pixels: Cow<'a, [u8]>,
    width: u32,
    height: u32,
}

impl<'a> Image<'a> {
    /// The same picture, its pixels borrowed from this one.
    pub(crate) fn borrowed(&self) -> Image<'_> {
        Image { pixels: Cow::Borrowed(&self.pixels), width: self.width, height: self.height }
    }

    pub(crate) fn into_owned(self) -> Image<'static> {
        Image { pixels: Cow::Owned(self.pixels.into_owned()), width: self.width, height: self.height }
    }

    /// Panics if the length does not fit the size.
    pub(crate) fn borrowing(pixels: &'a [u8], width: u32, height: u32) -> Self {
        Image::checked(Cow::Borrowed(pixels), width, height)
    }

    fn checked(pixels: Cow<'a, [u8]>, width: u32, height: u32) -> Self {
        assert_eq!(pixels.len(), 3 * width as usize * height as usize);
        Image { pixels, width, height }
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
    /// Panics if the length does not fit the size.
    pub(crate) fn from_rgb(pixels: Vec<u8>, width: u32, height: u32) -> Self {
        Image::checked(Cow::Owned(pixels), width, height)
    }
}

/// Prints only the size: pixels stay out of logs.
impl std::fmt::Debug for Image<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Image({}x{})", self.width, self.height)
    }
}
