//! Five landmarks to a chip: the face upright, at the place and size that the extractor was trained on.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Area, Point, SimilarityTransform};
use crate::image::Image;
use crate::model::Input;
use crate::resample::resample;

/// Where the landmarks belong on a chip of 112x112 pixels: the reference landmarks that ArcFace and its kin are trained with
/// (InsightFace, `arcface_dst`; first published with SphereFace, Liu et al. 2017, for 96x112 pixels).
const REFERENCE_LANDMARKS: [Point; 5] = [
    Point { x: 38.2946, y: 51.6963 },
    Point { x: 73.5318, y: 51.5014 },
    Point { x: 56.0252, y: 71.7366 },
    Point { x: 41.5493, y: 92.3655 },
    Point { x: 70.7299, y: 92.2041 },
];

/// The chip size that the reference landmarks are for.
const REFERENCE_SIZE: f32 = 112.0;

/// From this many image pixels per chip pixel on, the face is first scaled down: sampling alone would skip pixels.
const SHRINK_FROM: f32 = 2.0;

/// A rectangle of the image at a scale near the chip's.
struct Patch<'a> {
    pixels: Cow<'a, [u8]>,
    size: (usize, usize),
    /// Patch coordinates of an image point: `(point - origin) * factor`.
    origin: (f32, f32),
    factor: (f32, f32),
}

/// The face as the extractor's input: `size` x `size`, plane by plane.
pub(crate) fn align(
    image: &Image<'_>,
    landmarks: &[Point; 5],
    size: usize,
    input: &Input,
) -> Result<Vec<f32>> {
    let zoom = size as f32 / REFERENCE_SIZE;
    let reference = REFERENCE_LANDMARKS.map(|point| Point { x: point.x * zoom, y: point.y * zoom });
    let map = SimilarityTransform::fit(&reference, landmarks)
        .ok_or_else(|| Error::new(ErrorKind::NoFace, "the face's landmarks lie on one spot"))?;
    let patch = patch(image, &map, size as f32)?;
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

/// What the chip needs of the image, scaled down first where the face is much larger than the chip.
fn patch<'a>(image: &'a Image<'_>, map: &SimilarityTransform, chip: f32) -> Result<Patch<'a>> {
    let size = (image.width(), image.height());
    if let Some(area) = (map.scale() >= SHRINK_FROM).then(|| covered(map, chip, size)).flatten() {
        let [left, top, width, height] = area.bounds().map(|value| value as f32);
        let scaled = |length: f32| (length / map.scale()).ceil().max(1.0) as u32;
        let size = (scaled(width), scaled(height));
        return Ok(Patch {
            pixels: resample(image, &area, size)?.into(),
            size: (size.0 as usize, size.1 as usize),
            origin: (left, top),
            factor: (size.0 as f32 / width, size.1 as f32 / height),
        });
    }
    let size = (size.0 as usize, size.1 as usize);
    Ok(Patch { pixels: image.rgb().into(), size, origin: (0.0, 0.0), factor: (1.0, 1.0) })
}

/// The area of an image of this size that the chip shows, with one chip pixel around it.
fn covered(map: &SimilarityTransform, chip: f32, size: (u32, u32)) -> Option<Area> {
    let corners = [(0.0, 0.0), (chip, 0.0), (0.0, chip), (chip, chip)].map(|(x, y)| map.apply(x, y));
    let low = |value: fn(&Point) -> f32| {
        corners.iter().map(value).fold(f32::INFINITY, f32::min).floor() - map.scale()
    };
    let high = |value: fn(&Point) -> f32| {
        corners.iter().map(value).fold(f32::NEG_INFINITY, f32::max).ceil() + map.scale()
    };
    let (x, y): (fn(&Point) -> f32, fn(&Point) -> f32) = (|point| point.x, |point| point.y);
    Area::between(Point { x: low(x), y: low(y) }, Point { x: high(x), y: high(y) }, size)
}

impl Patch<'_> {
    /// Bilinear; black beyond the image, as the extractor was trained.
    fn sample(&self, Point { x, y }: Point) -> [f32; 3] {
        // Pixel centres lie at whole coordinates in the image, so they do in the patch after the shift by half.
        let x = (x - self.origin.0 + 0.5) * self.factor.0 - 0.5;
        let y = (y - self.origin.1 + 0.5) * self.factor.1 - 0.5;
        let (left, top) = (x.floor(), y.floor());
        let (right_part, bottom_part) = (x - left, y - top);
        let pixel = |x: isize, y: isize| -> [f32; 3] {
            let (width, height) = self.size;
            if x < 0 || y < 0 || x as usize >= width || y as usize >= height {
                return [0.0; 3];
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

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: Input = Input { order: [0, 1, 2], mean: [0.0; 3], scale: 1.0 };

    #[test]
    fn landmarks_in_their_places_copy_the_picture() {
        let pixels: Vec<u8> = (0..3 * 112 * 112).map(|at| (at * 7 % 251) as u8).collect();
        let image = Image::from_rgb(pixels.clone(), 112, 112);
        let chip = align(&image, &REFERENCE_LANDMARKS, 112, &INPUT).unwrap();
        for at in 0..112 * 112 {
            for plane in 0..3 {
                assert!((chip[plane * 112 * 112 + at] - f32::from(pixels[3 * at + plane])).abs() < 0.1);
            }
        }
    }

    #[test]
    fn a_large_face_is_averaged_not_sampled() {
        // Black and white pixels in turn: every chip pixel must come out gray.
        let side = 112 * 8;
        let pixels =
            (0..side * side).flat_map(|at| [if (at / side + at) % 2 == 0 { 255 } else { 0 }; 3]).collect();
        let image = Image::from_rgb(pixels, side as u32, side as u32);
        let large = REFERENCE_LANDMARKS.map(|point| Point { x: point.x * 8.0, y: point.y * 8.0 });
        let chip = align(&image, &large, 112, &INPUT).unwrap();
        let inner = (10..100).flat_map(|y| (10..100).map(move |x| y * 112 + x));
        assert!(inner.map(|at| chip[at]).all(|value| (110.0..145.0).contains(&value)));
    }

    #[test]
    fn a_face_that_fills_a_tight_crop_is_aligned() {
        // Of 0.1's landmarks on tight crops, 0.4 to 1 % led to an area that rounding had moved outside the image.
        let mut state = 1_u64;
        let mut random = |below: f32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 24) as f32 * below
        };
        for _ in 0..3000 {
            let (width, height) = (1 + random(700.0) as u32, 1 + random(700.0) as u32);
            let image = Image::from_rgb(vec![9; 3 * (width * height) as usize], width, height);
            let scale = 0.1 + random(12.0);
            let (x, y) = (random(900.0) - 450.0, random(900.0) - 450.0);
            let landmarks = REFERENCE_LANDMARKS.map(|point| Point {
                x: point.x * scale + x + random(9.0),
                y: point.y * scale + y + random(9.0),
            });
            let chip = align(&image, &landmarks, 112, &INPUT);
            assert!(chip.is_ok(), "{width}x{height} {landmarks:?}: {chip:?}");
        }
    }

    #[test]
    fn landmarks_on_one_spot_or_far_outside_do_no_harm() {
        let image = Image::from_rgb(vec![9; 3 * 50 * 50], 50, 50);
        // All on one spot, the map shrinks the chip to a point.
        assert!(align(&image, &[Point { x: 5.0, y: 5.0 }; 5], 112, &INPUT).is_ok());
        for far in [1e6, -1e6, 1e30] {
            let landmarks =
                REFERENCE_LANDMARKS.map(|point| Point { x: point.x * 3.0 + far, y: point.y * 3.0 });
            let chip = align(&image, &landmarks, 112, &INPUT);
            assert!(chip.is_err() || chip.unwrap().iter().all(|value| value.is_finite()));
        }
    }
}
