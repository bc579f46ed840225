//! What light, lens and sensor do.

use super::picture::{Picture, blurred, each};
use super::random::Random;
use super::subject::Subject;

/// Pixels between the eyes when noise is added: on a larger face the same noise would be averaged away.
const EYES: f32 = 60.0;

pub(super) fn dark(subject: &Subject, gamma: f32) -> Picture {
    let mut picture = subject.picture.clone();
    each(&mut picture, |_, value| value.map(|value| 255.0 * (value / 255.0).powf(gamma)));
    picture
}

/// Out of focus, by a fraction of the distance between the eyes.
pub(super) fn defocused(subject: &Subject, part: f32) -> Picture {
    blurred(&subject.picture, part * subject.eyes())
}

pub(super) fn noisy(subject: &Subject, deviation: f32, random: &mut Random) -> Picture {
    let mut picture = subject.with_at_most(EYES).picture;
    each(&mut picture, |_, value| value.map(|value| value + deviation * random.normal()));
    picture
}

/// A dark room: a white pixel collects 40 electrons, reading it adds a noise of 3, and the camera brightens the result.
pub(super) fn low_light(subject: &Subject, random: &mut Random) -> Picture {
    let (white, reading) = (40.0, 3.0);
    let mut picture = subject.with_at_most(EYES).picture;
    each(&mut picture, |_, value| {
        value.map(|value| {
            let light = white * (value / 255.0).powf(2.2);
            // Photons are Poisson distributed: their variance is their number.
            let electrons = light + (light + reading * reading).sqrt() * random.normal();
            255.0 * (electrons / white).clamp(0.0, 1.0).powf(1.0 / 2.2)
        })
    });
    picture
}

pub(super) fn gray(subject: &Subject, _: &mut Random) -> Picture {
    let mut picture = subject.picture.clone();
    each(&mut picture, |_, value| [super::picture::brightness(value); 3]);
    picture
}
