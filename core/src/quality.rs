//! How good a capture is: measures that whoever takes the photo can act on.
//!
//! The measures carry the names of ISO/IEC 29794-5 (biometric sample quality, face image data) where it has them:
//! inter-eye distance, sharpness, luminance mean and deviation, under- and over-exposure, head pose. They are made
//! from the pixels and the five landmarks alone; they are not the standard's own quality scores and are not mapped to
//! its 0..100 scale.

use crate::detect::{Face, Point};
use crate::image::Image;

/// Capture quality of one face.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Quality {
    /// Distance between the eyes in pixels. Below about 30 the template suffers.
    pub inter_eye_distance: f32,
    /// How much fine detail the face shows, 0 (blurred) ..=1 (sharp).
    pub sharpness: f32,
    /// Mean luminance of the face, 0..=1.
    pub brightness: f32,
    /// Standard deviation of the luminance, 0..=0.5.
    pub contrast: f32,
    /// Part of the face with a luminance under 25/255, 0..=1.
    pub under_exposure: f32,
    /// Part of the face with a luminance over 247/255, 0..=1.
    pub over_exposure: f32,
    /// Degrees by which the head is turned towards its own left; an estimate, about 10 degrees either way.
    pub yaw: f32,
    /// Degrees by which the head is raised; an estimate, about 15 degrees either way.
    pub pitch: f32,
    /// Degrees by which the head is tilted towards its own left shoulder.
    pub roll: f32,
}

/// The face is looked at in this many columns and rows, whatever its size: measures must not depend on it.
const GRID: usize = 96;

/// Luminances (of 255) that show nothing, as ISO/IEC 29794-5 draws the lines.
const DARK: f32 = 25.0;
const BRIGHT: f32 = 247.0;

/// The Laplacian's deviation at which sharpness is one half. Portraits in focus reach twice that.
const HALF_SHARP: f32 = 8.0;

/// A head in millimetres, in the order of the landmarks: x to the image's right, y down, z towards the camera. Mean
/// adult proportions: pupils 63 mm apart, the nose tip 22 mm before the plane of eyes and mouth, the mouth 50 mm wide.
const HEAD: [[f32; 3]; 5] =
    [[-31.5, -35.0, -4.0], [31.5, -35.0, -4.0], [0.0, 5.0, 18.0], [-25.0, 35.0, -4.0], [25.0, 35.0, -4.0]];

impl Quality {
    /// Measures a face of this image, as a detection gives it.
    pub fn measure(image: &Image<'_>, face: &Face) -> Quality {
        let [right_eye, left_eye, ..] = face.landmarks;
        let luminances = grid(image, face);
        let count = luminances.len() as f32;
        let mean = luminances.iter().sum::<f32>() / count;
        let variance = luminances.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count;
        let part = |matches: fn(&f32) -> bool| {
            luminances.iter().filter(|value| matches(value)).count() as f32 / count
        };
        let detail = laplacian_deviation(&luminances);
        let (yaw, pitch, roll) = pose(&face.landmarks);
        Quality {
            inter_eye_distance: (left_eye.x - right_eye.x).hypot(left_eye.y - right_eye.y),
            sharpness: detail / (detail + HALF_SHARP),
            brightness: mean / 255.0,
            contrast: variance.sqrt() / 255.0,
            under_exposure: part(|&value| value < DARK),
            over_exposure: part(|&value| value > BRIGHT),
            yaw,
            pitch,
            roll,
        }
    }
}

/// Luminances (Rec. 709) of the face's box, [`GRID`] by [`GRID`], each the mean of the pixels that it covers. Beyond
/// the image its edge goes on.
fn grid(image: &Image<'_>, face: &Face) -> Vec<f32> {
    let bounds = &face.bounds;
    let span = |start: f32, extent: f32, cell: usize, size: u32| {
        let at =
            |cell: usize| (start + extent * cell as f32 / GRID as f32).clamp(0.0, (size - 1) as f32) as usize;
        let first = at(cell);
        first..at(cell + 1).max(first + 1)
    };
    let mut luminances = Vec::with_capacity(GRID * GRID);
    for row in 0..GRID {
        let rows = span(bounds.y, bounds.height, row, image.height());
        for column in 0..GRID {
            let columns = span(bounds.x, bounds.width, column, image.width());
            luminances.push(mean_luminance(image, rows.clone(), columns));
        }
    }
    luminances
}

fn mean_luminance(image: &Image<'_>, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> f32 {
    let width = image.width() as usize;
    let count = (rows.len() * columns.len()) as f32;
    let mut sum = [0_u64; 3];
    for row in rows {
        for pixel in
            image.rgb()[3 * (row * width + columns.start)..3 * (row * width + columns.end)].chunks_exact(3)
        {
            (0..3).for_each(|channel| sum[channel] += u64::from(pixel[channel]));
        }
    }
    let [red, green, blue] = sum.map(|channel| channel as f32 / count);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Standard deviation of the four-neighbour Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield
/// microscopy", 2000).
fn laplacian_deviation(luminances: &[f32]) -> f32 {
    let at = |row: usize, column: usize| luminances[row * GRID + column];
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

/// Yaw, pitch and roll in degrees: scaled orthography from the landmarks to [`HEAD`] (`DeMenthon` and Davis,
/// "Model-Based Object Pose in 25 Lines of Code", IJCV 15, 1995, without its iterations).
fn pose(landmarks: &[Point; 5]) -> (f32, f32, f32) {
    let centre = |values: [f32; 5]| values.iter().sum::<f32>() / 5.0;
    let (x, y) = (landmarks.map(|point| point.x), landmarks.map(|point| point.y));
    let (x0, y0) = (centre(x), centre(y));
    let head0: [f32; 3] = std::array::from_fn(|axis| centre(HEAD.map(|point| point[axis])));
    let head = HEAD.map(|point| -> [f32; 3] { std::array::from_fn(|axis| point[axis] - head0[axis]) });
    // Least squares: the rows of the scaled rotation are (AᵀA)⁻¹ Aᵀ x and (AᵀA)⁻¹ Aᵀ y.
    let normal: [[f32; 3]; 3] =
        std::array::from_fn(|i| std::array::from_fn(|j| head.iter().map(|point| point[i] * point[j]).sum()));
    let row = |values: [f32; 5], origin: f32| {
        let right: [f32; 3] = std::array::from_fn(|i| {
            head.iter().zip(values).map(|(point, value)| point[i] * (value - origin)).sum()
        });
        unit(solve(&normal, right))
    };
    let (across, down) = (row(x, x0), row(y, y0));
    // What points out of the image, towards the camera, is the third row.
    let out = unit([
        across[1] * down[2] - across[2] * down[1],
        across[2] * down[0] - across[0] * down[2],
        across[0] * down[1] - across[1] * down[0],
    ]);
    let yaw = across[2].atan2(out[2]);
    let pitch = (-down[2]).clamp(-1.0, 1.0).asin();
    let [right_eye, left_eye, ..] = *landmarks;
    let roll = (left_eye.y - right_eye.y).atan2(left_eye.x - right_eye.x);
    (yaw.to_degrees(), pitch.to_degrees(), roll.to_degrees())
}

/// Cramer's rule; the matrix is [`HEAD`]'s own and regular.
fn solve(matrix: &[[f32; 3]; 3], right: [f32; 3]) -> [f32; 3] {
    let determinant = |m: &[[f32; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = determinant(matrix);
    std::array::from_fn(|column| {
        let mut replaced = *matrix;
        (0..3).for_each(|row| replaced[row][column] = right[row]);
        determinant(&replaced) / whole
    })
}

/// Of length one; nothing stays nothing.
fn unit(vector: [f32; 3]) -> [f32; 3] {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 { vector.map(|value| value / length) } else { vector }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Rect;

    fn face(bounds: Rect) -> Face {
        let landmarks = HEAD.map(|[x, y, _]| Point { x, y });
        Face { bounds, landmarks, confidence: 1.0 }
    }

    fn measure(pixel: impl Fn(u32, u32) -> u8) -> Quality {
        let pixels = (0..200 * 200).flat_map(|at| [pixel(at % 200, at / 200); 3]).collect();
        let bounds = Rect { x: 4.0, y: 4.0, width: 192.0, height: 192.0 };
        Quality::measure(&Image::from_rgb(pixels, 200, 200), &face(bounds))
    }

    /// The landmarks of a head turned by these angles, seen from afar.
    fn turned(yaw: f32, pitch: f32, roll: f32) -> [Point; 5] {
        let turn = |[a, b]: [f32; 2], degrees: f32| {
            let (sine, cosine) = degrees.to_radians().sin_cos();
            [a * cosine - b * sine, a * sine + b * cosine]
        };
        HEAD.map(|[x, y, z]| {
            let [y, z] = turn([y, z], pitch);
            let [_z, x] = turn([z, x], yaw);
            let [x, y] = turn([x, y], roll);
            Point { x: 300.0 + 2.0 * x, y: 200.0 + 2.0 * y }
        })
    }

    #[test]
    fn poses_are_found_again() {
        for (yaw, pitch, roll) in
            [(0.0, 0.0, 0.0), (30.0, 0.0, 0.0), (-45.0, 0.0, 0.0), (0.0, 20.0, 0.0), (0.0, -20.0, 0.0)]
        {
            let found = pose(&turned(yaw, pitch, roll));
            let differ = (found.0 - yaw).abs().max((found.1 - pitch).abs()).max((found.2 - roll).abs());
            assert!(differ < 1.0, "{yaw} {pitch} {roll}: {found:?}");
        }
        assert!((pose(&turned(0.0, 0.0, 25.0)).2 - 25.0).abs() < 0.1);
    }

    #[test]
    fn nonsense_landmarks_give_numbers() {
        for point in [Point { x: 0.0, y: 0.0 }, Point { x: 1e9, y: -1e9 }] {
            let (yaw, pitch, roll) = pose(&[point; 5]);
            assert!(yaw.is_finite() && pitch.is_finite() && roll.is_finite());
        }
    }

    #[test]
    fn light_is_measured() {
        let gray = measure(|_, _| 128);
        assert!(
            (gray.brightness - 128.0 / 255.0).abs() < 1e-3 && gray.contrast < 1e-3 && gray.sharpness < 1e-3
        );
        let (black, white) = (measure(|_, _| 10), measure(|_, _| 250));
        assert!(black.under_exposure > 0.999 && black.over_exposure < 0.001);
        assert!(white.over_exposure > 0.999 && white.under_exposure < 0.001);
        let halves = measure(|x, _| if x < 100 { 0 } else { 255 });
        assert!((halves.contrast - 0.5).abs() < 0.01 && (halves.under_exposure - 0.5).abs() < 0.02);
    }

    #[test]
    fn fine_detail_is_sharp_and_slow_change_is_not() {
        let fine = measure(|x, y| if (x / 4 + y / 4) % 2 == 0 { 100 } else { 150 });
        let slow = measure(|x, _| x as u8);
        assert!(fine.sharpness > 0.5 && slow.sharpness < 0.1, "{} {}", fine.sharpness, slow.sharpness);
    }

    #[test]
    fn boxes_beyond_the_image_are_measured_too() {
        let image = Image::from_rgb(vec![77; 3 * 5 * 4], 5, 4);
        for bounds in [
            Rect { x: -50.0, y: -50.0, width: 200.0, height: 200.0 },
            Rect { x: 90.0, y: 90.0, width: 10.0, height: 10.0 },
            Rect { x: 1.0, y: 1.0, width: 0.0, height: 0.0 },
            Rect { x: f32::NAN, y: 0.0, width: f32::INFINITY, height: 1.0 },
        ] {
            let quality = Quality::measure(&image, &face(bounds));
            assert!((quality.brightness - 77.0 / 255.0).abs() < 1e-3, "{bounds:?}");
        }
    }
}
