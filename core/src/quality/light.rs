//! The light on a face: luminances, and measures derived from them.
//!
//! Luminance is linear light (sRGB decoded, Rec. 709 weights) on a scale of 0..=255, as in ISO/IEC 29794-5: a mid
//! gray pixel of 128 has the luminance 55.

use std::sync::OnceLock;

use crate::geometry::{Point, Rect};
use crate::image::Image;

/// The face is reduced to this many columns and rows, whatever its size, so that measures do not depend on it.
pub(super) const GRID: usize = 96;

/// Luminances up to the first and from the second on show no detail.
const DARK: f32 = 25.0;
const BRIGHT: f32 = 247.0;

/// The side of a zone on a cheek in eye distances, and how many of its points are sampled along each side.
const ZONE: f32 = 0.3;
const ZONE_POINTS: usize = 48;

/// The luminances of one face, [`GRID`] by [`GRID`].
pub(super) struct Light {
    cells: Vec<f32>,
}

/// Moments and fractions of the luminances of a face, on scales of 0..=1; `dynamic_range` is in bits.
pub(super) struct Exposure {
    pub(super) mean: f32,
    pub(super) deviation: f32,
    pub(super) dark: f32,
    pub(super) bright: f32,
    pub(super) dynamic_range: f32,
}

impl Light {
    /// The luminances of a box, each cell the mean of the pixels that it covers. The image's edge is repeated beyond
    /// it.
    pub(super) fn of(image: &Image<'_>, bounds: &Rect) -> Light {
        let span = |start: f32, extent: f32, cell: usize, size: u32| {
            let at = |cell: usize| {
                (start + extent * cell as f32 / GRID as f32).clamp(0.0, (size - 1) as f32) as usize
            };
            let first = at(cell);
            first..at(cell + 1).max(first + 1)
        };
        let mut cells = Vec::with_capacity(GRID * GRID);
        for row in 0..GRID {
            let rows = span(bounds.y, bounds.height, row, image.height());
            for column in 0..GRID {
                let columns = span(bounds.x, bounds.width, column, image.width());
                cells.push(mean_luminance(image, rows.clone(), columns));
            }
        }
        Light { cells }
    }

    /// Over the ellipse in the box, whose corners show hair and background.
    pub(super) fn exposure(&self) -> Exposure {
        let face: Vec<f32> =
            (0..GRID * GRID).filter(|&cell| in_ellipse(cell)).map(|cell| self.cells[cell]).collect();
        let count = face.len() as f32;
        let part = |matches: fn(f32) -> bool| {
            face.iter().filter(|&&luminance| matches(luminance)).count() as f32 / count
        };
        let mean = face.iter().sum::<f32>() / count;
        let variance = face.iter().map(|luminance| (luminance - mean).powi(2)).sum::<f32>() / count;
        Exposure {
            mean: mean / 255.0,
            deviation: variance.sqrt() / 255.0,
            dark: part(|luminance| luminance.round() <= DARK),
            bright: part(|luminance| luminance.round() >= BRIGHT),
            dynamic_range: entropy(&histogram(face.iter().copied())),
        }
    }

    /// Standard deviation of the four-neighbour Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield
    /// microscopy", 2000), of sRGB values as in a file: the eye, too, perceives light in proportion.
    pub(super) fn laplacian_deviation(&self) -> f32 {
        let encoded: Vec<f32> = self.cells.iter().map(|&luminance| encode(luminance)).collect();
        let at = |row: usize, column: usize| encoded[row * GRID + column];
        let inner = 1..GRID - 1;
        let responses: Vec<f32> = inner
            .clone()
            .flat_map(|row| inner.clone().map(move |column| (row, column)))
            .map(|(row, column)| {
                at(row - 1, column) + at(row + 1, column) + at(row, column - 1) + at(row, column + 1)
                    - 4.0 * at(row, column)
            })
            .collect();
        let mean = responses.iter().sum::<f32>() / responses.len() as f32;
        (responses.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / responses.len() as f32).sqrt()
    }
}

/// How similar the light on both cheeks is, 0..=1: the overlap of the histograms of a square zone on each. The zones begin
/// halfway down from the eyes to the mouth and lie outwards of the eyes' centres, in the head's own axes.
pub(super) fn uniformity(image: &Image<'_>, landmarks: &[Point; 5]) -> f32 {
    let [right_eye, left_eye, _, right_mouth, left_mouth] = *landmarks;
    let across = Point { x: left_eye.x - right_eye.x, y: left_eye.y - right_eye.y };
    let down = Point {
        x: (right_mouth.x + left_mouth.x - right_eye.x - left_eye.x) / 4.0,
        y: (right_mouth.y + left_mouth.y - right_eye.y - left_eye.y) / 4.0,
    };
    let zone = |eye: Point, outwards: f32| {
        let points = (0..ZONE_POINTS * ZONE_POINTS).map(move |point| {
            let part = |cell: usize| ZONE * (cell as f32 + 0.5) / ZONE_POINTS as f32;
            let (side, below) = (outwards * part(point % ZONE_POINTS), part(point / ZONE_POINTS));
            // The direction down the face is the one across it, rotated by a right angle.
            let x = eye.x + down.x + side * across.x - below * across.y;
            let y = eye.y + down.y + side * across.y + below * across.x;
            interpolated(image, x, y)
        });
        histogram(points)
    };
    let (right, left) = (zone(right_eye, -1.0), zone(left_eye, 1.0));
    right.iter().zip(&left).map(|(right, left)| right.min(*left)).sum()
}

fn in_ellipse(cell: usize) -> bool {
    let from_centre = |cell: usize| (cell as f32 + 0.5) / GRID as f32 - 0.5;
    from_centre(cell % GRID).powi(2) + from_centre(cell / GRID).powi(2) <= 0.25
}

/// The fraction that each of the 256 luminances has.
fn histogram(luminances: impl Iterator<Item = f32>) -> [f32; 256] {
    let (mut counts, mut all) = ([0.0; 256], 0.0_f32);
    for luminance in luminances {
        counts[luminance.round() as u8 as usize] += 1.0;
        all += 1.0;
    }
    counts.map(|count| count / all)
}

/// In bits, 0..=8.
fn entropy(histogram: &[f32; 256]) -> f32 {
    -histogram.iter().filter(|part| **part > 0.0).map(|part| part * part.log2()).sum::<f32>()
}

fn mean_luminance(image: &Image<'_>, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> f32 {
    let count = (rows.len() * columns.len()) as f32;
    rows.flat_map(|row| columns.clone().map(move |column| (row, column)))
        .map(|(row, column)| luminance(image, row, column))
        .sum::<f32>()
        / count
}

/// Interpolated between the four pixels around a point; the image's edge is repeated beyond it.
fn interpolated(image: &Image<'_>, x: f32, y: f32) -> f32 {
    let place = |value: f32, size: u32| {
        let value = (value - 0.5).clamp(0.0, (size - 1) as f32);
        (value as usize, (value as usize + 1).min(size as usize - 1), value.fract())
    };
    let ((left, right, across), (top, bottom, down)) = (place(x, image.width()), place(y, image.height()));
    let row = |row| luminance(image, row, left) * (1.0 - across) + luminance(image, row, right) * across;
    row(top) * (1.0 - down) + row(bottom) * down
}

fn luminance(image: &Image<'_>, row: usize, column: usize) -> f32 {
    let linear = linear();
    let at = 3 * (row * image.width() as usize + column);
    let [red, green, blue] = [0, 1, 2].map(|channel| linear[usize::from(image.rgb()[at + channel])]);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Linear light of each sRGB value (IEC 61966-2-1), 0..=255.
fn linear() -> &'static [f32; 256] {
    static TABLE: OnceLock<[f32; 256]> = OnceLock::new();
    TABLE.get_or_init(|| {
        std::array::from_fn(|value| {
            let value = value as f32 / 255.0;
            255.0 * if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    })
}

/// The sRGB value of linear light, both 0..=255.
fn encode(luminance: f32) -> f32 {
    let linear = luminance / 255.0;
    255.0 * if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_is_linear_and_encodes_back() {
        for value in 0..=255_u8 {
            let image = Image::from_rgb(vec![value; 3], 1, 1);
            assert!((encode(luminance(&image, 0, 0)) - f32::from(value)).abs() < 0.01, "{value}");
        }
        let gray = Image::from_rgb(vec![128; 3], 1, 1);
        assert!((luminance(&gray, 0, 0) - 55.05).abs() < 0.01);
        let green = Image::from_rgb(vec![0, 255, 0], 1, 1);
        assert!((luminance(&green, 0, 0) - 0.7152 * 255.0).abs() < 0.01);
    }

    #[test]
    fn entropy_is_zero_for_one_value_and_eight_bits_for_all() {
        assert!(entropy(&histogram([7.0; 50].into_iter())).abs() < 1e-6);
        assert!((entropy(&histogram((0..256).map(|value| value as f32))) - 8.0).abs() < 1e-4);
        assert!((entropy(&histogram([3.0, 200.0].into_iter())) - 1.0).abs() < 1e-6);
    }
}
