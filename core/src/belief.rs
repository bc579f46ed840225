//! When a face is accepted, and when it is certain enough to end the search.

use crate::detect::{Belief, HINT_CONFIDENCE, Sighting};

/// What a first look must show for a face to be accepted.
pub(crate) const FIRST: Belief = Belief { confidence: 0.95, max_spread: MAX_SPREAD };

/// What later looks must show: each further look is a further chance of a false detection.
pub(crate) const RETRY: Belief = Belief { confidence: 0.97, max_spread: 0.04 };

/// What a closer look must show. On drawn cards and small faces of 20 people, the person's face then has a confidence
/// of at least 0.998 and a spread of at most 0.013; the most that a picture without a face showed was 0.986 and 0.026.
pub(crate) const CLOSER: Belief = Belief { confidence: 0.99, max_spread: 0.03 };

/// A first look is enough if the anchors on the face agree about its landmarks at least this well. On LFW, 99 % of the
/// upright faces are below, and 97 % of the same faces rotated by 90 or 180 degrees above.
pub(crate) const SURE_SPREAD: f32 = 0.035;

/// A detection with a larger disagreement is not a face: faces of LFW in profile reach 0.1.
pub(crate) const MAX_SPREAD: f32 = 0.1;

/// A face with a wider box lies on its side, however well its anchors agree. Of 400 photos of LFW, 99 % of the upright
/// faces have at most 0.87 and 99 % of those rotated by 90 degrees at least 1.03; of 82 studio portraits, 0.79 and
/// 1.19.
pub(crate) const MAX_UPRIGHT_ASPECT: f32 = 0.95;

/// An upright face has at least this confidence: 82 studio portraits shown whole have 0.9997 and more, and 20 portraits
/// on cards, 62 pixels large, 0.9989. The same cards upside down are taken for upright with up to 0.9957.
pub(crate) const SURE_CONFIDENCE: f32 = 0.996;

/// The confidences on which decisions depend, in ascending order. They were measured with our RetinaFace; the
/// confidences of detectors of other families are mapped to this scale.
pub(crate) const LEVELS: [f32; 5] =
    [HINT_CONFIDENCE, FIRST.confidence, RETRY.confidence, CLOSER.confidence, SURE_CONFIDENCE];

/// Whether a face that looks upright is: anchors also agree about some faces on their side or upside down.
pub(crate) fn is_upright(sighting: &Sighting, small: bool) -> bool {
    sighting.aspect < MAX_UPRIGHT_ASPECT && is_clear(sighting, small)
}

/// Whether a face is as clear as upright ones are. The confidence does not count in small pictures, whose faces are less
/// clear: of 4,992 upright ones of LFW, it would reject 27.
pub(crate) fn is_clear(sighting: &Sighting, small: bool) -> bool {
    small || sighting.face.confidence >= SURE_CONFIDENCE
}

/// Whether the anchors agree about a face that is not rotated further than this.
pub(crate) fn is_agreed(sighting: &Sighting, max_roll: f32) -> bool {
    sighting.spread < SURE_SPREAD && sighting.roll.abs() < max_roll
}

/// The sighting that decides whether a look is certain.
pub(crate) fn largest(sightings: &[Sighting]) -> Option<&Sighting> {
    let area = |sighting: &&Sighting| sighting.face.bounds.area();
    sightings.iter().max_by(|a, b| area(a).total_cmp(&area(b)))
}
