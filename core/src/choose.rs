//! The choice of one of the faces found.

use crate::advice::Advice;
use crate::error::{Error, ErrorKind, Result};
use crate::options::{FacePolicy, Options};
use crate::verdict::Face;

/// A second portrait on a card has less than this fraction of the main one's area: ghost portraits are at most half as wide.
const MINOR_PORTRAIT: f32 = 0.3;

/// An established criterion for photos like LFW's, in which the intended person is in the middle: there, accuracy is
/// half a percent better than with the largest face.
fn prominence(face: &Face, (width, height): (u32, u32)) -> f32 {
    let centre = face.bounds.centre();
    let (dx, dy) = (centre.x - width as f32 / 2.0, centre.y - height as f32 / 2.0);
    face.bounds.area() - 2.0 * (dx * dx + dy * dy)
}

/// Whether no further face of at most this area, wherever it is, could be chosen instead or make the choice an error.
pub(crate) fn is_settled(faces: &[Face], area: f32, size: (u32, u32), policy: FacePolicy) -> bool {
    match policy {
        FacePolicy::Prominent => faces.iter().any(|face| prominence(face, size) > area),
        FacePolicy::Largest => faces.iter().any(|face| face.bounds.area() > area),
        FacePolicy::Single => false,
    }
}

/// Chooses by the policy and checks the minimum size; returns the index into `faces`.
pub(crate) fn choose(faces: &[Face], size: (u32, u32), options: &Options) -> Result<usize> {
    let best_by = |value: &dyn Fn(&Face) -> f32| {
        faces
            .iter()
            .enumerate()
            .max_by(|(_, a), (_, b)| value(a).total_cmp(&value(b)))
            .map(|(index, _)| index)
    };
    let chosen = match options.face {
        FacePolicy::Prominent => best_by(&|face| prominence(face, size)),
        FacePolicy::Largest => best_by(&|face| face.bounds.area()),
        FacePolicy::Single if faces.len() > 1 => return Err(several(faces)),
        FacePolicy::Single => (!faces.is_empty()).then_some(0),
    };
    let chosen = chosen.ok_or_else(|| Error::new(ErrorKind::NoFace, "no face was found"))?;
    let side = faces[chosen].bounds.width.min(faces[chosen].bounds.height);
    if side < options.min_face as f32 {
        let message =
            format!("the face is {side:.0} pixels wide; at least {} are required", options.min_face);
        return Err(Error::new(ErrorKind::FaceTooSmall, message).with_advice(vec![Advice::TooSmall]));
    }
    Ok(chosen)
}

/// Identity cards show a second, smaller portrait; callers that allow only one face should know why the photo is refused.
fn several(faces: &[Face]) -> Error {
    let mut areas: Vec<f32> = faces.iter().map(|face| face.bounds.area()).collect();
    areas.sort_by(|a, b| b.total_cmp(a));
    let mut message = format!("{} faces were found, but only one may be in the photo", faces.len());
    if areas[1] < areas[0] * MINOR_PORTRAIT {
        message += " (the others are small, like the second portrait of an identity card: the policy `largest` takes \
                    the main one)";
    }
    Error::new(ErrorKind::SeveralFaces, message).with_advice(vec![Advice::SeveralFaces])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    fn face(x: f32, y: f32, side: f32) -> Face {
        let bounds = Rect { x, y, width: side, height: side };
        Face::new(bounds, Default::default(), 1.0)
    }

    fn pick(faces: &[Face], policy: FacePolicy, min_face: u32) -> Result<usize> {
        let options = Options { face: policy, min_face, ..Options::default() };
        choose(faces, (200, 200), &options)
    }

    #[test]
    fn policies_differ() {
        let faces = [face(0.0, 0.0, 70.0), face(70.0, 70.0, 60.0)];
        assert_eq!(pick(&faces, FacePolicy::Prominent, 0).unwrap(), 1);
        assert_eq!(pick(&faces, FacePolicy::Largest, 0).unwrap(), 0);
        assert_eq!(pick(&faces, FacePolicy::Single, 0).unwrap_err().kind(), ErrorKind::SeveralFaces);
        assert_eq!(pick(&faces[..1], FacePolicy::Single, 0).unwrap(), 0);
    }

    #[test]
    fn a_card_with_a_second_portrait_says_why_it_is_refused() {
        let message = |faces: &[Face]| pick(faces, FacePolicy::Single, 0).unwrap_err().message().to_owned();
        let main = face(0.0, 0.0, 100.0);
        assert!(message(&[main, face(120.0, 0.0, 40.0)]).contains("largest"));
        assert!(!message(&[main, face(120.0, 0.0, 80.0)]).contains("largest"));
        assert_eq!(pick(&[face(120.0, 0.0, 40.0), main], FacePolicy::Largest, 0).unwrap(), 1);
    }

    #[test]
    fn none_and_too_small_are_errors() {
        for policy in [FacePolicy::Prominent, FacePolicy::Largest, FacePolicy::Single] {
            assert_eq!(pick(&[], policy, 0).unwrap_err().kind(), ErrorKind::NoFace);
        }
        assert_eq!(
            pick(&[face(0.0, 0.0, 70.0)], FacePolicy::Largest, 71).unwrap_err().kind(),
            ErrorKind::FaceTooSmall
        );
        assert_eq!(pick(&[face(0.0, 0.0, 70.0)], FacePolicy::Largest, 70).unwrap(), 0);
    }
}
