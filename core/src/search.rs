//! In which order, sizes and turns a photo is looked at, and when the search ends.

use crate::detect::{Detector, Look, Sighting, Turn};
use crate::error::Result;
use crate::image::Image;
use crate::verdict::Face;

/// The least confidence of a first look.
const CONFIDENCE: f32 = 0.95;

/// The least confidence of the looks after it: each further look is a further chance to be wrong.
const RETRY_CONFIDENCE: f32 = 0.97;

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

/// The looks, in order.
fn looks(image: &Image<'_>, input_sizes: &[usize]) -> Vec<Look> {
    let (confidence, max_spread) = (RETRY_CONFIDENCE, RETRY_MAX_SPREAD);
    let again = |session, fill, enlarge, turn| Look { session, fill, enlarge, turn, confidence, max_spread };
    let longest = image.width().max(image.height()) as usize;
    let first = Look { confidence: CONFIDENCE, max_spread: MAX_SPREAD, ..again(0, 1.0, 1.0, Turn::None) };
    let mut looks = vec![first];
    if longest < input_sizes[0] {
        looks.push(Look { max_spread: MAX_SPREAD, ..again(0, 1.0, 2.0, Turn::None) });
    }
    for session in 1..input_sizes.len() {
        // A larger input shows nothing new of a picture that the smaller one shows whole.
        if longest > input_sizes[session - 1] {
            looks.push(again(session, 1.0, 1.0, Turn::None));
        }
    }
    looks.push(again(0, WIDE_BORDER, 1.0, Turn::None));
    looks.extend([Turn::Quarter, Turn::Half, Turn::ThreeQuarters].map(|turn| again(0, 1.0, 1.0, turn)));
    looks
}

/// Finds faces, most confident first.
///
/// One look is enough for most photos. When it finds nothing, or a face that looks turned or that the anchors disagree
/// about, the image is looked at in other sizes and turned, and the look counts whose largest face is surest.
pub(crate) fn search(image: &Image<'_>, mut detector: Detector<'_>) -> Result<Vec<Face>> {
    let mut best: Option<(f32, Vec<Face>)> = None;
    for look in looks(image, detector.input_sizes) {
        let sightings = detector.look(image, &look)?;
        let area = |sighting: &&Sighting| sighting.face.bounds.area();
        let Some(largest) = sightings.iter().max_by(|a, b| area(a).total_cmp(&area(b))) else { continue };
        let (spread, roll) = (largest.spread, largest.roll);
        if best.as_ref().is_none_or(|(least, _)| spread < SURER * least) {
            best = Some((spread, sightings.into_iter().map(|sighting| sighting.face).collect()));
            if spread < SURE_SPREAD && roll.abs() < MAX_ROLL {
                break;
            }
        }
    }
    Ok(best.map(|(_, faces)| faces).unwrap_or_default())
}
