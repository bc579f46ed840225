//! What people wear on their face. Lengths are in distances between the eyes.

use super::picture::{Colour, Picture, Place, paint, polygon};
use super::random::Random;
use super::subject::Subject;

const BLACK: Colour = [18.0, 18.0, 20.0];
const CLOTH: Colour = [150.0, 185.0, 205.0];

/// Half width and half height of a lens, and how far it sits below the eye.
const LENS: Place = (0.46, 0.37);
const SAG: f32 = 0.06;

/// A mask from below the nose to the chin.
pub(super) fn half_mask(subject: &Subject, _: &mut Random) -> Picture {
    mask(subject, subject.nose().1 + 0.15)
}

/// A mask worn as intended, from the bridge of the nose.
pub(super) fn full_mask(subject: &Subject, _: &mut Random) -> Picture {
    mask(subject, 0.35 * subject.nose().1)
}

fn mask(subject: &Subject, top: f32) -> Picture {
    let (nose, mouth) = (subject.nose(), subject.mouth());
    let middle = f32::midpoint(nose.0, mouth.0);
    let side = top.max(nose.1 - 0.1);
    let half = [(0.0, top), (0.6, side), (1.05, side), (0.9, mouth.1 + 0.35), (0.45, mouth.1 + 0.85)];
    let mirrored = half.iter().rev().map(|&(across, down)| (-across, down));
    let corners: Vec<Place> = half
        .iter()
        .copied()
        .chain(mirrored)
        .map(|(across, down)| subject.at((middle + across, down)))
        .collect();
    let mut picture = subject.picture.clone();
    polygon(&mut picture, &corners, CLOTH, 1.0);
    picture
}

pub(super) fn sunglasses(subject: &Subject, _: &mut Random) -> Picture {
    lenses(subject, |distance, _| (distance < 1.0).then_some((BLACK, 0.97)))
}

/// A dark rim, and on each glass the reflection of a window.
pub(super) fn glasses(subject: &Subject, _: &mut Random) -> Picture {
    lenses(subject, |distance, (across, down)| match distance {
        0.88..1.0 => Some((BLACK, 0.95)),
        ..0.88 if (across + down).abs() < 0.35 => Some(([235.0, 240.0, 255.0], 0.35)),
        ..0.88 => Some(([235.0, 240.0, 255.0], 0.06)),
        _ => None,
    })
}

/// Two lenses, the bridge between them and the sides. `colour` gets the distance of a place from the centre of its lens,
/// 1 at the edge, and the place in half widths and heights of the lens.
fn lenses(subject: &Subject, colour: impl Fn(f32, Place) -> Option<(Colour, f32)>) -> Picture {
    let mut picture = subject.picture.clone();
    let corners = [(-1.3, -0.6), (1.3, -0.6), (-1.3, 0.7), (1.3, 0.7)].map(|corner| subject.at(corner));
    let least = corners.iter().fold((f32::MAX, f32::MAX), |(x, y), c| (x.min(c.0), y.min(c.1)));
    let most = corners.iter().fold((f32::MIN, f32::MIN), |(x, y), c| (x.max(c.0), y.max(c.1)));
    paint(&mut picture, [least, most], |place| {
        let (across, down) = subject.on_face(place);
        let (across, down) = (across.abs(), down - SAG);
        let on_lens = ((across - 0.5) / LENS.0, down / LENS.1);
        // A shape between a circle and a square, as lenses have.
        let distance = (on_lens.0.abs().powf(2.6) + on_lens.1.abs().powf(2.6)).powf(1.0 / 2.6);
        let is_frame = (down + 0.1).abs() < 0.03 && (across < 0.1 || (0.9..1.2).contains(&across));
        colour(distance, on_lens).or(is_frame.then_some((BLACK, 0.95)))
    });
    picture
}
