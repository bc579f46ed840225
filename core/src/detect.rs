//! An image to its faces: RetinaFace on a square letterbox (Deng et al., "RetinaFace: Single-stage Dense Face
//! Localisation in the Wild", 2019; anchors, variances and decoding as in the MobileNet-0.25 model it is trained as).

mod anchors;
mod letterbox;

use crate::engine::Net;
use crate::error::{Error, ErrorKind, Result};
use crate::image::Image;
use crate::model::Input;
use letterbox::{Letterbox, Turn};

/// A point in pixels from the image's top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// An upright rectangle in pixels; it may reach beyond the image.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Extent to the right.
    pub width: f32,
    /// Extent downwards.
    pub height: f32,
}

/// A face in an image.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Face {
    /// The box around it.
    pub bounds: Rect,
    /// Right eye, left eye, tip of the nose, right and left corner of the mouth, of the person: so in an upright,
    /// unmirrored photo the first eye is the one on the image's left.
    pub landmarks: [Point; 5],
    /// How sure the detector is, 0..=1.
    pub confidence: f32,
}

impl Face {
    /// A face that was kept elsewhere, as a detection gave it.
    pub fn new(bounds: Rect, landmarks: [Point; 5], confidence: f32) -> Self {
        Face { bounds, landmarks, confidence }
    }
}

/// The least confidence of a first look.
const CONFIDENCE: f32 = 0.95;

/// The least confidence of the looks after it: each further look is a further chance to be wrong.
const RETRY_CONFIDENCE: f32 = 0.97;

/// Boxes that share more than this part of their union are the same face.
const OVERLAP: f32 = 0.4;

/// The part of the square that the image fills in the look for faces that fill the image.
const WIDE_BORDER: f32 = 0.5;

/// A first look is enough when the anchors that see the face agree about its landmarks at least this well. On LFW
/// 99 % of the upright faces stay below, and 97 % of the same faces turned by a quarter or a half lie above.
const SURE_SPREAD: f32 = 0.035;

/// What disagrees more is no face: faces of LFW in profile reach 0.1.
const MAX_SPREAD: f32 = 0.1;

/// The same for looks in another way than the picture offers itself, as strict as for confidence.
const RETRY_MAX_SPREAD: f32 = 0.04;

/// A further look must be this much surer to be believed instead of one before.
const SURER: f32 = 0.7;

/// Landmarks turned further than this are a reason to turn the image and look again.
const MAX_ROLL: f32 = std::f32::consts::FRAC_PI_4;

/// One way of looking at an image.
struct Look {
    /// Index of the net, by its input size.
    net: usize,
    /// Part of the square that the image's longer side fills at most.
    fill: f32,
    /// How much the image may be enlarged. The first look does not: landmarks come out best at the size they have.
    enlarge: f32,
    turn: Turn,
    confidence: f32,
    max_spread: f32,
}

/// A face and how far the anchors that see it disagree about its landmarks: the root mean square distance from their
/// mean, in units of the square root of the box's area.
struct Sighting {
    face: Face,
    spread: f32,
}

/// The looks, in order.
fn looks(image: &Image<'_>, sides: &[usize]) -> Vec<Look> {
    let (confidence, max_spread) = (RETRY_CONFIDENCE, RETRY_MAX_SPREAD);
    let again = |net, fill, enlarge, turn| Look { net, fill, enlarge, turn, confidence, max_spread };
    let longest = image.width().max(image.height()) as usize;
    let first = Look { confidence: CONFIDENCE, max_spread: MAX_SPREAD, ..again(0, 1.0, 1.0, Turn::None) };
    let mut looks = vec![first];
    if longest < sides[0] {
        looks.push(Look { max_spread: MAX_SPREAD, ..again(0, 1.0, 2.0, Turn::None) });
    }
    for net in 1..sides.len() {
        // A larger input shows nothing new of a picture that the smaller one shows whole.
        if longest > sides[net - 1] {
            looks.push(again(net, 1.0, 1.0, Turn::None));
        }
    }
    looks.push(again(0, WIDE_BORDER, 1.0, Turn::None));
    looks.extend([Turn::Quarter, Turn::Half, Turn::ThreeQuarters].map(|turn| again(0, 1.0, 1.0, turn)));
    looks
}

/// Finds faces, most confident first. `nets` have the input sizes `sides`, smallest first.
///
/// One look is enough for most photos. When it finds nothing, or a face that looks turned or that the anchors disagree
/// about, the image is looked at in other sizes and turned, and the look counts whose largest face is surest.
pub(crate) fn detect(
    image: &Image<'_>,
    nets: &mut [Box<dyn Net>],
    sides: &[usize],
    input: &Input,
) -> Result<Vec<Face>> {
    let mut best: Option<(f32, Vec<Face>)> = None;
    for look in looks(image, sides) {
        let letterbox = Letterbox::new(image, sides[look.net], look.fill, look.enlarge, look.turn);
        let outputs = nets[look.net].run(&letterbox.tensor(image, input)?)?;
        let candidates = anchors::decode(&outputs, sides[look.net])?;
        let sightings = merge(candidates, &look);
        let area = |sighting: &&Sighting| sighting.face.bounds.width * sighting.face.bounds.height;
        let Some(largest) = sightings.iter().max_by(|a, b| area(a).total_cmp(&area(b))) else { continue };
        let (spread, roll) = (largest.spread, roll(&largest.face));
        if best.as_ref().is_none_or(|(known, _)| spread < SURER * known) {
            best =
                Some((spread, sightings.iter().map(|sighting| letterbox.to_image(sighting.face)).collect()));
            if spread < SURE_SPREAD && roll.abs() < MAX_ROLL {
                break;
            }
        }
    }
    Ok(best.map(|(_, faces)| faces).unwrap_or_default())
}

/// Greedy non-maximum suppression; the landmarks of a face are the mean over all anchors that see it, weighted by
/// their squared confidence, which is steadier than those of the most confident one alone.
fn merge(mut candidates: Vec<Face>, look: &Look) -> Vec<Sighting> {
    candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut kept: Vec<Sighting> = Vec::new();
    for top in candidates.iter().take_while(|face| face.confidence >= look.confidence) {
        if kept.iter().any(|known| intersection_over_union(&known.face.bounds, &top.bounds) > OVERLAP) {
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
    let voters =
        || candidates.iter().filter(|other| intersection_over_union(&top.bounds, &other.bounds) >= 0.5);
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
    let spread = (variance / (top.bounds.width * top.bounds.height)).sqrt();
    Sighting { face: Face { landmarks, ..*top }, spread }
}

fn intersection_over_union(a: &Rect, b: &Rect) -> f32 {
    let overlap =
        |a0: f32, a_len: f32, b0: f32, b_len: f32| ((a0 + a_len).min(b0 + b_len) - a0.max(b0)).max(0.0);
    let shared = overlap(a.x, a.width, b.x, b.width) * overlap(a.y, a.height, b.y, b.height);
    shared / (a.width * a.height + b.width * b.height - shared)
}

/// How far the line between the eyes is turned, clockwise, in radians.
fn roll(face: &Face) -> f32 {
    let [right_eye, left_eye, ..] = face.landmarks;
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
        let look = looks(&Image::from_rgb(vec![0; 3], 1, 1), &[320]).remove(0);
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
