//! Geometry: far away, turned, seen from the side, distorted, cropped.

use image::imageops;

use super::picture::{Colour, Picture, edge_colour, pixel, warped};
use super::random::Random;
use super::subject::Subject;

/// The whole photo turned about the face, on a canvas of the same size.
pub(super) fn rolled(subject: &Subject, degrees: f32) -> Picture {
    let picture = &subject.picture;
    let centre = subject.at((0.0, 0.5));
    let (sin, cos) = degrees.to_radians().sin_cos();
    warped(picture, picture.dimensions(), edge_colour(picture), |(x, y)| {
        let (x, y) = (x - centre.0, y - centre.1);
        (centre.0 + cos * x + sin * y, centre.1 - sin * x + cos * y)
    })
}

/// The photo as a sheet that is turned about its vertical axis, seen from a distance of twice its width.
pub(super) fn yawed(subject: &Subject, degrees: f32) -> Picture {
    let picture = &subject.picture;
    let (width, height) = picture.dimensions();
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (middle, distance) = ((width as f32 / 2.0, height as f32 / 2.0), 2.0 * width as f32);
    warped(picture, (width, height), edge_colour(picture), |(x, y)| {
        let (x, y) = (x - middle.0, y - middle.1);
        // The ray through this pixel meets the turned sheet here.
        let along = x * distance / (distance * cos - x * sin);
        let depth = distance + along * sin;
        (middle.0 + along, middle.1 + y * depth / distance)
    })
}

/// A selfie from 20 cm: the ears lie 10 cm behind the eyes and so appear a third smaller than from afar; the nose, 3 cm
/// in front of them, appears larger.
pub(super) fn near(subject: &Subject) -> Picture {
    let picture = &subject.picture;
    let nose = subject.nose();
    let (centre, eyes) = (subject.at(nose), subject.eyes());
    warped(picture, picture.dimensions(), edge_colour(picture), |(x, y)| {
        let (x, y) = (x - centre.0, y - centre.1);
        // Squared distance from the nose, in units of one and a half distances between the eyes, where the ears are.
        let squared = (x * x + y * y) / (1.5 * eyes).powi(2);
        let factor = 0.85 + 0.6 * squared / (1.0 + squared);
        (centre.0 + factor * x, centre.1 + factor * y)
    })
}

/// The face and a little around it, without background.
pub(super) fn cropped(subject: &Subject, _: &mut Random) -> Picture {
    subject.cropped([(-1.5, -1.0), (1.5, subject.mouth().1 + 1.5)])
}

/// From the brows to the chin; the face extends beyond all four edges.
pub(super) fn brows_to_chin(subject: &Subject, _: &mut Random) -> Picture {
    subject.cropped([(-1.05, -0.45), (1.05, subject.mouth().1 + 0.85)])
}

/// The portrait somewhere in a picture of a room, 4000x3000.
pub(super) fn far(portrait: &Picture, random: &mut Random) -> Picture {
    let mut room = room(4000, 3000, random);
    let mut place =
        |room: u32, portrait: u32| random.within(0.0, room.saturating_sub(portrait) as f32).round() as i64;
    let (x, y) = (place(room.width(), portrait.width()), place(room.height(), portrait.height()));
    imageops::replace(&mut room, portrait, x, y);
    room
}

/// A wall with light from one side, a floor, things with edges, and the noise of a sensor.
fn room(width: u32, height: u32, random: &mut Random) -> Picture {
    let floor = (height as f32 * random.within(0.6, 0.85)) as u32;
    let mut wall = || -> Colour {
        let light = random.within(110.0, 220.0);
        [0.0; 3].map(|value: f32| value + light + random.within(-15.0, 15.0))
    };
    let colours = [wall(), wall().map(|value| 0.5 * value)];
    let light = random.within(-0.3, 0.3);
    let mut picture = Picture::from_fn(width, height, |x, y| {
        let shade = 1.0 + light * (x as f32 / width as f32 - 0.5);
        pixel(colours[usize::from(y > floor)].map(|value| value * shade))
    });
    for _ in 0..25 {
        let (wide, high) = (random.within(50.0, 700.0), random.within(50.0, 900.0));
        let (x, y) = (random.within(0.0, width as f32), random.within(0.0, height as f32));
        let paint = [0.0; 3].map(|value: f32| value + random.within(20.0, 220.0));
        let lean = random.within(-40.0, 40.0);
        let corners = [(x, y), (x + wide, y), (x + wide + lean, y + high), (x + lean, y + high)];
        super::picture::polygon(&mut picture, &corners, paint, 0.9);
    }
    super::picture::each(&mut picture, |_, value| value.map(|value| value + 3.0 * random.normal()));
    picture
}

#[cfg(test)]
mod tests {
    use super::super::subject::drawn;
    use super::*;

    #[test]
    fn a_turn_is_about_the_face_and_full_turns_end_where_they_began() {
        let subject = drawn();
        let (x, y) = subject.at((0.0, 0.5));
        let at = |picture: &Picture| pixel(super::super::picture::sampled(picture, (x, y)).unwrap());
        assert_eq!(at(&rolled(&subject, 90.0)), at(&subject.picture));
        let around = rolled(&subject, 360.0);
        let far = around.iter().zip(subject.picture.iter()).filter(|(one, other)| one.abs_diff(**other) > 2);
        assert_eq!(far.count(), 0);
    }

    #[test]
    fn a_sheet_that_is_not_turned_stays_as_it_is() {
        let subject = drawn();
        let flat = yawed(&subject, 0.0);
        assert!(flat.iter().zip(subject.picture.iter()).all(|(one, other)| one.abs_diff(*other) <= 1));
        // Turned, it is narrower: its edges are filled.
        let turned = yawed(&subject, 60.0);
        assert_eq!(turned.get_pixel(0, 125), &pixel(edge_colour(&subject.picture)));
    }

    #[test]
    fn the_far_portrait_has_its_size_and_lies_in_the_room() {
        let far = far(&drawn().with_eyes(20.0).picture, &mut Random::new(1, &[]));
        assert_eq!(far.dimensions(), (4000, 3000));
        let green = |p: &image::Rgb<u8>| p.0[1] > p.0[0].max(p.0[2]);
        let count = far.pixels().filter(|&p| green(p)).count();
        assert!(count >= 9_000, "{count} of 100x125 pixels");
    }
}
