//! A good photo and the position of its face.

use image::imageops;
use visavis::{Error, ErrorKind, Photo, Verifier};

use super::picture::{Picture, Place, scaled};
use crate::draw;
use crate::failure::Result;

/// A photo and its face. Places on the face are measured from the middle between the eyes.
#[derive(Clone)]
pub(super) struct Subject {
    pub(super) picture: Picture,
    /// Right eye, left eye, nose, right and left corner of the mouth.
    landmarks: [Place; 5],
}

impl Subject {
    /// Decodes a photo and finds its face.
    pub(super) fn find(verifier: &Verifier, photo: &Photo<'_>) -> Result<Subject, Error> {
        let image = verifier.decode(photo)?;
        let detection = verifier.detect(photo)?;
        let face = &detection.faces[detection.chosen?];
        let landmarks = face.landmarks.map(|point| (point.x, point.y));
        let subject = Subject { picture: draw::canvas(&image), landmarks };
        if subject.eyes() < 1.0 {
            return Err(Error::new(ErrorKind::NoFace, "both eyes of the face are in one place"));
        }
        Ok(subject)
    }

    /// The distance between the eyes in pixels.
    pub(super) fn eyes(&self) -> f32 {
        let [right, left, ..] = self.landmarks;
        (left.0 - right.0).hypot(left.1 - right.1)
    }

    /// A place on the face: how far from the middle between the eyes towards the person's left, and how far down, in
    /// distances between the eyes.
    pub(super) fn at(&self, (across, down): Place) -> Place {
        let [right, left, ..] = self.landmarks;
        let (dx, dy) = (left.0 - right.0, left.1 - right.1);
        let middle = (f32::midpoint(right.0, left.0), f32::midpoint(right.1, left.1));
        (middle.0 + across * dx - down * dy, middle.1 + across * dy + down * dx)
    }

    /// The place on the face, as [`Self::at`] takes it, of a place in the picture.
    pub(super) fn on_face(&self, place: Place) -> Place {
        let (zero, unit) = (self.at((0.0, 0.0)), self.at((1.0, 0.0)));
        let (dx, dy) = (unit.0 - zero.0, unit.1 - zero.1);
        let (x, y) = (place.0 - zero.0, place.1 - zero.1);
        let squared = dx * dx + dy * dy;
        ((x * dx + y * dy) / squared, (y * dx - x * dy) / squared)
    }

    /// The nose, as [`Self::at`] takes it.
    pub(super) fn nose(&self) -> Place {
        self.on_face(self.landmarks[2])
    }

    /// The middle of the mouth, as [`Self::at`] takes it.
    pub(super) fn mouth(&self) -> Place {
        let [.., right, left] = self.landmarks.map(|place| self.on_face(place));
        (f32::midpoint(right.0, left.0), f32::midpoint(right.1, left.1))
    }

    /// The same in another size, with this many pixels between the eyes.
    pub(super) fn with_eyes(&self, eyes: f32) -> Subject {
        let factor = eyes / self.eyes();
        let landmarks = self.landmarks.map(|(x, y)| (x * factor, y * factor));
        Subject { picture: scaled(&self.picture, factor), landmarks }
    }

    /// The same, shrunk if there are more pixels between the eyes, so that a pixel is the same part of every face.
    pub(super) fn with_at_most(&self, eyes: f32) -> Subject {
        if self.eyes() > eyes { self.with_eyes(eyes) } else { self.clone() }
    }

    /// The part of the picture between these places on an upright face, as far as the picture reaches.
    pub(super) fn cropped(&self, [from, to]: [Place; 2]) -> Picture {
        let (middle, eyes) = (self.at((0.0, 0.0)), self.eyes());
        let clip = |value: f32, length: u32| value.clamp(0.0, length as f32).round() as u32;
        let (width, height) = self.picture.dimensions();
        let [left, right] = [from.0, to.0].map(|across| clip(middle.0 + across * eyes, width));
        let [top, bottom] = [from.1, to.1].map(|down| clip(middle.1 + down * eyes, height));
        let (width, height) = (right.saturating_sub(left).max(1), bottom.saturating_sub(top).max(1));
        imageops::crop_imm(&self.picture, left, top, width, height).to_image()
    }
}

/// A face of noise, upright, for tests.
#[cfg(test)]
pub(super) fn drawn() -> Subject {
    let mut random = super::random::Random::new(1, &[]);
    let mut picture = Picture::from_pixel(200, 250, image::Rgb([120, 150, 90]));
    super::picture::each(&mut picture, |_, value| value.map(|value| value + 20.0 * random.normal()));
    Subject {
        picture,
        landmarks: [(80.0, 100.0), (120.0, 100.0), (100.0, 122.0), (85.0, 145.0), (115.0, 145.0)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_a_turned_face_read_back() {
        let landmarks = [(10.0, 10.0), (14.0, 13.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)];
        let subject = Subject { picture: Picture::new(40, 40), landmarks };
        assert_eq!((subject.eyes(), subject.at((0.5, 0.0))), (5.0, (14.0, 13.0)));
        // Down is a quarter turn from across.
        assert_eq!(subject.at((0.0, 1.0)), (9.0, 15.5));
        let (across, down) = subject.on_face(subject.at((0.3, -0.7)));
        assert!((across - 0.3).abs() < 1e-6 && (down + 0.7).abs() < 1e-6);
        assert_eq!(subject.with_eyes(10.0).at((0.5, 0.0)), (28.0, 26.0));
    }
}
