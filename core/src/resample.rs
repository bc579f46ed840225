//! A rectangle of an image at another size, filtered so that no pixel is skipped.

use fast_image_resize::images::{Image as Pixels, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::detect::Rect;
use crate::error::{Error, ErrorKind, Result};
use crate::image::Image;

/// Scales `area`, which must lie within the image and not be empty, to `width` x `height` RGB pixels.
pub(crate) fn resample(image: &Image<'_>, area: Rect, (width, height): (u32, u32)) -> Result<Vec<u8>> {
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).crop(
        area.x.into(),
        area.y.into(),
        area.width.into(),
        area.height.into(),
    );
    let mut target = Pixels::new(width, height, PixelType::U8x3);
    ImageRef::new(image.width(), image.height(), image.rgb(), PixelType::U8x3)
        .map_err(|error| error.to_string())
        .and_then(|source| {
            Resizer::new().resize(&source, &mut target, &options).map_err(|error| error.to_string())
        })
        .map_err(|error| Error::new(ErrorKind::Internal, format!("scaling the image failed: {error}")))?;
    Ok(target.into_vec())
}
