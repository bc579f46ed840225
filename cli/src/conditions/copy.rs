//! Photos of photos: printed, scanned, shown on a screen.

use super::geometry::rolled;
use super::picture::{Picture, blurred, brightness, each, pixel, sampled};
use super::random::Random;
use super::subject::Subject;

/// Dots between the eyes in a newspaper: 85 lines per inch, and eyes 7 mm apart.
const DOTS: f32 = 24.0;

/// Pixels of the screen between the eyes of the portrait.
const SCREEN_EYES: f32 = 60.0;
/// Pixels of the camera per pixel of the screen: moire needs a ratio that is not whole.
const CAMERA: f32 = 1.7;

/// Black dots on white, larger where the photo is darker, in rows at 45 degrees.
pub(super) fn halftone(subject: &Subject, _: &mut Random) -> Picture {
    let mut subject =
        if subject.eyes() < 4.0 * DOTS { subject.with_eyes(4.0 * DOTS) } else { subject.clone() };
    let pitch = subject.eyes() / DOTS;
    screened(&mut subject.picture, pitch, 0.12);
    subject.picture
}

/// `softness` is how gradual the edge of a dot is.
fn screened(picture: &mut Picture, pitch: f32, softness: f32) {
    let turn = std::f32::consts::TAU / pitch * std::f32::consts::FRAC_1_SQRT_2;
    each(picture, |(x, y), value| {
        let wave = (((x + y) * turn).cos() + ((x - y) * turn).cos()) / 4.0 + 0.5;
        let ink = (brightness(value) / 255.0 - wave) / softness + 0.5;
        [255.0 * ink.clamp(0.0, 1.0); 3]
    });
}

/// Printed in colour on paper and scanned at a slight angle.
pub(super) fn scanned(subject: &Subject, random: &mut Random) -> Picture {
    let mut print = subject.with_at_most(100.0);
    let mut dots = print.picture.clone();
    screened(&mut dots, (print.eyes() / 30.0).max(2.5), 0.5);
    let paper = [0.97, 0.95, 0.88];
    each(&mut print.picture, |(x, y), value| {
        let dot = f32::from(dots.get_pixel(x as u32, y as u32).0[0]) - 127.0;
        let grain = 5.0 * random.normal();
        // Ink is not black and paper is not white.
        [0, 1, 2].map(|channel| (45.0 + 0.78 * value[channel] + 0.12 * dot) * paper[channel] + grain)
    });
    print.picture = blurred(&print.picture, 0.7);
    rolled(&print, random.within(-3.0, 3.0))
}

/// A photo of a screen: its red, green and blue stripes against the camera's pixels.
pub(super) fn screen(subject: &Subject, random: &mut Random) -> Picture {
    let shown = subject.with_at_most(SCREEN_EYES).picture;
    let size = |length: u32| (length as f32 * CAMERA) as u32;
    let (sin, cos) = random.within(-4.0, 4.0).to_radians().sin_cos();
    let middle = (shown.width() as f32 / 2.0, shown.height() as f32 / 2.0);
    let photo = Picture::from_fn(size(shown.width()), size(shown.height()), |x, y| {
        let mut sum = [0.0; 3];
        for part in 0..9_u8 {
            let (x, y) =
                (x as f32 + f32::from(part % 3) / 3.0 + 0.17, y as f32 + f32::from(part / 3) / 3.0 + 0.17);
            let (x, y) = (x / CAMERA - middle.0, y / CAMERA - middle.1);
            let place = (middle.0 + cos * x - sin * y, middle.1 + sin * x + cos * y);
            let light = lit(&shown, place);
            sum = [0, 1, 2].map(|channel| sum[channel] + light[channel] / 9.0);
        }
        pixel(sum)
    });
    blurred(&photo, 0.5)
}

/// The light of a screen at a place: mostly one colour of the pixel there, and none between the rows.
fn lit(shown: &Picture, (x, y): super::picture::Place) -> super::picture::Colour {
    let middle_of_pixel = (x.floor() + 0.5, y.floor() + 0.5);
    let shown = sampled(shown, middle_of_pixel).unwrap_or([20.0; 3]);
    let stripe = ((x - x.floor()) * 3.0) as usize;
    let gap = y - y.floor() > 0.85;
    [0, 1, 2].map(|channel| {
        shown[channel]
            * if gap {
                0.0
            } else if channel == stripe {
                2.0
            } else {
                0.5
            }
    })
}

#[cfg(test)]
mod tests {
    use super::super::picture::colour;
    use super::*;

    #[test]
    fn dots_keep_the_mean_brightness() {
        for gray in [40_u8, 128, 220] {
            let mut picture = Picture::from_pixel(240, 240, image::Rgb([gray; 3]));
            screened(&mut picture, 8.0, 0.12);
            let mean = picture.pixels().map(|value| brightness(colour(*value))).sum::<f32>() / 57600.0;
            assert!((mean - f32::from(gray)).abs() < 30.0, "{gray}: {mean}");
        }
    }
}
