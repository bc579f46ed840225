//! One look at an image: RetinaFace on a square letterbox (Deng et al., "RetinaFace: Single-stage Dense Face
//! Localisation in the Wild", 2019; anchors, variances and decoding as in the MobileNet-0.25 model it is trained as).

mod anchors;
mod letterbox;

use crate::engine::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Point, Rect};
use crate::image::Image;
use crate::model::Input;
use crate::verdict::Face;
use letterbox::Letterbox;
pub(crate) use letterbox::Turn;

/// Boxes that share more than this part of their union are the same face.
const OVERLAP: f32 = 0.4;

/// One way of looking at an image.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// Index of the session, by its input size.
    pub(crate) session: usize,
    /// Part of the square that the image's longer side fills at most.
    pub(crate) fill: f32,
    /// How much the image may be enlarged.
    pub(crate) enlarge: f32,
    pub(crate) turn: Turn,
    pub(crate) confidence: f32,
    pub(crate) max_spread: f32,
}

/// A face as one look shows it.
pub(crate) struct Sighting {
    /// In pixels of the image.
    pub(crate) face: Face,
    /// How far the anchors that see the face disagree about its landmarks: the root mean square distance from their
    /// mean, in units of the square root of the box's area.
    pub(crate) spread: f32,
    /// How far the line between the eyes is turned, clockwise, in radians, in the look.
    pub(crate) roll: f32,
}

/// The detector's sessions, smallest input first, and what they take.
pub(crate) struct Detector<'w> {
    pub(crate) sessions: &'w mut [Box<dyn Session>],
    pub(crate) input_sizes: &'w [usize],
    pub(crate) input: &'w Input,
}

impl Detector<'_> {
    /// The faces that one look shows, most confident first.
    pub(crate) fn look(&mut self, image: &Image<'_>, look: &Look) -> Result<Vec<Sighting>> {
        let size = self.input_sizes[look.session];
        let letterbox = Letterbox::new(image, size, look.fill, look.enlarge, look.turn);
        let outputs = self.sessions[look.session].run(&letterbox.tensor(image, self.input)?)?;
        let mut sightings = merge(anchors::decode(&outputs, size)?, look);
        for sighting in &mut sightings {
            sighting.face = letterbox.to_image(sighting.face);
        }
        Ok(sightings)
    }
}

/// Greedy non-maximum suppression; the landmarks of a face are the mean over all anchors that see it, weighted by
/// their squared confidence, which is steadier than those of the most confident one alone.
fn merge(mut candidates: Vec<Face>, look: &Look) -> Vec<Sighting> {
    candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut kept: Vec<Sighting> = Vec::new();
    for top in candidates.iter().take_while(|face| face.confidence >= look.confidence) {
        if kept.iter().any(|kept| kept.face.bounds.overlap(&top.bounds) > OVERLAP) {
            continue;
        }
        let sighting = sight(top, &candidates);
        if sighting.spread <= look.max_spread && arranged_as_face(&sighting.face) {
            kept.push(sighting);
        }
    }
    kept
}

fn sight(top: &Face, candidates: &[Face]) -> Sighting {
    let voters = || candidates.iter().filter(|other| top.bounds.overlap(&other.bounds) >= 0.5);
    let weight = |face: &Face| face.confidence * face.confidence;
    let total: f32 = voters().map(weight).sum();
    let mean =
        |value: &dyn Fn(&Face) -> f32| voters().map(|face| weight(face) * value(face)).sum::<f32>() / total;
    let landmarks = std::array::from_fn(|i| Point {
        x: mean(&|face| face.landmarks[i].x),
        y: mean(&|face| face.landmarks[i].y),
    });
    let square = |(a, b): (&Point, &Point)| (a.x - b.x).powi(2) + (a.y - b.y).powi(2);
    let variance = mean(&|face| face.landmarks.iter().zip(&landmarks).map(square).sum::<f32>() / 5.0);
    let spread = (variance / top.bounds.area()).sqrt();
    Sighting { face: Face { landmarks, ..*top }, spread, roll: roll(&landmarks) }
}

fn roll([right_eye, left_eye, ..]: &[Point; 5]) -> f32 {
    (left_eye.y - right_eye.y).atan2(left_eye.x - right_eye.x)
}

/// Do the landmarks lie as those of a face do? Costs nothing and throws out textures.
///
/// Seen along the line from the eyes to the mouth: both pairs in the same order, which no mirror image of a face has, and
/// the nose between them; all within the box or near it.
fn arranged_as_face(face: &Face) -> bool {
    let [right_eye, left_eye, nose, mouth_right, mouth_left] = face.landmarks;
    let Rect { x, y, width, height } = face.bounds;
    let margin = 0.25;
    let within = face.landmarks.iter().all(|point| {
        let (u, v) = ((point.x - x) / width, (point.y - y) / height);
        (-margin..=1.0 + margin).contains(&u) && (-margin..=1.0 + margin).contains(&v)
    });
    let middle = |a: Point, b: Point| Point { x: f32::midpoint(a.x, b.x), y: f32::midpoint(a.y, b.y) };
    let (eyes, mouth) = (middle(right_eye, left_eye), middle(mouth_right, mouth_left));
    let down = (mouth.x - eyes.x, mouth.y - eyes.y);
    let length = down.0.hypot(down.1);
    // Along the line from eyes to mouth, and to the side of it, in units of its length.
    let along = |p: Point| ((p.x - eyes.x) * down.0 + (p.y - eyes.y) * down.1) / (length * length);
    let aside = |p: Point| ((p.x - eyes.x) * down.1 - (p.y - eyes.y) * down.0) / (length * length);
    within
        && length > 0.15 * height
        && aside(left_eye) > aside(right_eye)
        && aside(mouth_left) > aside(mouth_right)
        && (0.05..=0.95).contains(&along(nose))
}

fn wrong_outputs() -> Error {
    Error::new(ErrorKind::ModelInvalid, "the detector's outputs are not those of a RetinaFace")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    fn face() -> Face {
        Face {
            bounds: Rect { x: 0.0, y: 0.0, width: 100.0, height: 120.0 },
            landmarks: [
                point(30.0, 45.0),
                point(70.0, 45.0),
                point(50.0, 70.0),
                point(35.0, 90.0),
                point(65.0, 90.0),
            ],
            confidence: 0.99,
            quality: None,
        }
    }

    #[test]
    fn faces_are_told_from_other_arrangements() {
        assert!(arranged_as_face(&face()));
        let mut mirrored = face();
        mirrored.landmarks.swap(0, 1);
        assert!(!arranged_as_face(&mirrored));
        let mut nose_on_the_chin = face();
        nose_on_the_chin.landmarks[2] = point(50.0, 110.0);
        assert!(!arranged_as_face(&nose_on_the_chin));
        let mut far_away = face();
        far_away.landmarks[4] = point(650.0, 90.0);
        assert!(!arranged_as_face(&far_away));
        let flat = Face { landmarks: [point(50.0, 50.0); 5], ..face() };
        assert!(!arranged_as_face(&flat));
    }

    #[test]
    fn one_face_is_seen_once_with_the_mean_of_its_landmarks() {
        let look =
            Look { session: 0, fill: 1.0, enlarge: 1.0, turn: Turn::None, confidence: 0.95, max_spread: 0.1 };
        let mut other = Face { confidence: 0.99 * 0.99, ..face() };
        other.landmarks[0].x += 4.0;
        let elsewhere = Face {
            bounds: Rect { x: 500.0, ..face().bounds },
            landmarks: face().landmarks.map(|p| point(p.x + 500.0, p.y)),
            ..face()
        };
        let sightings = merge(vec![face(), other, elsewhere], &look);
        assert_eq!(sightings.len(), 2);
        let merged = sightings.iter().find(|sighting| sighting.face.bounds.x == 0.0).unwrap();
        assert!((31.9..32.0).contains(&merged.face.landmarks[0].x), "{:?}", merged.face.landmarks[0]);
        assert!(merged.spread > 0.0);
        assert!(sightings.iter().any(|sighting| sighting.spread == 0.0));
    }

    #[test]
    fn outputs_of_another_network_are_an_error() {
        assert_eq!(anchors::decode(&[vec![0.0; 10]], 320).unwrap_err().kind(), ErrorKind::ModelInvalid);
    }

    #[test]
    fn numbers_that_are_none_make_no_face() {
        let count = 2 * (40 * 40 + 20 * 20 + 10 * 10);
        for value in [f32::NAN, f32::INFINITY, -1e30] {
            let outputs = [vec![value; 4 * count], vec![1.0; 2 * count], vec![value; 10 * count]];
            let faces = anchors::decode(&outputs, 320).unwrap();
            assert!(
                faces.iter().all(|face| face.bounds.width.is_finite() && face.landmarks[0].x.is_finite())
            );
        }
    }
}
