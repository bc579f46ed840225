//! The quality of a capture: measures that the photographer can act on.
//!
//! Where ISO/IEC 29794-5:2025 (biometric sample quality, face image data) has a measure, its name and formula are used
//! for the unmapped value, on our region: the ellipse in the detector's box instead of the outline of 98 landmarks.
//! Values are not mapped to the standard's scale of 0..=100. docs/DETAILS.md has a table of all of them.

mod light;
mod pose;

use crate::advice::Advice;
use crate::geometry::{Point, Rect, length};
use crate::image::Image;
use light::Light;

/// Capture quality of one face.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Quality {
    /// Distance between the eyes in pixels. Below about 30 the template suffers.
    pub inter_eye_distance: f32,
    /// How much fine detail the face shows, 0 (blurred) ..=1 (sharp).
    pub sharpness: f32,
    /// Luminance mean of the face, in linear light, 0..=1.
    pub brightness: f32,
    /// Standard deviation of the luminance: the root of the standard's luminance variance, 0..=0.5.
    pub contrast: f32,
    /// Fraction of the face with a luminance up to 25/255, 0..=1.
    pub under_exposure: f32,
    /// Fraction of the face with a luminance of at least 247/255, 0..=1.
    pub over_exposure: f32,
    /// Entropy of the face's luminances in bits, 0..=8.
    pub dynamic_range: f32,
    /// How similar the light on both cheeks is, 0 (one in the dark) ..=1 (the same).
    pub illumination_uniformity: f32,
    /// Degrees by which the head is turned towards its own left; an estimate, accurate to about 10 degrees.
    pub yaw: f32,
    /// Degrees by which the head is raised; an estimate, accurate to about 15 degrees.
    pub pitch: f32,
    /// Degrees by which the head is tilted towards its own left shoulder.
    pub roll: f32,
}

/// Pixels between the eyes below which templates, and with them all scores, are less accurate.
pub(crate) const SMALLEST_EYES: f32 = 30.0;

/// The Laplacian's deviation at which sharpness is one half. Portraits in focus reach twice that.
const HALF_SHARP: f32 = 8.0;

impl Quality {
    /// The width of a face in pixels beyond which more pixels change no measure: two for each cell.
    pub(crate) const PIXELS: f32 = 2.0 * light::GRID as f32;

    /// Measures a face of this image by its box and its landmarks.
    pub(crate) fn measure(image: &Image<'_>, bounds: &Rect, landmarks: &[Point; 5]) -> Quality {
        let [right_eye, left_eye, ..] = *landmarks;
        let light = Light::of(image, bounds);
        let exposure = light.exposure();
        let detail = light.laplacian_deviation();
        let (yaw, pitch, roll) = pose::pose(landmarks);
        Quality {
            inter_eye_distance: length(left_eye.x - right_eye.x, left_eye.y - right_eye.y),
            sharpness: detail / (detail + HALF_SHARP),
            brightness: exposure.mean,
            contrast: exposure.deviation,
            under_exposure: exposure.dark,
            over_exposure: exposure.bright,
            dynamic_range: exposure.dynamic_range,
            illumination_uniformity: light::uniformity(image, landmarks),
            yaw,
            pitch,
            roll,
        }
    }

    /// What a better photo needs; empty for a good one. The limits are chosen so that each applies to at most one press photo
    /// in twenty; they are not fitted to errors.
    pub fn advice(&self) -> Vec<Advice> {
        let dark = self.under_exposure > 0.6 || self.brightness < 0.05;
        let applies = |advice: &Advice| match advice {
            Advice::TooSmall => self.inter_eye_distance < SMALLEST_EYES,
            // A dark face shows no detail, however sharp it is.
            Advice::Blurred => self.sharpness < 0.4 && !dark,
            Advice::TooDark => dark,
            Advice::TooBright => self.over_exposure > 0.1,
            Advice::TurnedAway => self.yaw.abs() > 35.0 || self.pitch.abs() > 35.0,
            Advice::Tilted => self.roll.abs() > 30.0,
            Advice::Covered | Advice::SeveralFaces => false,
        };
        Advice::ALL.iter().copied().filter(applies).collect()
    }
}

/// Below this width or height, a picture hardly ever shows a face that can be found.
const SMALLEST_PICTURE: u32 = 40;

/// The fraction of a picture that must be dark or bright for that to be a likely reason why no face was found.
const MOSTLY: f32 = 0.8;

/// Why no face may have been found; `hinted` if something resembled one.
pub(crate) fn without_face(image: &Image<'_>, (width, height): (u32, u32), hinted: bool) -> Vec<Advice> {
    let (across, down) = (image.width() as f32, image.height() as f32);
    let whole = Rect { x: 0.0, y: 0.0, width: across, height: down };
    let exposure = Light::of(image, &whole).exposure();
    let applies = |advice: &Advice| match advice {
        Advice::TooSmall => width.min(height) < SMALLEST_PICTURE,
        Advice::TooDark => exposure.dark > MOSTLY,
        Advice::TooBright => exposure.bright > MOSTLY,
        Advice::Covered => hinted,
        _ => false,
    };
    Advice::ALL.iter().copied().filter(applies).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn landmarks() -> [Point; 5] {
        pose::HEAD.map(|[x, y, _]| Point { x: 100.0 + x, y: 100.0 + y })
    }

    fn measure(pixel: impl Fn(u32, u32) -> u8) -> Quality {
        let pixels = (0..200 * 200).flat_map(|at| [pixel(at % 200, at / 200); 3]).collect();
        let bounds = Rect { x: 4.0, y: 4.0, width: 192.0, height: 192.0 };
        Quality::measure(&Image::from_rgb(pixels, 200, 200), &bounds, &landmarks())
    }

    #[test]
    fn light_is_measured() {
        let gray = measure(|_, _| 128);
        assert!((gray.brightness - 0.2159).abs() < 1e-3 && gray.contrast < 1e-3 && gray.sharpness < 1e-3);
        assert!(gray.dynamic_range < 1e-3 && (gray.illumination_uniformity - 1.0).abs() < 1e-3);
        let (black, white) = (measure(|_, _| 80), measure(|_, _| 253));
        assert!(black.under_exposure > 0.999 && black.over_exposure < 0.001);
        assert!(white.over_exposure > 0.999 && white.under_exposure < 0.001);
        let halves = measure(|x, _| if x < 100 { 0 } else { 255 });
        assert!((halves.contrast - 0.5).abs() < 0.01 && (halves.under_exposure - 0.5).abs() < 0.02);
        assert!((halves.dynamic_range - 1.0).abs() < 0.01 && halves.illumination_uniformity < 1e-3);
        let stripes = measure(|_, y| if y % 2 == 0 { 0 } else { 255 });
        assert!(stripes.illumination_uniformity > 0.99, "{}", stripes.illumination_uniformity);
    }

    #[test]
    fn advice_follows_the_measures() {
        let dark = measure(|x, y| if (x / 4 + y / 4) % 2 == 0 { 10 } else { 60 });
        assert_eq!(dark.advice(), [Advice::TooDark]);
        let flat = measure(|_, _| 253);
        assert_eq!(flat.advice(), [Advice::Blurred, Advice::TooBright]);
        let image = |value| Image::from_rgb(vec![value; 3 * 60 * 60], 60, 60);
        assert_eq!(without_face(&image(5), (60, 60), false), [Advice::TooDark]);
        assert_eq!(without_face(&image(255), (60, 60), true), [Advice::TooBright, Advice::Covered]);
        assert_eq!(without_face(&image(128), (60, 60), false), []);
        assert_eq!(without_face(&image(99), (20, 60), false), [Advice::TooSmall]);
    }

    #[test]
    fn what_lies_in_the_corners_of_the_box_does_not_count() {
        let framed = measure(|x, y| if (x as f32 - 100.0).hypot(y as f32 - 100.0) < 100.0 { 128 } else { 0 });
        assert!(framed.under_exposure < 1e-3 && framed.contrast < 1e-3, "{framed:?}");
    }

    #[test]
    fn fine_detail_is_sharp_and_slow_change_is_not() {
        let fine = measure(|x, y| if (x / 4 + y / 4) % 2 == 0 { 100 } else { 150 });
        let slow = measure(|x, _| x as u8);
        assert!(fine.sharpness > 0.5 && slow.sharpness < 0.1, "{} {}", fine.sharpness, slow.sharpness);
    }

    #[test]
    fn boxes_and_landmarks_beyond_the_image_are_measured_too() {
        let image = Image::from_rgb(vec![77; 3 * 5 * 4], 5, 4);
        for bounds in [
            Rect { x: -50.0, y: -50.0, width: 200.0, height: 200.0 },
            Rect { x: 90.0, y: 90.0, width: 10.0, height: 10.0 },
            Rect { x: 1.0, y: 1.0, width: 0.0, height: 0.0 },
            Rect { x: f32::NAN, y: 0.0, width: f32::INFINITY, height: 1.0 },
        ] {
            let mut landmarks = landmarks();
            let quality = Quality::measure(&image, &bounds, &landmarks);
            assert!((quality.brightness - 0.0742).abs() < 1e-3, "{bounds:?}");
            landmarks[3] = Point { x: f32::NAN, y: f32::INFINITY };
            let quality = Quality::measure(&image, &bounds, &landmarks);
            assert!((quality.illumination_uniformity - 1.0).abs() < 1e-3, "{bounds:?}");
        }
    }
}
