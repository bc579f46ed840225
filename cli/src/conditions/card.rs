//! An identity card on a table. Lengths on the card are fractions of its width.

use super::picture::{
    Colour, Picture, Place, brightness, each, mixed, paint, pixel, polygon, sampled, scaled,
};
use super::random::Random;
use super::subject::Subject;

/// What is photographed.
pub(super) struct Card {
    /// Of the whole picture, in pixels.
    pub(super) picture: (u32, u32),
    /// Of the card, in pixels.
    pub(super) width: u32,
    /// Angle of the card in degrees; none for a random one.
    pub(super) turn: Option<f32>,
    /// With a second portrait, small and pale.
    pub(super) ghost: bool,
    /// With the reflection of a lamp on the portrait.
    pub(super) glare: bool,
}

/// ISO/IEC 7810 ID-1: 85.60 by 53.98 millimetres.
const HEIGHT: f32 = 53.98 / 85.60;
/// A quarter of the card's width, in the shape of a passport photo: 35 by 45.
const PORTRAIT: (f32, f32) = (0.25, 0.25 * 45.0 / 35.0);
const PORTRAIT_AT: Place = (0.05, 0.18);
/// The width of a portrait, in distances between the eyes.
const PORTRAIT_EYES: f32 = 6.0;
const CORNER: f32 = 0.037;

impl Card {
    pub(super) fn photographed(&self, subject: &Subject, random: &mut Random) -> Picture {
        let card = self.card(subject, random);
        let mut table = table(self.picture, random);
        let degrees = self.turn.unwrap_or_else(|| random.within(0.0, 360.0));
        let centre = self.centre(degrees, random);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (width, height) = (card.width() as f32, card.height() as f32);
        let on_card = |(x, y): Place, shift: f32| {
            let (x, y) = (x - centre.0 - shift, y - centre.1 - shift);
            (cos * x + sin * y + width / 2.0, -sin * x + cos * y + height / 2.0)
        };
        let reach = width.hypot(height);
        let area = [(centre.0 - reach, centre.1 - reach), (centre.0 + reach, centre.1 + reach)];
        let shadow = 0.008 * width;
        paint(&mut table, area, |place| {
            is_on(on_card(place, shadow), (width, height)).then_some(([0.0; 3], 0.45))
        });
        paint(&mut table, area, |place| {
            let place = on_card(place, 0.0);
            is_on(place, (width, height)).then(|| sampled(&card, place).map(|value| (value, 1.0)))?
        });
        table
    }

    /// Anywhere, but with the whole card in the picture if it fits.
    fn centre(&self, degrees: f32, random: &mut Random) -> Place {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (width, height) = (self.width as f32, self.width as f32 * HEIGHT);
        let half = ((width * cos).abs() + (height * sin).abs(), (width * sin).abs() + (height * cos).abs());
        let mut place = |room: u32, taken: f32| {
            let slack = (room as f32 - taken).max(0.0) / 2.0;
            room as f32 / 2.0 + random.within(-0.8, 0.8) * slack
        };
        (place(self.picture.0, half.0), place(self.picture.1, half.1))
    }

    fn card(&self, subject: &Subject, random: &mut Random) -> Picture {
        let width = self.width as f32;
        let mut card = background(self.width);
        let size = (PORTRAIT.0 * width, PORTRAIT.1 * width);
        let at = (PORTRAIT_AT.0 * width, PORTRAIT_AT.1 * width);
        let portrait = portrait(subject, size);
        place(&mut card, &portrait, at, 1.0);
        if self.ghost {
            place(&mut card, &scaled(&portrait, 0.45), (0.8 * width, 0.36 * width), 0.45);
        }
        print(&mut card, random);
        if self.glare {
            let centre = (at.0 + size.0 * random.within(0.1, 0.9), at.1 + size.1 * random.within(0.1, 0.9));
            reflect(&mut card, centre, 0.28 * size.0);
        }
        card
    }
}

/// Whether a place is on the card, which has round corners.
fn is_on((x, y): Place, (width, height): (f32, f32)) -> bool {
    let corner = CORNER * width;
    let beyond = |value: f32, length: f32| (corner - value).max(value - (length - corner)).max(0.0);
    beyond(x, width).hypot(beyond(y, height)) <= corner
}

/// The fine wavy lines printed on cards.
fn background(width: u32) -> Picture {
    let length = width as f32;
    Picture::from_fn(width, (length * HEIGHT).round() as u32, |x, y| {
        let (x, y) = (x as f32 / length, y as f32 / length);
        let wave =
            (220.0 * (y + 0.03 * (14.0 * x).sin())).sin() * (160.0 * (x + 0.02 * (19.0 * y).cos())).cos();
        let base = mixed([214.0, 228.0, 236.0], [236.0, 220.0, 212.0], x);
        pixel(base.map(|value| value + 9.0 * wave))
    })
}

/// The photo as printed on a card: cut out, scaled to size, a little pale.
fn portrait(subject: &Subject, (width, height): (f32, f32)) -> Picture {
    let shape = height / width;
    let half = PORTRAIT_EYES / 2.0;
    let top = -0.45 * PORTRAIT_EYES * shape;
    let cut = subject.cropped([(-half, top), (half, top + PORTRAIT_EYES * shape)]);
    // If the photo ends before that, the portrait is smaller than its field.
    let factor = (width / cut.width() as f32).min(height / cut.height() as f32);
    let mut portrait = scaled(&cut, factor);
    each(&mut portrait, |_, value| {
        mixed(value, [brightness(value); 3], 0.25).map(|value| 18.0 + 0.87 * value)
    });
    portrait
}

fn place(card: &mut Picture, portrait: &Picture, (left, top): Place, opacity: f32) {
    let corner = (left + portrait.width() as f32, top + portrait.height() as f32);
    paint(card, [(left, top), corner], |(x, y)| {
        sampled(portrait, (x - left, y - top)).map(|value| (value, opacity))
    });
}

/// A title, and lines of words.
fn print(card: &mut Picture, random: &mut Random) {
    let width = card.width() as f32;
    let mut bar = |[left, top, wide, high]: [f32; 4], ink: Colour| {
        let (left, top, right, bottom) = (left, top, left + wide, top + high);
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        polygon(card, &corners.map(|(x, y)| (x * width, y * width)), ink, 0.85);
    };
    bar([0.05, 0.05, 0.55, 0.045], [40.0, 60.0, 120.0]);
    for line in 0..6_u8 {
        let mut x = 0.34;
        while x < 0.72 {
            let word = random.within(0.02, 0.11);
            bar([x, 0.19 + 0.055 * f32::from(line), word, 0.022], [45.0, 45.0, 50.0]);
            x += word + 0.018;
        }
    }
}

/// The reflection of a lamp: white in the middle, and hardly visible two radii away.
fn reflect(card: &mut Picture, centre: Place, radius: f32) {
    let area = [
        (centre.0 - 3.0 * radius, centre.1 - 3.0 * radius),
        (centre.0 + 3.0 * radius, centre.1 + 3.0 * radius),
    ];
    paint(card, area, |(x, y)| {
        let squared = ((x - centre.0).powi(2) + 2.0 * (y - centre.1).powi(2)) / (radius * radius);
        Some(([255.0; 3], (1.3 * (-squared).exp()).min(1.0)))
    });
}

/// Wood: boards, grain along them, and the noise of a sensor.
fn table((width, height): (u32, u32), random: &mut Random) -> Picture {
    let mut grain: Vec<f32> = Vec::with_capacity(height as usize + 64);
    let mut value = 0.0;
    for _ in 0..height + 64 {
        value = 0.93 * value + 3.5 * random.normal();
        grain.push(value);
    }
    let bends: Vec<u32> = (0..width)
        .map(|x| (30.0 + 22.0 * (x as f32 / 310.0).sin() + 9.0 * (x as f32 / 87.0).sin()) as u32)
        .collect();
    let light = random.within(0.7, 1.3);
    let base = [150.0, 108.0, 72.0].map(|value| light * (value + random.within(-8.0, 8.0)));
    Picture::from_fn(width, height, |x, y| {
        let board = if y % 420 < 5 { -45.0 } else { 0.0 };
        let shade = grain[(y + bends[x as usize]) as usize] + board + 3.0 * random.normal();
        pixel(base.map(|value| value + shade))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_round_corners() {
        let size = (1000.0, 630.0);
        for (place, on) in
            [((2.0, 2.0), false), ((2.0, 300.0), true), ((500.0, 629.0), true), ((998.0, 628.0), false)]
        {
            assert_eq!(is_on(place, size), on, "{place:?}");
        }
        assert!(!is_on((-1.0, 300.0), size) && !is_on((500.0, 631.0), size));
    }

    #[test]
    fn a_lamp_whitens_its_middle_only() {
        let mut card = Picture::from_pixel(200, 100, image::Rgb([50; 3]));
        reflect(&mut card, (100.0, 50.0), 10.0);
        assert_eq!(card.get_pixel(100, 50).0, [255; 3]);
        assert_eq!(card.get_pixel(140, 50).0, [50; 3]);
    }
}
