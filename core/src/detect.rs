//! One look at an image: RetinaFace on a square letterbox (Deng et al., "RetinaFace: Single-stage Dense Face
//! Localisation in the Wild", 2019; anchors, variances and decoding as in the MobileNet-0.25 model it is trained as).

mod anchors;
mod letterbox;

use crate::engine::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Area, Point, Rect, SimilarityTransform, length};
use crate::image::Image;
use crate::model::Input;
use crate::verdict::Face;
use crate::warp::warp;
use letterbox::Letterbox;
pub(crate) use letterbox::Turn;

/// Boxes that share more than this part of their union are the same face.
const OVERLAP: f32 = 0.4;

/// What is less likely a face than this is not even a hint.
const HINT_CONFIDENCE: f32 = 0.35;

/// One way of looking at an area of an image.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) area: Area,
    /// Input size of the network, one of the detector's.
    pub(crate) side: usize,
    /// Part of the square that the area's longer side fills at most.
    pub(crate) fill: f32,
    /// How much the area may be enlarged.
    pub(crate) enlarge: f32,
    pub(crate) turn: Turn,
    pub(crate) belief: Belief,
}

impl Look {
    /// How many pixels of the area become one of the square's, across.
    pub(crate) fn shrinks(&self) -> f32 {
        let [_, _, width, height] = self.area.bounds();
        (width.max(height) as f32) / (self.fill * self.side as f32)
    }
}

/// What a look must show to be believed.
#[derive(Clone, Copy)]
pub(crate) struct Belief {
    /// The least confidence.
    pub(crate) confidence: f32,
    /// The largest disagreement of the anchors.
    pub(crate) max_spread: f32,
}

/// What one look shows.
pub(crate) struct Seen {
    /// The faces that can be believed, most confident first.
    pub(crate) faces: Vec<Sighting>,
    /// Everything that looks a little like a face, most confident first: small and turned faces are among it.
    pub(crate) hints: Vec<Sighting>,
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
    /// Width of the box through its height, in the look: a face that lies on its side has a wide box.
    pub(crate) aspect: f32,
}

/// The detector for one input size, in two parts.
pub(crate) struct Eye {
    pub(crate) side: usize,
    /// Sees all but the smallest faces.
    pub(crate) net: Box<dyn Session>,
    /// Sees the smallest, in what the other has computed.
    pub(crate) fine: Box<dyn Session>,
}

/// The detector's networks, smallest input first, and what they take.
pub(crate) struct Detector<'w> {
    pub(crate) eyes: &'w mut [Eye],
    /// The input size of an ordinary look.
    pub(crate) side: usize,
    pub(crate) input: &'w Input,
}

/// A look without the smallest faces, which can be added.
pub(crate) struct Glance {
    letterbox: Letterbox,
    candidates: Vec<Face>,
    features: Vec<Vec<f32>>,
}

impl Detector<'_> {
    /// The input sizes, smallest first.
    pub(crate) fn sides(&self) -> Vec<usize> {
        self.eyes.iter().map(|eye| eye.side).collect()
    }

    /// Runs what the first look at a large photo takes on a blank input.
    pub(crate) fn warm_up(&mut self) -> Result<()> {
        let side = self.side;
        self.eye(side)?.net.run(&[&vec![0.0; 3 * side * side]]).map(drop)
    }

    /// Looks at an area, but not for the smallest faces.
    pub(crate) fn glance(&mut self, image: &Image<'_>, look: &Look) -> Result<Glance> {
        let letterbox = Letterbox::new(look.area, look.side, look.fill, look.enlarge, look.turn);
        let tensor = letterbox.tensor(image, self.input)?;
        let (candidates, features) = self.eye(look.side)?.glance(&tensor)?;
        Ok(Glance { letterbox, candidates, features })
    }

    /// Adds the smallest faces.
    pub(crate) fn finish(&mut self, glance: Glance, look: &Look) -> Result<Seen> {
        let candidates = self.eye(look.side)?.finish(glance.candidates, &glance.features)?;
        Ok(seen(candidates, look.belief, |face| glance.letterbox.to_image(face)))
    }

    /// Looks at the square that `map` leads to, which may lie at any angle.
    pub(crate) fn look_closer(
        &mut self,
        image: &Image<'_>,
        map: &SimilarityTransform,
        belief: Belief,
    ) -> Result<Vec<Sighting>> {
        let side = self.side;
        let tensor = warp(image, map, side, self.input, self.input.neutral())?;
        let eye = self.eye(side)?;
        let (candidates, features) = eye.glance(&tensor)?;
        let candidates = eye.finish(candidates, &features)?;
        Ok(seen(candidates, belief, |face| moved(face, map)).faces)
    }

    fn eye(&mut self, side: usize) -> Result<&mut Eye> {
        self.eyes.iter_mut().find(|eye| eye.side == side).ok_or_else(|| {
            let message = format!("the detector has no network for inputs of {side} pixels");
            Error::new(ErrorKind::Internal, message)
        })
    }
}

impl Glance {
    /// What it shows.
    pub(crate) fn seen(&self, belief: Belief) -> Seen {
        seen(self.candidates.clone(), belief, |face| self.letterbox.to_image(face))
    }
}

impl Eye {
    /// The anchors that see all but the smallest faces, and what the search for those begins with.
    fn glance(&mut self, tensor: &[f32]) -> Result<(Vec<Face>, Vec<Vec<f32>>)> {
        let mut outputs = self.net.run(&[tensor])?;
        let features = outputs.split_off(anchors::OUTPUTS.min(outputs.len()));
        Ok((anchors::decode(&outputs, self.side, false)?, features))
    }

    /// All anchors, those of the smallest faces first.
    fn finish(&mut self, others: Vec<Face>, features: &[Vec<f32>]) -> Result<Vec<Face>> {
        let features: Vec<&[f32]> = features.iter().map(Vec::as_slice).collect();
        let mut candidates = anchors::decode(&self.fine.run(&features)?, self.side, true)?;
        candidates.extend(others);
        Ok(candidates)
    }
}

fn seen(mut candidates: Vec<Face>, belief: Belief, to_image: impl Fn(Face) -> Face) -> Seen {
    candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let kept = |confidence, keep: &dyn Fn(&Sighting) -> bool| {
        let mut kept = merge(&candidates, confidence, keep);
        for sighting in &mut kept {
            sighting.face = to_image(sighting.face);
        }
        kept
    };
    let believable =
        |sighting: &Sighting| sighting.spread <= belief.max_spread && arranged_as_face(&sighting.face);
    Seen { faces: kept(belief.confidence, &believable), hints: kept(HINT_CONFIDENCE, &|_| true) }
}

/// A face in a warped square, in pixels of the image; its box is the upright one around the turned one.
fn moved(face: Face, map: &SimilarityTransform) -> Face {
    // Pixel centres lie at whole coordinates in a square that was warped, and half a pixel further in a box.
    let point = |point: Point| {
        let point = map.apply(point.x - 0.5, point.y - 0.5);
        Point { x: point.x + 0.5, y: point.y + 0.5 }
    };
    let centre = point(face.bounds.centre());
    let (across, down) = (map.a.abs(), map.b.abs());
    let width = across * face.bounds.width + down * face.bounds.height;
    let height = down * face.bounds.width + across * face.bounds.height;
    let bounds = Rect { x: centre.x - width / 2.0, y: centre.y - height / 2.0, width, height };
    Face { bounds, landmarks: face.landmarks.map(point), ..face }
}

/// Greedy non-maximum suppression; the landmarks of a face are the mean over all anchors that see it, weighted by
/// their squared confidence, which is steadier than those of the most confident one alone.
fn merge(candidates: &[Face], confidence: f32, keep: &dyn Fn(&Sighting) -> bool) -> Vec<Sighting> {
    let mut kept: Vec<Sighting> = Vec::new();
    for top in candidates.iter().take_while(|face| face.confidence >= confidence) {
        if kept.iter().any(|kept| kept.face.bounds.overlap(&top.bounds) > OVERLAP) {
            continue;
        }
        let sighting = sight(top, candidates);
        if keep(&sighting) {
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
    Sighting {
        face: Face { landmarks, ..*top },
        spread,
        roll: roll(&landmarks),
        aspect: top.bounds.width / top.bounds.height,
    }
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
    let length = length(down.0, down.1);
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
        let mut other = Face { confidence: 0.99 * 0.99, ..face() };
        other.landmarks[0].x += 4.0;
        let elsewhere = Face {
            bounds: Rect { x: 500.0, ..face().bounds },
            landmarks: face().landmarks.map(|p| point(p.x + 500.0, p.y)),
            ..face()
        };
        let sightings = merge(&[face(), elsewhere, other], 0.95, &|_| true);
        assert_eq!(sightings.len(), 2);
        let merged = sightings.iter().find(|sighting| sighting.face.bounds.x == 0.0).unwrap();
        assert!((31.9..32.0).contains(&merged.face.landmarks[0].x), "{:?}", merged.face.landmarks[0]);
        assert!(merged.spread > 0.0);
        assert!(sightings.iter().any(|sighting| sighting.spread == 0.0));
    }

    #[test]
    fn outputs_of_another_network_are_an_error() {
        assert_eq!(
            anchors::decode(&[vec![0.0; 10]], 320, false).unwrap_err().kind(),
            ErrorKind::ModelInvalid
        );
    }

    #[test]
    fn numbers_that_are_none_make_no_face() {
        let count = 2 * (20 * 20 + 10 * 10);
        for value in [f32::NAN, f32::INFINITY, -1e30] {
            let outputs = [vec![value; 4 * count], vec![1.0; 2 * count], vec![value; 10 * count]];
            let faces = anchors::decode(&outputs, 320, false).unwrap();
            assert!(
                faces.iter().all(|face| face.bounds.width.is_finite() && face.landmarks[0].x.is_finite())
            );
        }
    }
}
