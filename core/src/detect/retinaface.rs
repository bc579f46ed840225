//! RetinaFace's outputs to candidate faces (Deng et al., "RetinaFace: Single-stage Dense Face Localisation in the Wild",
//! 2019; anchors, variances and decoding as in the MobileNet-0.25 model of biubug6/Pytorch_Retinaface).

use super::outputs::wrong;
use super::scale::Scale;
use crate::error::Result;
use crate::geometry::{Point, Rect};
use crate::model::Family;
use crate::verdict::Face;

/// Stride of each feature map and the sides of the two anchors at each of its cells, in pixels of the input.
const LEVELS: [Level; 3] = [(8, [16.0, 32.0]), (16, [64.0, 128.0]), (32, [256.0, 512.0])];

type Level = (usize, [f32; 2]);

/// How the network's numbers are scaled: for centres and for sizes.
const VARIANCE: (f32, f32) = (0.1, 0.2);

/// Numbers per anchor: box (centre, log size), class (background, face), five points.
const BOX: usize = 4;
const CLASS: usize = 2;
const POINTS: usize = 10;

/// Which anchors the outputs describe.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Whole,
    /// Those of the finest level.
    Finest,
    Others,
}

/// The face of every anchor that is confident enough, in pixels of the network's input.
pub(super) fn decode(outputs: &[Vec<f32>], side: usize, part: Part, scale: &Scale) -> Result<Vec<Face>> {
    let levels = match part {
        Part::Whole => &LEVELS[..],
        Part::Finest => &LEVELS[..1],
        Part::Others => &LEVELS[1..],
    };
    let count = 2 * levels.iter().map(|(stride, _)| side.div_ceil(*stride).pow(2)).sum::<usize>();
    // All three differ in length, so their order in the graph does not matter.
    let lengths = [BOX, CLASS, POINTS].map(|width| count * width);
    let output = |length: usize| outputs.iter().map(Vec::as_slice).find(|data| data.len() == length);
    let [Some(boxes), Some(classes), Some(points)] = lengths.map(output) else {
        return Err(wrong(Family::RetinaFace, side, &lengths, outputs));
    };
    let mut faces = Vec::new();
    for (index, anchor) in anchors(levels, side).enumerate() {
        if let Some(confidence) = scale.apply(classes[CLASS * index + 1]) {
            let (shape, points) = (&boxes[BOX * index..][..BOX], &points[POINTS * index..][..POINTS]);
            faces.push(anchor.face(shape, points, confidence));
        }
    }
    Ok(faces)
}

struct Anchor {
    centre: Point,
    side: f32,
}

/// Level by level, row by row, both sizes at each cell.
fn anchors(levels: &[Level], input_size: usize) -> impl Iterator<Item = Anchor> {
    levels.iter().flat_map(move |&(stride, sides)| {
        let cells = input_size.div_ceil(stride);
        (0..cells * cells).flat_map(move |cell| {
            let middle = |index: usize| (index as f32 + 0.5) * stride as f32;
            let centre = Point { x: middle(cell % cells), y: middle(cell / cells) };
            sides.map(|side| Anchor { centre, side })
        })
    })
}

impl Anchor {
    fn face(&self, shape: &[f32], points: &[f32], confidence: f32) -> Face {
        let place = |dx: f32, dy: f32| Point {
            x: self.centre.x + dx * VARIANCE.0 * self.side,
            y: self.centre.y + dy * VARIANCE.0 * self.side,
        };
        let centre = place(shape[0], shape[1]);
        let (width, height) =
            (self.side * (shape[2] * VARIANCE.1).exp(), self.side * (shape[3] * VARIANCE.1).exp());
        let bounds = Rect { x: centre.x - width / 2.0, y: centre.y - height / 2.0, width, height };
        let landmarks = std::array::from_fn(|i| place(points[2 * i], points[2 * i + 1]));
        Face::new(bounds, landmarks, confidence)
    }
}
