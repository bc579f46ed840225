//! The public answers.

use std::time::Duration;

use crate::advice::Advice;
use crate::error::Result;
use crate::geometry::{Point, Rect, length};
use crate::quality::{self, Quality};
use crate::score::ScoreTable;
use crate::template::Template;

/// A face in an image.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Face {
    /// The box around it.
    pub bounds: Rect,
    /// Right eye, left eye, tip of the nose, right and left corner of the mouth, as seen by the person: in an upright,
    /// unmirrored photo the first eye is on the left of the image.
    pub landmarks: [Point; 5],
    /// Confidence of the detector, 0..=1.
    pub confidence: f32,
    /// Quality of the capture, if the photo was passed with [`Photo::with_quality`](crate::Photo::with_quality).
    pub quality: Option<Quality>,
}

/// How similar two templates are.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// Comparison score, 0..=100: `-10 log10` of the false match rate at this similarity.
    pub score: f32,
    /// Cosine of the angle between the templates, -1..=1.
    pub similarity: f32,
    /// Whether the score reaches the threshold.
    pub is_match: bool,
}

/// The answer to: do these two photos show the same person?
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// How similar the two faces are.
    pub comparison: Comparison,
    /// What was found in the probe.
    pub probe: Sample,
    /// What was found in the reference.
    pub reference: Sample,
}

/// What was found in one photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sample {
    /// The chosen face, in pixels of the upright image.
    pub face: Face,
    /// How many faces were found. If there is a clear, large face, faces under a fifth of the photo's longer side are searched
    /// for only if the quality was requested or only a single face is allowed.
    pub face_count: usize,
    /// The boxes around the other faces.
    pub other_faces: Vec<Rect>,
    /// Width of the upright image in pixels.
    pub width: u32,
    /// Height of the upright image in pixels.
    pub height: u32,
    /// The cost of the search for faces, in looks: see [`Search`](crate::Search).
    pub looks: u32,
    /// How long each step took.
    pub timings: Timings,
}

/// Wall-clock time of the steps for one photo.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Timings {
    /// From file or bytes to pixels; nearly zero for raw pixels.
    pub decode: Duration,
    /// From pixels to faces.
    pub detect: Duration,
    /// From the face to the template, alignment included; zero for a detection.
    pub extract: Duration,
}

/// A template, and the face that it was made from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Extraction {
    /// The template, to store and compare.
    pub template: Template,
    /// What was found in the photo.
    pub sample: Sample,
}

/// All faces of one photo.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Detection {
    /// The faces, most confident first; empty when there is none.
    pub faces: Vec<Face>,
    /// Index of the chosen face, or why there is none.
    pub chosen: Result<usize>,
    /// Width of the upright image in pixels.
    pub width: u32,
    /// Height of the upright image in pixels.
    pub height: u32,
    /// The cost of the search for faces, in looks: see [`Search`](crate::Search).
    pub looks: u32,
    /// How long each step took.
    pub timings: Timings,
}

impl Detection {
    /// What a better photo needs: if no face is chosen, what the error says; else what the quality of the chosen face says,
    /// if it was requested.
    pub fn advice(&self) -> Vec<Advice> {
        match &self.chosen {
            Err(error) => error.advice().to_vec(),
            Ok(chosen) => self.faces[*chosen].quality.map_or_else(Vec::new, |quality| quality.advice()),
        }
    }
}

impl Face {
    /// A face from an earlier detection.
    pub fn new(bounds: Rect, landmarks: [Point; 5], confidence: f32) -> Self {
        Face { bounds, landmarks, confidence, quality: None }
    }
}

impl Sample {
    pub(crate) fn new(
        face: Face,
        others: &[Face],
        (width, height): (u32, u32),
        looks: u32,
        timings: Timings,
    ) -> Self {
        let other_faces = others.iter().map(|other| other.bounds).collect();
        Sample { face, face_count: others.len() + 1, other_faces, width, height, looks, timings }
    }

    /// What a better photo needs. That the face is very small, or that there are other faces, is always reported, since
    /// the score then means little; the rest only if the quality was requested.
    pub fn advice(&self) -> Vec<Advice> {
        let [right_eye, left_eye, ..] = self.face.landmarks;
        let is_small = length(left_eye.x - right_eye.x, left_eye.y - right_eye.y) < quality::SMALLEST_EYES;
        let unmeasured = || if is_small { vec![Advice::TooSmall] } else { Vec::new() };
        let mut advice = self.face.quality.map_or_else(unmeasured, |quality| quality.advice());
        if self.face_count > 1 {
            advice.push(Advice::SeveralFaces);
        }
        advice
    }
}

impl Comparison {
    /// The score as an integer, rounded down: it reaches an integer threshold exactly when the score does.
    pub fn integer_score(&self) -> u8 {
        self.score.floor() as u8
    }

    /// The false match rate of this score.
    pub fn false_match_rate(&self) -> f64 {
        ScoreTable::false_match_rate(self.score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorKind};

    #[test]
    fn what_makes_a_score_worthless_is_reported_without_a_request() {
        let face = |eyes: f32| {
            let point = |x| Point { x, y: 5.0 };
            Face::new(Rect::default(), [point(0.0), point(eyes), point(0.0), point(0.0), point(0.0)], 1.0)
        };
        let advice =
            |face, others: &[Face]| Sample::new(face, others, (99, 99), 1, Timings::default()).advice();
        assert_eq!(advice(face(30.0), &[]), []);
        assert_eq!(advice(face(29.0), &[]), [Advice::TooSmall]);
        assert_eq!(advice(face(30.0), &[face(30.0)]), [Advice::SeveralFaces]);
        assert_eq!(advice(face(29.0), &[face(30.0)]), [Advice::TooSmall, Advice::SeveralFaces]);
    }

    #[test]
    fn a_detection_without_a_chosen_face_has_the_advice_of_the_error() {
        let error = Error::new(ErrorKind::NoFace, "none").with_advice(vec![Advice::TooDark]);
        let face = Face::new(Rect::default(), [Point::default(); 5], 1.0);
        for (chosen, advice) in [(Err(error), vec![Advice::TooDark]), (Ok(0), vec![])] {
            let faces = vec![face];
            let found =
                Detection { faces, chosen, width: 9, height: 9, looks: 1, timings: Timings::default() };
            assert_eq!(found.advice(), advice);
        }
    }
}
