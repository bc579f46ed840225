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

/// The least confidence of a first look. Faces of LFW stay above 0.995; animals and textures reach 0.99.
const CONFIDENCE: f32 = 0.95;

/// The least confidence where a first look found nothing: each further look is a further chance to be wrong.
const RETRY_CONFIDENCE: f32 = 0.99;

/// Boxes that share more than this part of their union are the same face.
const OVERLAP: f32 = 0.4;

/// Small pictures blown up further only make the detector invent faces.
const MAX_ENLARGEMENT: f32 = 2.0;

/// The part of the letterbox that the image fills in the look for faces that fill the image.
const WIDE_BORDER: f32 = 0.5;

/// One way of looking at an image.
struct Look {
    /// Index of the net, by its input size.
    net: usize,
    /// Part of the square that the image's longer side fills.
    fill: f32,
    turn: Turn,
    confidence: f32,
}

/// The looks, in order; the first that finds a face ends the search.
fn looks(nets: usize) -> impl Iterator<Item = Look> {
    let first = Look { net: 0, fill: 1.0, turn: Turn::None, confidence: CONFIDENCE };
    let finer = (1..nets).map(|net| Look { net, fill: 1.0, turn: Turn::None, confidence: RETRY_CONFIDENCE });
    let wide = Look { net: 0, fill: WIDE_BORDER, turn: Turn::None, confidence: RETRY_CONFIDENCE };
    let turned = [Turn::Quarter, Turn::Half, Turn::ThreeQuarters].map(|turn| Look {
        net: 0,
        fill: 1.0,
        turn,
        confidence: RETRY_CONFIDENCE,
    });
    [first].into_iter().chain(finer).chain([wide]).chain(turned)
}

/// Finds faces, most confident first. `nets` have the input sizes `sides`, smallest first.
pub(crate) fn detect(
    image: &Image<'_>,
    nets: &mut [Box<dyn Net>],
    sides: &[usize],
    input: &Input,
) -> Result<Vec<Face>> {
    for look in looks(nets.len()) {
        let letterbox = Letterbox::new(image, sides[look.net], look.fill, MAX_ENLARGEMENT, look.turn);
        let outputs = nets[look.net].run(&letterbox.tensor(image, input)?)?;
        let candidates = anchors::decode(&outputs, sides[look.net], look.confidence)?;
        let mut faces = suppress_overlaps(candidates);
        faces.retain(arranged_as_face);
        if !faces.is_empty() {
            return Ok(faces.into_iter().map(|face| letterbox.to_image(face)).collect());
        }
    }
    Ok(Vec::new())
}

/// Greedy non-maximum suppression.
fn suppress_overlaps(mut candidates: Vec<Face>) -> Vec<Face> {
    candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut kept: Vec<Face> = Vec::new();
    for face in candidates {
        if kept.iter().all(|known| intersection_over_union(&known.bounds, &face.bounds) <= OVERLAP) {
            kept.push(face);
        }
    }
    kept
}

fn intersection_over_union(a: &Rect, b: &Rect) -> f32 {
    let overlap =
        |a0: f32, a_len: f32, b0: f32, b_len: f32| ((a0 + a_len).min(b0 + b_len) - a0.max(b0)).max(0.0);
    let shared = overlap(a.x, a.width, b.x, b.width) * overlap(a.y, a.height, b.y, b.height);
    shared / (a.width * a.height + b.width * b.height - shared)
}

/// Do the landmarks lie as those of an upright face do? Costs nothing and throws out textures.
///
/// In units of the box: eyes from left to right, mouth below the eyes and from left to right too, nose between eye
/// line and mouth line, all within the box or near it.
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
        && down.1 > 0.5 * length
        && aside(left_eye) > aside(right_eye)
        && aside(mouth_left) > aside(mouth_right)
        && (0.05..=0.95).contains(&along(nose))
}

fn wrong_outputs() -> Error {
    Error::new(ErrorKind::ModelInvalid, "the detector's outputs are not those of a RetinaFace")
}
