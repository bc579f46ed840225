//! Raw pixels from programs and cameras. The positions of the rows are checked before any row is read.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::image::Image;
use crate::pixel_format::PixelFormat;

/// Raw pixels: rows from the top, one byte per sample.
///
/// They are checked and converted when they are used; sizes that do not fit together are `INVALID_PIXELS` then. Upright
/// RGB without gaps between rows is used in place. Other pixels are converted into the one picture that is kept, which
/// takes 3 bytes a pixel. This counts as decoding: the limits apply, and a worker does it.
#[derive(Clone)]
pub struct Pixels<'a> {
    data: Cow<'a, [u8]>,
    width: u32,
    height: u32,
    format: PixelFormat,
    stride: Option<usize>,
    colour_offset: Option<usize>,
    full_range: bool,
    rotation: u32,
}

/// Pixels whose layout has been checked.
pub(crate) struct Rows<'a> {
    data: &'a [u8],
    format: PixelFormat,
    full_range: bool,
    pub(crate) size: (usize, usize),
    /// Degrees: 0, 90, 180 or 270.
    pub(crate) rotation: u32,
    planes: [Plane; 3],
}

#[derive(Clone, Copy, Default)]
struct Plane {
    start: usize,
    stride: usize,
    row: usize,
}

impl<'a> Pixels<'a> {
    /// Pixels without gaps between rows: `data` has exactly the length of all rows. Each side is 1 to 65,535.
    pub fn new(data: impl Into<Cow<'a, [u8]>>, width: u32, height: u32, format: PixelFormat) -> Self {
        Pixels {
            data: data.into(),
            width,
            height,
            format,
            stride: None,
            colour_offset: None,
            full_range: false,
            rotation: 0,
        }
    }

    /// The distance between the starts of two rows in bytes, for rows with gaps. The last row may end after its last
    /// pixel, and `data` may be longer. Rows of colour have the same distance in `Nv12` and `Nv21`, where an odd number
    /// counts as the next even one, and half of it in `I420`.
    #[must_use]
    pub fn with_stride(self, bytes: usize) -> Self {
        Pixels { stride: Some(bytes), ..self }
    }

    /// Where in `data` the first colour plane of `Nv12`, `Nv21` or `I420` begins, if not after `height` rows of brightness:
    /// some cameras align the planes.
    #[must_use]
    pub fn with_colour_at(self, offset: usize) -> Self {
        Pixels { colour_offset: Some(offset), ..self }
    }

    /// Brightness and colour range from 0 to 255, as in JPEG and from Android's cameras, instead of from 16 to 235 and 240.
    /// Only `Nv12`, `Nv21`, `I420` and `Yuyv` have a range.
    #[must_use]
    pub fn with_full_range(self) -> Self {
        Pixels { full_range: true, ..self }
    }

    /// The clockwise rotation that makes the picture upright, as cameras report it: 0, 90, 180 or 270 degrees.
    #[must_use]
    pub fn with_rotation(self, degrees: u32) -> Self {
        Pixels { rotation: degrees, ..self }
    }

    /// The same pixels, borrowed from these.
    pub(crate) fn borrowed(&self) -> Pixels<'_> {
        Pixels { data: Cow::Borrowed(&self.data), ..*self }
    }

    /// Finds the rows. Fails with `INVALID_PIXELS` when sizes do not fit together.
    pub(crate) fn rows(&self) -> Result<Rows<'_>> {
        let invalid = |message: String| Err(Error::new(ErrorKind::InvalidPixels, message));
        let (width, height, format) = (self.width, self.height, self.format);
        if !(1..=0xffff).contains(&width) || !(1..=0xffff).contains(&height) {
            return invalid(format!("{width}x{height} pixels: each side must be in 1..=65535"));
        }
        if ![0, 90, 180, 270].contains(&self.rotation) {
            return invalid(format!("a rotation is 0, 90, 180 or 270 degrees, not {}", self.rotation));
        }
        let (size, row) = ((width as usize, height as usize), format.row(width as usize));
        let stride = self.stride.unwrap_or(row);
        if stride < row {
            return invalid(format!("a stride of {stride} bytes is shorter than a row of {row}"));
        }
        let (count, samples) = format.colour_planes();
        if self.colour_offset.is_some() && count == 0 {
            return invalid(format!("{format:?} has no colour plane"));
        }
        // In 128 bits, no product of a stride overflows.
        let (wide, rows) = (stride as u128, u128::from(height));
        let (colour_stride, colour_row) = (samples as u128 * wide.div_ceil(2), samples * size.0.div_ceil(2));
        let colour_rows = rows.div_ceil(2);
        let end =
            |start: u128, stride: u128, rows: u128, row: usize| start + stride * (rows - 1) + row as u128;
        let brightness_end = end(0, wide, rows, row);
        let colour = self.colour_offset.map_or(wide * rows, |offset| offset as u128);
        if colour < brightness_end {
            return invalid(format!(
                "colour at {colour} begins before the {brightness_end} bytes of brightness end"
            ));
        }
        let starts = [0, colour, colour + colour_stride * colour_rows];
        let needed = match count {
            0 => brightness_end,
            _ => end(starts[count], colour_stride, colour_rows, colour_row),
        };
        let (length, loose) = (self.data.len(), self.stride.is_some() || self.colour_offset.is_some());
        if needed > length as u128 || (needed < length as u128 && !loose) {
            let gaps = if loose { "" } else { " without gaps between rows" };
            return invalid(format!(
                "{length} bytes are not {width}x{height} pixels of {format:?}{gaps}, which take {needed}"
            ));
        }
        // Positions within `data` fit `usize`; planes that the format does not have are empty.
        let plane = |index: usize| Plane {
            start: starts[index] as usize,
            stride: if index == 0 { stride } else { colour_stride as usize },
            row: if index == 0 { row } else { colour_row },
        };
        let mut planes = [Plane::default(); 3];
        for (index, place) in planes.iter_mut().enumerate().take(1 + count) {
            *place = plane(index);
        }
        let (full_range, rotation) = (self.full_range, self.rotation);
        Ok(Rows { data: &self.data, format, full_range, size, rotation, planes })
    }
}

impl<'a> Rows<'a> {
    /// The pixels as an image, if that takes no conversion.
    pub(crate) fn in_place(&self) -> Option<Image<'a>> {
        let [Plane { stride, row, .. }, ..] = self.planes;
        let is_image = self.format == PixelFormat::Rgb8 && stride == row && self.rotation == 0;
        let (width, height) = self.size;
        is_image.then(|| Image::borrowing(&self.data[..row * height], width as u32, height as u32))
    }

    /// Converts row `y` to RGB.
    pub(crate) fn rgb(&self, y: usize, rgb: &mut [u8]) {
        let [brightness, colour, more] = self.planes;
        let part = |plane: Plane, y: usize| &self.data[plane.start + plane.stride * y..][..plane.row];
        let rows = [part(brightness, y), part(colour, y / 2), part(more, y / 2)];
        self.format.to_rgb(rows, self.full_range, rgb);
    }
}

/// Prints only the size: pixels stay out of logs.
impl std::fmt::Debug for Pixels<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pixels({}x{})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(pixels: &Pixels<'_>) -> Option<ErrorKind> {
        pixels.rows().err().map(|error| error.kind())
    }

    fn rgb(pixels: &Pixels<'_>) -> Vec<u8> {
        let rows = pixels.rows().unwrap();
        let row = 3 * rows.size.0;
        let mut rgb = vec![0; row * rows.size.1];
        for (y, place) in rgb.chunks_exact_mut(row).enumerate() {
            rows.rgb(y, place);
        }
        rgb
    }

    #[test]
    fn rgb_without_gaps_is_used_in_place() {
        let data = [1, 2, 3, 4, 5, 6];
        let pixels = Pixels::new(&data, 1, 2, PixelFormat::Rgb8);
        let in_place = |pixels: &Pixels<'_>| pixels.rows().unwrap().in_place().is_some();
        assert!(in_place(&pixels) && in_place(&pixels.clone().with_stride(3)));
        assert!(!in_place(&pixels.clone().with_rotation(90)));
        assert!(!in_place(&Pixels::new(&data, 1, 2, PixelFormat::Bgr8)));
        assert!(!in_place(&Pixels::new(&[0; 7], 1, 2, PixelFormat::Rgb8).with_stride(4)));
    }

    #[test]
    fn rows_may_have_gaps_and_the_last_may_end_after_its_last_pixel() {
        let pixels = Pixels::new(&[7, 0, 8], 1, 2, PixelFormat::Gray8).with_stride(2);
        assert_eq!(rgb(&pixels), [7, 7, 7, 8, 8, 8]);
    }

    /// Gray values in a picture with odd sides, and neutral colours; 9 is in the gaps.
    #[test]
    fn planes_of_colour_follow_the_rows_of_brightness() {
        let gray = [10, 10, 10, 20, 20, 20, 30, 30, 30];
        let expected: Vec<u8> = [10, 20, 30].iter().flat_map(|level| [*level; 9]).collect();
        let packed = |format, colour: usize| {
            let data = [&gray[..], &vec![128; colour]].concat();
            rgb(&Pixels::new(data, 3, 3, format).with_full_range())
        };
        for format in [PixelFormat::Nv12, PixelFormat::Nv21, PixelFormat::I420] {
            assert_eq!(packed(format, 8), expected, "{format:?}");
        }
        let rows = |stride: usize, row: &[u8]| [row, &vec![9; stride - row.len()]].concat();
        let gapped = |stride| gray.chunks(3).flat_map(|row| rows(stride, row)).collect::<Vec<u8>>();
        // A stride of 5: rows of colour are 6 bytes apart in NV12, 3 in I420.
        let colour = [rows(6, &[128; 4]), vec![128; 4]].concat();
        let nv12 = Pixels::new([gapped(5), colour].concat(), 3, 3, PixelFormat::Nv12).with_stride(5);
        assert_eq!(rgb(&nv12.with_full_range()), expected);
        let plane = [rows(3, &[128; 2]), vec![128; 2]].concat();
        let colour = [&plane[..], &[9], &plane].concat();
        let i420 = Pixels::new([gapped(5), colour].concat(), 3, 3, PixelFormat::I420).with_stride(5);
        assert_eq!(rgb(&i420.with_full_range()), expected);
        let late = [&gray[..], &[9; 4], &[128; 8]].concat();
        let late = Pixels::new(late, 3, 3, PixelFormat::Nv21).with_colour_at(13).with_full_range();
        assert_eq!(rgb(&late), expected);
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        let data = [0; 12];
        let of = |width, height| Pixels::new(&data, width, height, PixelFormat::Rgb8);
        for wrong in [of(0, 1), of(1, 0), of(70_000, 1), of(1, 3), of(1, 5), of(2, 2).with_rotation(45)] {
            assert_eq!(kind(&wrong), Some(ErrorKind::InvalidPixels), "{wrong:?}");
        }
        for (width, height, stride) in [(2, 2, 5), (3, 2, 9), (1, 3, usize::MAX), (1, 65_535, usize::MAX)] {
            assert_eq!(kind(&of(width, height).with_stride(stride)), Some(ErrorKind::InvalidPixels));
        }
        assert_eq!(kind(&of(2, 2).with_stride(6)), None);
        assert_eq!(kind(&of(1, 1).with_stride(3)), None, "what follows the last row does not matter");
        assert_eq!(kind(&of(2, 2).with_colour_at(12)), Some(ErrorKind::InvalidPixels));
    }

    #[test]
    fn missing_planes_of_colour_are_refused() {
        for format in [PixelFormat::Nv12, PixelFormat::Nv21, PixelFormat::I420] {
            let of = |length: usize| Pixels::new(vec![0; length], 4, 2, format);
            assert_eq!(kind(&of(12)), None, "{format:?}");
            for length in [0, 8, 11, 13] {
                assert_eq!(kind(&of(length)), Some(ErrorKind::InvalidPixels), "{format:?} {length}");
            }
            assert_eq!(kind(&of(13).with_colour_at(9)), None);
            for offset in [0, 7, 9, usize::MAX] {
                assert_eq!(kind(&of(12).with_colour_at(offset)), Some(ErrorKind::InvalidPixels), "{offset}");
            }
            assert_eq!(kind(&of(12).with_stride(usize::MAX)), Some(ErrorKind::InvalidPixels));
        }
        assert_eq!(kind(&Pixels::new(&[0; 8], 3, 1, PixelFormat::Yuyv)), None);
        assert_eq!(kind(&Pixels::new(&[0; 6], 3, 1, PixelFormat::Yuyv)), Some(ErrorKind::InvalidPixels));
    }
}
