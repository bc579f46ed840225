//! Bytes to an upright [`Image`], whole or in part, at a scale. The only user of image codecs.
//!
//! The format is detected from the content. The memory that a picture needs is computed and bounded before memory of its
//! size is allocated.

#![allow(clippy::inline_always, reason = "measured: 5 to 8 % of the time of a progressive photo")]

#[cfg(any(test, fuzzing))]
mod agreement;
mod canvas;
mod jpeg;
mod raster;
mod raw;
mod samples;
mod view;

use std::ops::Range;

use image::metadata::Orientation;

use self::canvas::Canvas;
use self::jpeg::Jpeg;
use self::raster::Raster;
use self::view::{Turn, View};
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Area;
use crate::image::Image;
use crate::memory;
use crate::options::Limits;
use crate::pixels::Rows;
use crate::scaled::Scaled;

/// No photo is a thousand times as long as it is wide; such shapes are attacks.
const MAX_ASPECT: u64 = 1000;

/// The scales: how many pixels, across and down, become one. JPEG supports exactly these.
const DENOMINATORS: [usize; 4] = [1, 2, 4, 8];

/// An encoded photo whose headers have been read: JPEG, PNG, WebP, BMP, GIF, TIFF or PNM; of an animation, the first
/// picture.
///
/// EXIF orientation is applied; gray, palette, CMYK and 16-bit pictures become 8-bit RGB; transparent pixels become
/// white. Colour profiles are not applied.
pub(crate) struct Source<'a> {
    kind: Kind<'a>,
    /// As stored.
    size: (usize, usize),
    turn: Turn,
    max_memory: u64,
    deadline: Deadline<'a>,
}

enum Kind<'a> {
    Jpeg(Box<Jpeg<'a>>),
    Raster(Raster<'a>),
    Raw(Rows<'a>),
}

impl<'a> Source<'a> {
    /// Reads the headers and checks them against the limits.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits, deadline: Deadline<'a>) -> Result<Source<'a>> {
        if bytes.is_empty() {
            return Err(Error::new(ErrorKind::EmptyImage, "the image has no bytes"));
        }
        if bytes.len() > limits.max_bytes {
            // The length is not stated, since bindings that read files stop at the first byte over the limit.
            let message = format!("the image has more than the {} bytes that are allowed", limits.max_bytes);
            return Err(Error::new(ErrorKind::ImageTooLarge, message));
        }
        let max_memory = limits.max_decode_bytes;
        let (kind, size, turn) = if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            let jpeg = Jpeg::open(bytes)?;
            // A damaged orientation is no reason to refuse an intact picture.
            let orientation = jpeg.exif().and_then(Orientation::from_exif_chunk);
            let (size, turn) = (jpeg.size(), orientation.map(Turn::from).unwrap_or_default());
            (Kind::Jpeg(Box::new(jpeg)), size, turn)
        } else {
            let raster = Raster::open(bytes, max_memory)?;
            let (size, turn) = (raster.size, raster.turn);
            (Kind::Raster(raster), size, turn)
        };
        check_size((size.0 as u64, size.1 as u64), limits)?;
        Ok(Source { kind, size, turn, max_memory, deadline })
    }

    /// Pixels that were never encoded, checked against the limits.
    pub(crate) fn raw(rows: Rows<'a>, limits: &Limits, deadline: Deadline<'a>) -> Result<Source<'a>> {
        let (size, turn) = (rows.size, raw::turn(&rows));
        check_pixels(size.0 as u64, size.1 as u64, limits)?;
        Ok(Source { kind: Kind::Raw(rows), size, turn, max_memory: limits.max_decode_bytes, deadline })
    }

    /// Width and height of the upright picture.
    pub(crate) fn size(&self) -> (u32, u32) {
        let (width, height) = self.turn.size(self.size);
        (width as u32, height as u32)
    }

    /// The whole picture at full scale. Fails with `IMAGE_TOO_LARGE` if that takes more memory than allowed.
    pub(crate) fn decode(&mut self) -> Result<Image<'static>> {
        Ok(self.view((0..self.size.0, 0..self.size.1), 1..=1)?.image)
    }

    /// The whole picture at a scale that leaves at least `longest` pixels on its longer side, or as many as it has. If that
    /// takes more memory than allowed, it is decoded smaller; `IMAGE_TOO_LARGE` if every scale does.
    ///
    /// Only a JPEG is decoded smaller to save time; other formats only to save memory.
    pub(crate) fn decode_at_least(&mut self, longest: usize) -> Result<Scaled<'static>> {
        self.view((0..self.size.0, 0..self.size.1), self.denominator_for(longest)..=usize::MAX)
    }

    /// The denominator that `decode_at_least` asks for.
    pub(crate) fn denominator_for(&self, longest: usize) -> usize {
        let enough = self.size.0.max(self.size.1) / longest.max(1);
        if matches!(self.kind, Kind::Jpeg(_)) { enough.max(1) } else { 1 }
    }

    /// A part of the picture at a scale of at least 1/`denominator`; coarser if that takes more memory than allowed.
    pub(crate) fn decode_area(&mut self, area: &Area, denominator: f32) -> Result<Scaled<'static>> {
        let [left, top, width, height] = area.bounds();
        let (whole_width, whole_height) = self.turn.size(self.size);
        let span = |start: f64, length: f64, most: usize| {
            start.floor() as usize..((start + length).ceil() as usize).min(most)
        };
        let upright = (span(left, width, whole_width), span(top, height, whole_height));
        let stored = self.turn.stored(upright, self.size);
        self.view(stored, (denominator as usize).max(1)..=usize::MAX)
    }

    /// Decodes a part at the coarsest scale up to the lower bound. If that takes more memory than allowed, at the
    /// finest of the coarser scales up to the upper bound that does not.
    fn view(
        &mut self,
        (x, y): (Range<usize>, Range<usize>),
        denominators: std::ops::RangeInclusive<usize>,
    ) -> Result<Scaled<'static>> {
        let wanted = DENOMINATORS.iter().rposition(|d| d <= denominators.start()).unwrap_or(0);
        let possible = DENOMINATORS[wanted..].iter().take_while(|d| **d <= (*denominators.end()).max(1));
        let mut least = u64::MAX;
        for &denominator in possible {
            let view = View::new(x.clone(), y.clone(), denominator);
            least = self.memory(&view);
            if least <= self.max_memory {
                // Codecs abort the process when an allocation fails.
                memory::check(usize::try_from(least).unwrap_or(usize::MAX))?;
                let (pixels, (width, height)) = self.pixels(&view)?;
                let image = Image::from_rgb(pixels, width as u32, height as u32);
                return Ok(Scaled::part(image, denominator, self.turn.origin(&view, self.size)));
            }
        }
        let ((width, height), most) = (self.size, self.max_memory);
        let message = format!(
            "decoding {width}x{height} pixels of this kind takes {least} bytes of memory, more than the {most} that are allowed"
        );
        Err(Error::new(ErrorKind::ImageTooLarge, message))
    }

    /// The peak memory of decoding a view, in bytes.
    fn memory(&self, view: &View) -> u64 {
        match &self.kind {
            Kind::Jpeg(jpeg) => view.bytes() + jpeg.working_memory(view),
            Kind::Raster(raster) => raster.memory(view),
            Kind::Raw(rows) => raw::memory(rows, view),
        }
    }

    fn pixels(&mut self, view: &View) -> Result<raster::Pixels> {
        match &mut self.kind {
            Kind::Jpeg(jpeg) => {
                let mut canvas = Canvas::new(view, self.turn);
                jpeg.decode(view, self.deadline, &mut |y, row| canvas.put(y, row))?;
                Ok(canvas.finish())
            }
            Kind::Raster(raster) => raster.decode(view, self.deadline),
            Kind::Raw(rows) => raw::decode(rows, view, self.deadline),
        }
    }
}

/// The width and height of the upright picture that the headers of an encoded photo declare, read as decoding reads them.
/// The start of a photo is enough if it holds the headers; whether the pixels can be decoded is not examined.
///
/// # Errors
///
/// Those of decoding, also if the headers are not complete.
pub fn declared_size(start: &[u8]) -> Result<(u32, u32)> {
    let limits = Limits { max_pixels: u64::MAX, max_bytes: usize::MAX, ..Limits::default() };
    Ok(Source::open(start, &limits, Deadline::default())?.size())
}

fn check_size((width, height): (u64, u64), limits: &Limits) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(Error::new(
            ErrorKind::CorruptImage,
            format!("the image declares a size of {width}x{height} pixels"),
        ));
    }
    check_pixels(width, height, limits)?;
    if width.max(height) > MAX_ASPECT * width.min(height) {
        let message = format!("{width}x{height} pixels: no photo is over {MAX_ASPECT} times as long as wide");
        return Err(Error::new(ErrorKind::ImageTooLarge, message));
    }
    Ok(())
}

/// Checks the number of pixels, also of raw ones.
pub(crate) fn check_pixels(width: u64, height: u64, limits: &Limits) -> Result<()> {
    if width * height > limits.max_pixels {
        let max = limits.max_pixels;
        let message = format!("{width}x{height} pixels are more than the {max} that are allowed");
        return Err(Error::new(ErrorKind::ImageTooLarge, message));
    }
    Ok(())
}

#[cfg(fuzzing)]
pub(crate) use agreement::parts_agree;

#[cfg(test)]
mod tests;
