//! Five landmarks to a chip: the face upright, at the position and size that the extractor was trained on.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Area, Point, SimilarityTransform};
use crate::image::Image;
use crate::model::{Extractor, Input};
use crate::warp::{SHRINK_FROM, covered, warp};

/// The mean, of 0..=255, of the darkest face between its eyes and its mouth that an extractor gets. No face of LFW View 1 is as
/// dark, and none of the golden set. Below it scores break down: a golden portrait whose values were multiplied until that mean
/// was 5.9 scores 11 against itself, and 36 brightened.
const DARKEST: f32 = 8.0;

/// The face as an extractor's input, plane by plane.
pub(crate) fn align(image: &Image<'_>, landmarks: &[Point; 5], extractor: &Extractor) -> Result<Vec<f32>> {
    let map = SimilarityTransform::fit(&extractor.landmarks, landmarks)
        .ok_or_else(|| Error::new(ErrorKind::NoFace, "the face's landmarks lie in one spot"))?;
    // Black beyond the image, as extractors are trained.
    let mut chip = warp(image, &map, extractor.input_size, &extractor.input, [0.0; 3])?;
    brighten(&mut chip, extractor);
    Ok(chip)
}

/// Brightens a very dark face to the mean [`DARKEST`], as a longer exposure would; any other chip stays as it is.
fn brighten(chip: &mut [f32], extractor: &Extractor) {
    let (side, Input { mean, scale, .. }) = (extractor.input_size, &extractor.input);
    let span = |coordinate: fn(&Point) -> f32| {
        let places = extractor.landmarks.iter().map(coordinate);
        let (low, high) = places.fold((f32::MAX, 0.0), |(low, high), at| (at.min(low), at.max(high)));
        (low as usize).min(side - 1)..(high.ceil() as usize + 1).min(side)
    };
    let (columns, rows) = (span(|point| point.x), span(|point| point.y));
    let value = |plane: usize, input: f32| input / scale + mean[plane];
    let (mut sum, mut count) = (0.0, 0.0);
    for (plane, pixels) in chip.chunks_exact(side * side).enumerate() {
        for row in rows.clone() {
            for column in columns.clone() {
                sum += value(plane, pixels[row * side + column]);
                count += 1.0;
            }
        }
    }
    let face: f32 = sum / count;
    if !(face > 0.0 && face < DARKEST) {
        return;
    }
    for (plane, pixels) in chip.chunks_exact_mut(side * side).enumerate() {
        for pixel in pixels {
            let bright = (value(plane, *pixel) * DARKEST / face).min(255.0);
            *pixel = (bright - mean[plane]) * scale;
        }
    }
}

/// The part of a photo of this size that goes into a face's chips, and how many of its pixels, across, may become one:
/// two are left for each pixel of the finest chip. `None` if the face lies outside.
pub(crate) fn need(
    landmarks: &[Point; 5],
    extractors: &[Extractor],
    photo: (u32, u32),
) -> Option<(Area, f32)> {
    let needs = extractors.iter().filter_map(|extractor| {
        let map = SimilarityTransform::fit(&extractor.landmarks, landmarks)?;
        Some((covered(&map, extractor.input_size as f32, photo)?, map.scale() / SHRINK_FROM))
    });
    needs.reduce(|(area, pixels), (other, finer)| (area.with(&other), pixels.min(finer)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Onnx, arcface_landmarks};

    fn extractor() -> Extractor {
        Extractor {
            id: String::new(),
            licence: None,
            input: Input { order: [0, 1, 2], mean: [0.0; 3], scale: 1.0 },
            input_size: 112,
            landmarks: arcface_landmarks(112),
            dimensions: 1,
            net: Onnx::default(),
            output: None,
            flip: false,
            weight: 1.0,
        }
    }

    #[test]
    fn landmarks_in_their_places_copy_the_picture() {
        let pixels: Vec<u8> = (0..3 * 112 * 112).map(|at| (at * 7 % 251) as u8).collect();
        let image = Image::from_rgb(pixels.clone(), 112, 112);
        let chip = align(&image, &arcface_landmarks(112), &extractor()).unwrap();
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
        let large = arcface_landmarks(112).map(|point| Point { x: point.x * 8.0, y: point.y * 8.0 });
        let chip = align(&image, &large, &extractor()).unwrap();
        let inner = (10..100).flat_map(|y| (10..100).map(move |x| y * 112 + x));
        assert!(inner.map(|at| chip[at]).all(|value| (110.0..145.0).contains(&value)));
    }

    #[test]
    fn only_a_very_dark_face_is_brightened() {
        let chip = |value: u8| {
            let image = Image::from_rgb(vec![value; 3 * 112 * 112], 112, 112);
            align(&image, &arcface_landmarks(112), &extractor()).unwrap()[112 * 56 + 56]
        };
        for (value, expected) in [(0, 0.0), (1, 8.0), (4, 8.0), (7, 8.0), (8, 8.0), (9, 9.0), (200, 200.0)] {
            assert!((chip(value) - expected).abs() < 1e-3, "{value}");
        }
    }

    #[test]
    fn a_face_that_fills_a_tight_crop_is_aligned() {
        // In version 0.1, 0.4 to 1 % of the landmarks on tight crops led to an area that rounding had moved outside the
        // image.
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
            let landmarks = arcface_landmarks(112).map(|point| Point {
                x: point.x * scale + x + random(9.0),
                y: point.y * scale + y + random(9.0),
            });
            let chip = align(&image, &landmarks, &extractor());
            assert!(chip.is_ok(), "{width}x{height} {landmarks:?}: {chip:?}");
        }
    }

    #[test]
    fn landmarks_on_one_spot_or_far_outside_do_no_harm() {
        let image = Image::from_rgb(vec![9; 3 * 50 * 50], 50, 50);
        // With all in one spot, the map shrinks the chip to a point.
        assert!(align(&image, &[Point { x: 5.0, y: 5.0 }; 5], &extractor()).is_ok());
        for far in [1e6, -1e6, 1e30] {
            let landmarks =
                arcface_landmarks(112).map(|point| Point { x: point.x * 3.0 + far, y: point.y * 3.0 });
            let chip = align(&image, &landmarks, &extractor());
            assert!(chip.is_err() || chip.unwrap().iter().all(|value| value.is_finite()));
        }
    }
}
