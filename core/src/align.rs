//! Five landmarks to a chip: the face upright, at the place and size that the extractor was trained on.

use std::borrow::Cow;

use crate::detect::{Point, Rect};
use crate::error::{Error, ErrorKind, Result};
use crate::image::Image;
use crate::model::Input;
use crate::resample::resample;

/// Where the landmarks belong on a chip of 112x112 pixels: the template that ArcFace and its kin are trained with
/// (InsightFace, `arcface_dst`; first published with SphereFace, Liu et al. 2017, for 96x112 pixels).
const TEMPLATE: [Point; 5] = [
    Point { x: 38.2946, y: 51.6963 },
    Point { x: 73.5318, y: 51.5014 },
    Point { x: 56.0252, y: 71.7366 },
    Point { x: 41.5493, y: 92.3655 },
    Point { x: 70.7299, y: 92.2041 },
];

/// The side of the chip that `TEMPLATE` is for.
const TEMPLATE_SIDE: f32 = 112.0;

/// From this many image pixels per chip pixel on, the face is first scaled down: sampling alone would skip pixels.
const SHRINK_FROM: f32 = 2.0;

/// `x' = a x - b y + tx`, `y' = b x + a y + ty`: turn, uniform scale and shift.
#[derive(Clone, Copy, Debug)]
struct Similarity {
    a: f32,
    b: f32,
    tx: f32,
    ty: f32,
}

impl Similarity {
    /// The least-squares fit of `from` to `to` (Umeyama 1991; in two dimensions, without mirroring, its closed form).
    fn fit(from: &[Point; 5], to: &[Point; 5]) -> Option<Self> {
        let mean = |points: &[Point; 5]| {
            let sum =
                points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.x / 5.0, sum.1 + point.y / 5.0));
            Point { x: sum.0, y: sum.1 }
        };
        let (from_mean, to_mean) = (mean(from), mean(to));
        let (mut dot, mut cross, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (px, py) = (p.x - from_mean.x, p.y - from_mean.y);
            let (qx, qy) = (q.x - to_mean.x, q.y - to_mean.y);
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
            spread += px * px + py * py;
        }
        let (a, b) = (dot / spread, cross / spread);
        let tx = to_mean.x - (a * from_mean.x - b * from_mean.y);
        let ty = to_mean.y - (b * from_mean.x + a * from_mean.y);
        // Landmarks on one spot give no scale.
        [a, b, tx, ty].iter().all(|value| value.is_finite()).then_some(Similarity { a, b, tx, ty })
    }

    fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        (self.a * x - self.b * y + self.tx, self.b * x + self.a * y + self.ty)
    }

    fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }
}

/// A rectangle of the image at a scale near the chip's.
struct Patch<'a> {
    pixels: Cow<'a, [u8]>,
    size: (usize, usize),
    /// Patch coordinates of an image point: `(point - origin) * factor`.
    origin: (f32, f32),
    factor: (f32, f32),
}

/// The face as the extractor's input: `side` x `side`, plane by plane.
pub(crate) fn align(
    image: &Image<'_>,
    landmarks: &[Point; 5],
    side: usize,
    input: &Input,
) -> Result<Vec<f32>> {
    let zoom = side as f32 / TEMPLATE_SIDE;
    let template = TEMPLATE.map(|point| Point { x: point.x * zoom, y: point.y * zoom });
    let map = Similarity::fit(&template, landmarks)
        .ok_or_else(|| Error::new(ErrorKind::NoFace, "the face's landmarks lie on one spot"))?;
    let patch = patch(image, &map, side as f32)?;
    let area = side * side;
    let mut tensor = vec![0.0; 3 * area];
    for at in 0..area {
        let (x, y) = map.apply((at % side) as f32, (at / side) as f32);
        let planes = input.planes(patch.sample(x, y));
        for (plane, value) in planes.into_iter().enumerate() {
            tensor[plane * area + at] = value;
        }
    }
    Ok(tensor)
}

/// What the chip needs of the image, scaled down first where the face is much larger than the chip.
fn patch<'a>(image: &'a Image<'_>, map: &Similarity, side: f32) -> Result<Patch<'a>> {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let whole = Patch {
        pixels: image.rgb().into(),
        size: (image.width() as usize, image.height() as usize),
        origin: (0.0, 0.0),
        factor: (1.0, 1.0),
    };
    if map.scale() < SHRINK_FROM {
        return Ok(whole);
    }
    let corners = [(0.0, 0.0), (side, 0.0), (0.0, side), (side, side)].map(|(x, y)| map.apply(x, y));
    let bound = |value: fn(&(f32, f32)) -> f32, most: f32| {
        let low = corners.iter().map(value).fold(f32::INFINITY, f32::min).floor() - map.scale();
        let high = corners.iter().map(value).fold(f32::NEG_INFINITY, f32::max).ceil() + map.scale();
        (low.clamp(0.0, most), high.clamp(0.0, most))
    };
    let (left, right) = bound(|corner| corner.0, width);
    let (top, bottom) = bound(|corner| corner.1, height);
    let area = Rect { x: left, y: top, width: right - left, height: bottom - top };
    if area.width < 1.0 || area.height < 1.0 {
        return Ok(whole);
    }
    let scaled = |length: f32| (length / map.scale()).ceil().max(1.0) as u32;
    let size = (scaled(area.width), scaled(area.height));
    Ok(Patch {
        pixels: resample(image, area, size)?.into(),
        size: (size.0 as usize, size.1 as usize),
        origin: (left, top),
        factor: (size.0 as f32 / area.width, size.1 as f32 / area.height),
    })
}

impl Patch<'_> {
    /// Bilinear; black beyond the image, as the extractor was trained.
    fn sample(&self, x: f32, y: f32) -> [f32; 3] {
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
    fn turn_scale_and_shift_are_recovered() {
        let map = Similarity { a: 1.2, b: -0.7, tx: 30.0, ty: -4.0 };
        let moved = TEMPLATE.map(|point| {
            let (x, y) = map.apply(point.x, point.y);
            Point { x, y }
        });
        let fit = Similarity::fit(&TEMPLATE, &moved).unwrap();
        for (found, wanted) in [(fit.a, map.a), (fit.b, map.b), (fit.tx, map.tx), (fit.ty, map.ty)] {
            assert!((found - wanted).abs() < 1e-3, "{fit:?}");
        }
    }

    #[test]
    fn landmarks_in_their_places_copy_the_picture() {
        let pixels: Vec<u8> = (0..3 * 112 * 112).map(|at| (at * 7 % 251) as u8).collect();
        let image = Image::from_rgb(pixels.clone(), 112, 112);
        let chip = align(&image, &TEMPLATE, 112, &INPUT).unwrap();
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
        let large = TEMPLATE.map(|point| Point { x: point.x * 8.0, y: point.y * 8.0 });
        let chip = align(&image, &large, 112, &INPUT).unwrap();
        let inner = (10..100).flat_map(|y| (10..100).map(move |x| y * 112 + x));
        assert!(inner.map(|at| chip[at]).all(|value| (110.0..145.0).contains(&value)));
    }

    #[test]
    fn landmarks_on_one_spot_or_far_outside_do_no_harm() {
        let image = Image::from_rgb(vec![9; 3 * 50 * 50], 50, 50);
        // All on one spot, the map shrinks the chip to a point.
        assert!(align(&image, &[Point { x: 5.0, y: 5.0 }; 5], 112, &INPUT).is_ok());
        for far in [1e6, -1e6, 1e30] {
            let landmarks = TEMPLATE.map(|point| Point { x: point.x * 3.0 + far, y: point.y * 3.0 });
            let chip = align(&image, &landmarks, 112, &INPUT);
            assert!(chip.is_err() || chip.unwrap().iter().all(|value| value.is_finite()));
        }
    }
}
