//! Bytes to an upright [`Image`]. The only user of image codecs.
//!
//! The format is sniffed, never believed. Everything is bounded before memory of the picture's size is taken.

mod jpeg;

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use crate::error::{Error, ErrorKind, Result};
use crate::image::{Image, over_white};
use crate::options::Limits;

/// No photo is a thousand times as long as wide; such shapes only serve to hurt.
const MAX_ASPECT: u64 = 1000;

/// 16 bits in four channels: the most that a codec needs for one pixel of its result.
const MAX_BYTES_PER_PIXEL: u64 = 8;

/// Decodes one photo: JPEG, PNG, WebP, BMP, GIF, TIFF or PNM; of an animation the first picture.
///
/// EXIF orientation is applied; gray, palette, CMYK and 16-bit pictures become 8-bit RGB; what is transparent
/// becomes white. Colour profiles are not applied.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Image<'static>> {
    if bytes.is_empty() {
        return Err(Error::new(ErrorKind::EmptyImage, "the image has no bytes"));
    }
    if bytes.len() > limits.max_bytes {
        // Without its length: bindings that read files stop at the first byte too many.
        let message = format!("the image has more than the {} bytes that are allowed", limits.max_bytes);
        return Err(Error::new(ErrorKind::ImageTooLarge, message));
    }
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| unreadable(&error.into()))?;
    let Some(format) = reader.format().filter(ImageFormat::reading_enabled) else {
        let message = "the bytes are not a JPEG, PNG, WebP, BMP, GIF, TIFF or PNM image";
        return Err(Error::new(ErrorKind::UnsupportedFormat, message));
    };
    let mut decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
    check_size(decoder.dimensions(), limits)?;
    let mut codec_limits = image::Limits::no_limits();
    codec_limits.max_alloc = Some(limits.max_pixels.saturating_mul(MAX_BYTES_PER_PIXEL));
    decoder.set_limits(codec_limits).map_err(|error| unreadable(&error))?;
    if format == ImageFormat::Jpeg {
        jpeg::check_scans_complete(bytes)?;
    }
    // A damaged orientation is no reason to refuse a sound picture.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    picture.apply_orientation(orientation);
    Ok(to_rgb(picture))
}

fn check_size((width, height): (u32, u32), limits: &Limits) -> Result<()> {
    let (width, height) = (u64::from(width), u64::from(height));
    if width == 0 || height == 0 {
        return Err(Error::new(
            ErrorKind::CorruptImage,
            format!("the image claims to be {width}x{height} pixels"),
        ));
    }
    check_pixels(width, height, limits)?;
    if width.max(height) > MAX_ASPECT * width.min(height) {
        let message = format!("{width}x{height} pixels: no photo is over {MAX_ASPECT} times as long as wide");
        return Err(Error::new(ErrorKind::ImageTooLarge, message));
    }
    Ok(())
}

/// For pixels that were never encoded too.
pub(crate) fn check_pixels(width: u64, height: u64, limits: &Limits) -> Result<()> {
    if width * height > limits.max_pixels {
        let max = limits.max_pixels;
        let message = format!("{width}x{height} pixels are more than the {max} that are allowed");
        return Err(Error::new(ErrorKind::ImageTooLarge, message));
    }
    Ok(())
}

fn to_rgb(picture: DynamicImage) -> Image<'static> {
    let (width, height) = (picture.width(), picture.height());
    let pixels = if picture.color().has_alpha() {
        let rgba = picture.into_rgba8();
        rgba.pixels().flat_map(|pixel| over_white([pixel[0], pixel[1], pixel[2]], pixel[3])).collect()
    } else {
        picture.into_rgb8().into_raw()
    };
    Image::from_rgb(pixels, width, height)
}

/// The codec's own words never hold pixels, only positions and names of parts.
fn unreadable(error: &ImageError) -> Error {
    let words = error.to_string();
    let words = words.trim();
    match error {
        ImageError::Limits(limit) if !matches!(limit.kind(), LimitErrorKind::Unsupported { .. }) => {
            Error::new(
                ErrorKind::ImageTooLarge,
                format!("the image needs more memory than is allowed: {words}"),
            )
        }
        ImageError::Unsupported(_) => {
            Error::new(ErrorKind::UnsupportedFormat, format!("this kind of image is not read: {words}"))
        }
        _ => Error::new(ErrorKind::CorruptImage, format!("the image is damaged: {words}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn transparent_pixels_become_white() {
        let mut picture = image::RgbaImage::from_pixel(2, 1, image::Rgba([10, 20, 30, 0]));
        picture.put_pixel(1, 0, image::Rgba([10, 20, 30, 255]));
        let image = decode(&png(&picture.into()), &Limits::default()).unwrap();
        assert_eq!(image.rgb(), [255, 255, 255, 10, 20, 30]);
    }

    #[test]
    fn sixteen_bits_are_scaled_not_cut() {
        let picture = image::ImageBuffer::from_pixel(1, 1, image::Luma([0x00ff_u16]));
        let image = decode(&png(&picture.into()), &Limits::default()).unwrap();
        assert_eq!(image.rgb(), [1; 3]);
    }

    #[test]
    fn limits_are_named() {
        let bytes = png(&DynamicImage::new_rgb8(40, 30));
        let kind = |limits: &Limits| decode(&bytes, limits).unwrap_err().kind();
        assert_eq!(kind(&Limits { max_bytes: 10, ..Limits::default() }), ErrorKind::ImageTooLarge);
        assert_eq!(kind(&Limits { max_pixels: 1199, ..Limits::default() }), ErrorKind::ImageTooLarge);
        assert!(decode(&bytes, &Limits { max_pixels: 1200, ..Limits::default() }).is_ok());
        let long = png(&DynamicImage::new_luma8(1001, 1));
        assert_eq!(decode(&long, &Limits::default()).unwrap_err().kind(), ErrorKind::ImageTooLarge);
    }
}
