//! Every format but JPEG: read by rows if the codec provides them, else as a whole, within a memory limit.

mod png;
mod tiff;

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageFormat, ImageReader};

use super::canvas::{Canvas, Shrink};
use super::samples::{append_rgb, convert_in_place};
use super::view::{Turn, View};
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind, Result, catch_panic};

/// A picture whose header has been read.
pub(super) struct Raster<'a> {
    bytes: &'a [u8],
    format: ImageFormat,
    layout: ColorType,
    pub(super) size: (usize, usize),
    pub(super) turn: Turn,
    way: Way,
    /// The most that a codec may allocate, as far as it enforces a limit.
    max_memory: u64,
}

/// How the pixels are read.
#[derive(Clone, Copy)]
enum Way {
    /// A row at a time.
    PngRows,
    /// A strip of this many rows at a time.
    TiffStrips(usize),
    /// All at once.
    Whole,
}

/// Upright pixels and their size.
pub(super) type Pixels = (Vec<u8>, (usize, usize));

/// Takes a row of the picture in some layout.
type RowSink<'s> = dyn FnMut(usize, ColorType, &[u8]) -> Result<()> + 's;

impl<'a> Raster<'a> {
    /// Reads the header and checks it against `max_memory`. Fails with `UNSUPPORTED_FORMAT` if the bytes are not a picture.
    pub(super) fn open(bytes: &'a [u8], max_memory: u64) -> Result<Raster<'a>> {
        guarded(|| {
            let reader = ImageReader::new(Cursor::new(bytes))
                .with_guessed_format()
                .map_err(|error| unreadable(&error.into()))?;
            let Some(format) = reader.format().filter(ImageFormat::reading_enabled) else {
                let message = "the bytes are not a JPEG, PNG, WebP, BMP, GIF, TIFF or PNM image";
                return Err(Error::new(ErrorKind::UnsupportedFormat, message));
            };
            let mut decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
            let (width, height) = decoder.dimensions();
            // A damaged orientation is no reason to refuse an intact picture.
            let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
            let way = match format {
                ImageFormat::Png if png::has_rows(bytes)? => Way::PngRows,
                ImageFormat::Tiff => tiff::rows_per_strip(bytes)?.map_or(Way::Whole, Way::TiffStrips),
                _ => Way::Whole,
            };
            Ok(Raster {
                bytes,
                format,
                layout: decoder.color_type(),
                size: (width as usize, height as usize),
                turn: orientation.into(),
                way,
                max_memory,
            })
        })
    }

    /// The peak memory of decoding a view, in bytes, including the result.
    pub(super) fn memory(&self, view: &View) -> u64 {
        let row = u64::from(self.layout.bytes_per_pixel()) * self.size.0 as u64;
        let whole = row * self.size.1 as u64;
        let pixels = self.size.0 as u64 * self.size.1 as u64;
        let lines = 4 * (row + 3 * self.size.0 as u64);
        match self.way {
            Way::PngRows => view.bytes() + lines,
            Way::TiffStrips(rows) => view.bytes() + lines + 2 * row * rows as u64,
            Way::Whole if self.fits_in_place(view) => whole + self.aside(whole, pixels),
            Way::Whole => whole + lines + self.aside(whole, pixels).max(view.bytes()),
        }
    }

    /// A codec's memory in addition to the picture that it returns, measured with a counting allocator.
    fn aside(&self, whole: u64, pixels: u64) -> u64 {
        match self.format {
            ImageFormat::WebP => 7 * pixels,
            ImageFormat::Gif => 5 * pixels,
            ImageFormat::Tiff => whole + 4 * pixels,
            _ => 0,
        }
    }

    /// Whether the codec's own buffer can become the result.
    fn fits_in_place(&self, view: &View) -> bool {
        let all = view.columns().len() == self.size.0 && view.rows().len() == self.size.1;
        all && view.denominator == 1 && self.turn.is_none() && self.layout.bytes_per_pixel() >= 3
    }

    pub(super) fn decode(&self, view: &View, deadline: Deadline<'_>) -> Result<Pixels> {
        guarded(|| {
            if matches!(self.way, Way::Whole) && self.fits_in_place(view) {
                let mut samples = self.read_whole()?;
                deadline.check()?;
                convert_in_place(self.layout, &mut samples).ok_or_else(unknown_layout)?;
                return Ok((samples, self.size));
            }
            let mut canvas = Canvas::new(view, self.turn);
            let mut shrink = Shrink::new(view, self.size);
            let mut rgb = Vec::with_capacity(3 * self.size.0);
            let mut take = |y: usize, layout: ColorType, row: &[u8]| {
                if y.is_multiple_of(64) {
                    deadline.check()?;
                }
                rgb.clear();
                append_rgb(layout, row, &mut rgb).ok_or_else(unknown_layout)?;
                shrink.row(y, &rgb, &mut |y, row| canvas.put(y, row));
                Ok(())
            };
            match self.way {
                Way::PngRows => png::rows(self.bytes, self.max_memory, self.layout, &mut take)?,
                Way::TiffStrips(_) => tiff::rows(self.bytes, self.max_memory, self.layout, &mut take)?,
                Way::Whole => {
                    let samples = self.read_whole()?;
                    let length = self.size.0 * usize::from(self.layout.bytes_per_pixel());
                    for (y, row) in samples.chunks_exact(length).enumerate() {
                        take(y, self.layout, row)?;
                    }
                }
            }
            Ok(canvas.finish())
        })
    }

    fn read_whole(&self) -> Result<Vec<u8>> {
        let mut limits = image::Limits::no_limits();
        limits.max_alloc = Some(self.max_memory);
        let mut reader = ImageReader::with_format(Cursor::new(self.bytes), self.format);
        reader.limits(limits);
        let decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
        let mut samples = vec![0; decoder.total_bytes() as usize];
        decoder.read_image(&mut samples).map_err(|error| unreadable(&error))?;
        Ok(samples)
    }
}

/// Reports a panic of a codec as a picture that cannot be read.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_panic(work).map_err(|error| match error.kind() {
        ErrorKind::Panic => {
            Error::new(ErrorKind::CorruptImage, "the image is damaged: its codec could not read it")
        }
        _ => error,
    })
}

fn unknown_layout() -> Error {
    Error::new(
        ErrorKind::UnsupportedFormat,
        "this kind of image is not supported: the layout of its pixels is unknown",
    )
}

/// A codec's messages contain positions and names of parts, never pixels.
fn unreadable(error: &ImageError) -> Error {
    let words = error.to_string();
    match error {
        ImageError::Limits(limit) if !matches!(limit.kind(), LimitErrorKind::Unsupported { .. }) => {
            too_large(&words)
        }
        // The size overflows a machine word, which has 32 bits on the web.
        ImageError::Unsupported(_) if words.contains("are too large") => too_large(&words),
        ImageError::Unsupported(_) => unsupported(&words),
        _ => damaged(&words),
    }
}

fn too_large(words: &str) -> Error {
    let message = format!("the image needs more memory than is allowed: {}", words.trim());
    Error::new(ErrorKind::ImageTooLarge, message)
}

fn unsupported(words: &str) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, format!("this kind of image is not supported: {}", words.trim()))
}

fn damaged(words: &str) -> Error {
    Error::new(ErrorKind::CorruptImage, format!("the image is damaged: {}", words.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codecs_panic_is_an_unreadable_image() {
        let error = guarded::<()>(|| panic!("the codec's words")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CorruptImage);
        assert!(error.message().contains("damaged") && !error.message().contains("words"), "{error}");
        assert_eq!(guarded::<()>(|| Err(too_large("it"))).unwrap_err().kind(), ErrorKind::ImageTooLarge);
        assert_eq!(guarded(|| Ok(7)).unwrap(), 7);
    }
}
