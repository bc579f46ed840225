//! A square of any size and rotation, cut out of an image: the chip of the extractor and the detector's close looks.

use std::borrow::Cow;

use crate::error::Result;
use crate::geometry::{Area, Point, SimilarityTransform};
use crate::image::Image;
use crate::model::Input;
use crate::resample::resample;

/// From this many image pixels per pixel of the square on, the image is first scaled down: sampling alone would skip
/// pixels.
pub(crate) const SHRINK_FROM: f32 = 2.0;

/// A rectangle of the image at a scale near the square's.
struct Patch<'a> {
    pixels: Cow<'a, [u8]>,
    size: (usize, usize),
    /// Patch coordinates of an image point: `(point - origin) * factor`.
    origin: (f32, f32),
    factor: (f32, f32),
    outside: [f32; 3],
}

/// The square in a network's layout: `size` x `size`, plane by plane. `map` leads from the square to the image; beyond
/// the image is the colour `outside`.
pub(crate) fn warp(
    image: &Image<'_>,
    map: &SimilarityTransform,
    size: usize,
    input: &Input,
    outside: [f32; 3],
) -> Result<Vec<f32>> {
    let patch = patch(image, map, size as f32, outside)?;
    let area = size * size;
    let mut tensor = vec![0.0; 3 * area];
    for at in 0..area {
        let place = map.apply((at % size) as f32, (at / size) as f32);
        let planes = input.planes(patch.sample(place));
        for (plane, value) in planes.into_iter().enumerate() {
            tensor[plane * area + at] = value;
        }
    }
    Ok(tensor)
}

/// The part of the image that the square needs, reduced first if it is much larger there.
fn patch<'a>(
    image: &'a Image<'_>,
    map: &SimilarityTransform,
    square: f32,
    outside: [f32; 3],
) -> Result<Patch<'a>> {
    let size = (image.width(), image.height());
    if let Some(area) = (map.scale() >= SHRINK_FROM).then(|| covered(map, square, size)).flatten() {
        let [left, top, width, height] = area.bounds().map(|value| value as f32);
        let scaled = |length: f32| (length / map.scale()).ceil().max(1.0) as u32;
        let size = (scaled(width), scaled(height));
        return Ok(Patch {
            pixels: resample(image, &area, size)?.into(),
            size: (size.0 as usize, size.1 as usize),
            origin: (left, top),
            factor: (size.0 as f32 / width, size.1 as f32 / height),
            outside,
        });
    }
    let size = (size.0 as usize, size.1 as usize);
    Ok(Patch { pixels: image.rgb().into(), size, origin: (0.0, 0.0), factor: (1.0, 1.0), outside })
}

/// The area of an image of this size that the square shows, with a margin of one of the square's pixels.
pub(crate) fn covered(map: &SimilarityTransform, square: f32, size: (u32, u32)) -> Option<Area> {
    let corners = [(0.0, 0.0), (square, 0.0), (0.0, square), (square, square)].map(|(x, y)| map.apply(x, y));
    let low = |value: fn(&Point) -> f32| {
        corners.iter().map(value).fold(f32::INFINITY, f32::min).floor() - map.scale()
    };
    let high = |value: fn(&Point) -> f32| {
        corners.iter().map(value).fold(f32::NEG_INFINITY, f32::max).ceil() + map.scale()
    };
    let low = Point { x: low(|point| point.x), y: low(|point| point.y) };
    let high = Point { x: high(|point| point.x), y: high(|point| point.y) };
    Area::between(low, high, size)
}

impl Patch<'_> {
    /// Bilinear.
    fn sample(&self, Point { x, y }: Point) -> [f32; 3] {
        // Pixel centres are at whole coordinates in the image and in the patch, hence the shifts by half a pixel.
        let x = (x - self.origin.0 + 0.5) * self.factor.0 - 0.5;
        let y = (y - self.origin.1 + 0.5) * self.factor.1 - 0.5;
        let (left, top) = (x.floor(), y.floor());
        let (right_part, bottom_part) = (x - left, y - top);
        let pixel = |x: isize, y: isize| -> [f32; 3] {
            let (width, height) = self.size;
            if x < 0 || y < 0 || x as usize >= width || y as usize >= height {
                return self.outside;
            }
            let at = 3 * (y as usize * width + x as usize);
            [self.pixels[at], self.pixels[at + 1], self.pixels[at + 2]].map(f32::from)
        };
        let (column, row) = (left as isize, top as isize);
        let corners = [
            (pixel(column, row), (1.0 - right_part) * (1.0 - bottom_part)),
            (pixel(column.saturating_add(1), row), right_part * (1.0 - bottom_part)),
            (pixel(column, row.saturating_add(1)), (1.0 - right_part) * bottom_part),
            (pixel(column.saturating_add(1), row.saturating_add(1)), right_part * bottom_part),
        ];
        std::array::from_fn(|channel| corners.iter().map(|(colour, weight)| colour[channel] * weight).sum())
    }
}
