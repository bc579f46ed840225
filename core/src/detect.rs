//! One look at an image: a detector on a square letterbox. Each family of detectors has a file that decodes its outputs.

mod centerface;
mod letterbox;
mod outputs;
mod retinaface;
mod scale;
mod scrfd;
mod sheet;
mod yunet;

use crate::engine::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Area, Point, Rect, SimilarityTransform, length};
use crate::image::Image;
use crate::model::{Family, Input};
use crate::verdict::Face;
use crate::warp::warp;
use letterbox::Letterbox;
pub(crate) use letterbox::Turn;
use retinaface::Part;
pub(crate) use scale::Scale;

/// Boxes whose intersection is more than this fraction of their union are the same face.
const OVERLAP: f32 = 0.4;

/// Candidates with less confidence are not even hints.
pub(crate) const HINT_CONFIDENCE: f32 = 0.35;

/// How many outputs describe anchors; in a detector of two parts, features follow them.
const OUTPUTS: usize = 3;

/// One way of looking at an area of an image.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) area: Area,
    /// Input size of the network, one of the detector's.
    pub(crate) input_size: usize,
    /// The fraction of the square's side that the area's longer side fills at most.
    pub(crate) fill: f32,
    /// How many times the area may be enlarged.
    pub(crate) enlarge: f32,
    pub(crate) turn: Turn,
    pub(crate) belief: Belief,
}

impl Look {
    /// How many pixels of the area, across, become one of the square.
    pub(crate) fn shrinks(&self) -> f32 {
        let [_, _, width, height] = self.area.bounds();
        (width.max(height) as f32) / (self.fill * self.input_size as f32)
    }
}

/// What a look must show for a face to be accepted.
#[derive(Clone, Copy)]
pub(crate) struct Belief {
    /// The minimum confidence.
    pub(crate) confidence: f32,
    /// The largest disagreement of the anchors.
    pub(crate) max_spread: f32,
}

/// What one look shows.
pub(crate) struct Seen {
    /// The accepted faces, most confident first.
    pub(crate) faces: Vec<Sighting>,
    /// Everything that looks a little like a face, most confident first; this includes small and rotated faces.
    pub(crate) hints: Vec<Sighting>,
}

/// A face as one look shows it.
pub(crate) struct Sighting {
    /// In pixels of the image.
    pub(crate) face: Face,
    /// How far the anchors on the face disagree about its landmarks: the root mean square distance from their mean, in
    /// units of the square root of the box's area.
    pub(crate) spread: f32,
    /// The clockwise rotation of the line between the eyes in the look, in radians.
    pub(crate) roll: f32,
    /// Width of the box divided by its height, in the look: a face that lies on its side has a wide box.
    pub(crate) aspect: f32,
}

/// The detector for one input size.
pub(crate) struct InputSessions {
    pub(crate) input_size: usize,
    /// Detects all faces, or all but the smallest if there is a second part.
    pub(crate) net: Box<dyn Session>,
    /// Detects the smallest, from the features that the other has computed.
    pub(crate) fine: Option<Box<dyn Session>>,
}

/// How a detector's outputs are read.
pub(crate) struct Decoder {
    pub(crate) family: Family,
    pub(crate) scale: Scale,
}

/// The detector's networks, smallest input first, and the form of their inputs and outputs.
pub(crate) struct Detector<'w> {
    pub(crate) sessions: &'w mut [InputSessions],
    /// The input size of an ordinary look.
    pub(crate) input_size: usize,
    pub(crate) input: &'w Input,
    pub(crate) decoder: &'w Decoder,
}

/// A look without the smallest faces, which [`Detector::finish`] adds.
pub(crate) struct CoarseLook<'w> {
    letterbox: Letterbox,
    scale: &'w Scale,
    candidates: Vec<Face>,
    features: Vec<Vec<f32>>,
}

impl<'w> Detector<'w> {
    /// The input sizes, smallest first.
    pub(crate) fn input_sizes(&self) -> Vec<usize> {
        self.sessions.iter().map(|sessions| sessions.input_size).collect()
    }

    /// Runs what a first look of this size needs on a blank input, and checks that the outputs can be decoded.
    pub(crate) fn warm_up(&mut self, side: usize) -> Result<()> {
        let decoder = self.decoder;
        self.sessions_for(side)?.coarse_look(&vec![0.0; 3 * side * side], decoder).map(drop)
    }

    /// The same with the search for the smallest faces.
    pub(crate) fn run_all(&mut self, side: usize) -> Result<()> {
        self.candidates(&vec![0.0; 3 * side * side], side).map(drop)
    }

    /// Looks at an area for all but the smallest faces.
    pub(crate) fn coarse_look(&mut self, image: &Image<'_>, look: &Look) -> Result<CoarseLook<'w>> {
        let letterbox = Letterbox::new(look.area, look.input_size, look.fill, look.enlarge, look.turn);
        let tensor = letterbox.tensor(image, self.input)?;
        let decoder = self.decoder;
        let (candidates, features) = self.sessions_for(look.input_size)?.coarse_look(&tensor, decoder)?;
        Ok(CoarseLook { letterbox, scale: &decoder.scale, candidates, features })
    }

    /// Adds the smallest faces.
    pub(crate) fn finish(&mut self, coarse: CoarseLook<'_>, look: &Look) -> Result<Seen> {
        let (decoder, sessions) = (self.decoder, self.sessions_for(look.input_size)?);
        let candidates = sessions.finish(coarse.candidates, &coarse.features, decoder)?;
        Ok(seen(candidates, look.belief, &decoder.scale, |face| coarse.letterbox.to_image(face)))
    }

    /// Looks at a square of the image, at any angle; `map` leads from its pixels to those of the image.
    pub(crate) fn look_at(
        &mut self,
        image: &Image<'_>,
        map: &SimilarityTransform,
        side: usize,
        belief: Belief,
    ) -> Result<Seen> {
        let decoder = self.decoder;
        let tensor = warp(image, map, side, self.input, self.input.neutral())?;
        let candidates = self.candidates(&tensor, side)?;
        Ok(seen(candidates, belief, &decoder.scale, |face| moved(face, map)))
    }

    /// The side of each square on a sheet.
    pub(crate) fn tile(&self) -> usize {
        sheet::tile(self.input_size)
    }

    /// Looks at several squares at once, each much smaller than in a separate look. Returns what looks most like a face
    /// in the middle of each.
    pub(crate) fn look_at_sheet(
        &mut self,
        image: &Image<'_>,
        maps: &[SimilarityTransform; sheet::TILES],
    ) -> Result<[Option<Sighting>; sheet::TILES]> {
        let tensor = sheet::tensor(image, maps, self.input_size, self.input)?;
        let mut candidates = self.candidates(&tensor, self.input_size)?;
        candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let mut hints = merge(&candidates, HINT_CONFIDENCE, &self.decoder.scale, &|_| true);
        Ok(std::array::from_fn(|tile| {
            let at =
                hints.iter().position(|hint| sheet::is_in_the_middle(&hint.face, tile, self.input_size))?;
            Some(hints.remove(at))
        }))
    }

    fn candidates(&mut self, tensor: &[f32], side: usize) -> Result<Vec<Face>> {
        let decoder = self.decoder;
        let sessions = self.sessions_for(side)?;
        let (candidates, features) = sessions.coarse_look(tensor, decoder)?;
        sessions.finish(candidates, &features, decoder)
    }

    fn sessions_for(&mut self, side: usize) -> Result<&mut InputSessions> {
        self.sessions.iter_mut().find(|sessions| sessions.input_size == side).ok_or_else(|| {
            let message = format!("the detector has no network for inputs of {side} pixels");
            Error::new(ErrorKind::Internal, message)
        })
    }
}

impl CoarseLook<'_> {
    /// What the look shows so far.
    pub(crate) fn seen(&self, belief: Belief) -> Seen {
        seen(self.candidates.clone(), belief, self.scale, |face| self.letterbox.to_image(face))
    }
}

impl InputSessions {
    /// The candidates of the first part, and the features from which the smallest faces are detected.
    fn coarse_look(&mut self, tensor: &[f32], decoder: &Decoder) -> Result<(Vec<Face>, Vec<Vec<f32>>)> {
        let mut outputs = self.net.run(&[tensor])?;
        if self.fine.is_none() {
            return Ok((decoder.decode(&outputs, self.input_size, Part::Whole)?, Vec::new()));
        }
        let features = outputs.split_off(OUTPUTS.min(outputs.len()));
        Ok((decoder.decode(&outputs, self.input_size, Part::Others)?, features))
    }

    /// All candidates, the smallest faces first.
    fn finish(&mut self, others: Vec<Face>, features: &[Vec<f32>], decoder: &Decoder) -> Result<Vec<Face>> {
        let Some(fine) = &mut self.fine else { return Ok(others) };
        let features: Vec<&[f32]> = features.iter().map(Vec::as_slice).collect();
        let mut candidates = decoder.decode(&fine.run(&features)?, self.input_size, Part::Finest)?;
        candidates.extend(others);
        Ok(candidates)
    }
}

impl Decoder {
    /// Everything that may be a face, in pixels of the network's input.
    fn decode(&self, outputs: &[Vec<f32>], side: usize, part: Part) -> Result<Vec<Face>> {
        let mut faces = match self.family {
            Family::RetinaFace => retinaface::decode(outputs, side, part, &self.scale),
            Family::YuNet => yunet::decode(outputs, side, &self.scale),
            Family::Scrfd => scrfd::decode(outputs, side, &self.scale),
            Family::CenterFace => centerface::decode(outputs, side, &self.scale),
        }?;
        // Numbers that are not finite, and boxes without an area, must not reach later steps.
        faces.retain(|face| {
            let finite = |point: &Point| point.x.is_finite() && point.y.is_finite();
            face.bounds.is_sound() && face.landmarks.iter().all(finite)
        });
        Ok(faces)
    }
}

fn seen(mut candidates: Vec<Face>, belief: Belief, scale: &Scale, to_image: impl Fn(Face) -> Face) -> Seen {
    candidates.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let kept = |confidence, keep: &dyn Fn(&Sighting) -> bool| {
        let mut kept = merge(&candidates, confidence, scale, keep);
        for sighting in &mut kept {
            sighting.face = to_image(sighting.face);
        }
        kept
    };
    let believable =
        |sighting: &Sighting| sighting.spread <= belief.max_spread && arranged_as_face(&sighting.face);
    Seen { faces: kept(belief.confidence, &believable), hints: kept(HINT_CONFIDENCE, &|_| true) }
}

/// A face in a warped square, in pixels of the image; its box is the upright one around the rotated one.
fn moved(face: Face, map: &SimilarityTransform) -> Face {
    // Pixel centres are at whole coordinates in a warped square, and half a pixel further in a box.
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

/// Greedy non-maximum suppression; the landmarks of a face are the mean over all anchors on it, weighted by their
/// squared confidence, which is more stable than those of the most confident one alone.
fn merge(
    candidates: &[Face],
    confidence: f32,
    scale: &Scale,
    keep: &dyn Fn(&Sighting) -> bool,
) -> Vec<Sighting> {
    let mut kept: Vec<Sighting> = Vec::new();
    for top in candidates.iter().take_while(|face| face.confidence >= confidence) {
        if kept.iter().any(|kept| kept.face.bounds.overlap(&top.bounds) > OVERLAP) {
            continue;
        }
        let sighting = sight(top, candidates, scale);
        if keep(&sighting) {
            kept.push(sighting);
        }
    }
    kept
}

fn sight(top: &Face, candidates: &[Face], scale: &Scale) -> Sighting {
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
    let spread = scale.spread((variance / top.bounds.area()).sqrt());
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

/// Whether the landmarks are arranged like those of a face. This costs nothing and rejects textures.
///
/// Along the line from the eyes to the mouth, both pairs have the order that no mirror image of a face has, and the
/// nose is between them; all points are within the box or near it.
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
    fn faces_are_distinguished_from_other_arrangements() {
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
        let sightings = merge(&[face(), elsewhere, other], 0.95, &Scale::default(), &|_| true);
        assert_eq!(sightings.len(), 2);
        let merged = sightings.iter().find(|sighting| sighting.face.bounds.x == 0.0).unwrap();
        assert!((31.9..32.0).contains(&merged.face.landmarks[0].x), "{:?}", merged.face.landmarks[0]);
        assert!(merged.spread > 0.0);
        assert!(sightings.iter().any(|sighting| sighting.spread == 0.0));
    }

    const FAMILIES: [Family; 4] = [Family::RetinaFace, Family::YuNet, Family::Scrfd, Family::CenterFace];

    /// The lengths of a network's outputs for 64 pixels.
    fn lengths(family: Family) -> Vec<usize> {
        match family {
            Family::RetinaFace => [4, 2, 10].map(|width| width * 2 * (64 + 16 + 4)).to_vec(),
            Family::YuNet => {
                [1, 1, 4, 10].into_iter().flat_map(|width| [64, 16, 4].map(|cells| width * cells)).collect()
            }
            Family::Scrfd => {
                [2, 8, 20].into_iter().flat_map(|width| [64, 16, 4].map(|cells| width * cells)).collect()
            }
            Family::CenterFace => [1, 2, 2, 10].map(|planes| planes * 256).to_vec(),
        }
    }

    fn decode(family: Family, outputs: &[Vec<f32>]) -> Result<Vec<Face>> {
        Decoder { family, scale: Scale::default() }.decode(outputs, 64, Part::Whole)
    }

    #[test]
    fn outputs_of_another_network_are_an_error() {
        for family in FAMILIES {
            let outputs: Vec<Vec<f32>> =
                lengths(family).into_iter().map(|length| vec![0.0; length]).collect();
            assert_eq!(decode(family, &outputs).unwrap().len(), 0);
            let mut longer = outputs.clone();
            longer[0].push(0.0);
            for wrong in [&[][..], &[vec![]], &[vec![0.0; 10]], &outputs[1..], &longer] {
                let error = decode(family, wrong).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::ModelInvalid);
                assert!(error.message().contains(family.name()), "{error}");
            }
        }
    }

    #[test]
    fn outputs_without_meaning_make_no_face() {
        for family in FAMILIES {
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e30] {
                // Everywhere, and with every confidence at its highest.
                for confidence in [value, 1.0] {
                    let outputs: Vec<Vec<f32>> = lengths(family)
                        .iter()
                        .enumerate()
                        .map(|(index, &length)| {
                            let is_confidence = match family {
                                Family::RetinaFace => index == 1,
                                Family::YuNet => index < 6,
                                Family::Scrfd => index < 3,
                                Family::CenterFace => index == 0,
                            };
                            vec![if is_confidence { confidence } else { value }; length]
                        })
                        .collect();
                    let faces = decode(family, &outputs).unwrap();
                    assert_eq!(faces.len(), 0, "{family:?} {value} {confidence}");
                }
            }
        }
    }
}
