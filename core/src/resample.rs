//! An area of an image at another size, filtered so that no pixel is skipped.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Area;
use crate::image::Image;

/// Scales an area of the image to `width` x `height` RGB pixels.
pub(crate) fn resample(image: &Image<'_>, area: &Area, (width, height): (u32, u32)) -> Result<Vec<u8>> {
    let [left, top, across, down] = area.bounds();
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(left, top, across, down);
    scale(image, &options, (width, height))
        .map_err(|error| Error::new(ErrorKind::Internal, format!("scaling the image failed: {error}")))
}

/// Uses the typed call: the untyped one compiles the resizer for every pixel type into this crate, half of its code.
fn scale(
    image: &Image<'_>,
    options: &ResizeOptions,
    (width, height): (u32, u32),
) -> std::result::Result<Vec<u8>, Box<dyn std::error::Error>> {
    let source = TypedImageRef::<U8x3>::from_buffer(image.width(), image.height(), image.rgb())?;
    let mut pixels = vec![0; 3 * width as usize * height as usize];
    let mut target = TypedImage::<U8x3>::from_buffer(width, height, &mut pixels)?;
    Resizer::new().resize_typed(&source, &mut target, options)?;
    Ok(pixels)
}
