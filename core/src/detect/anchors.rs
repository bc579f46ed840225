//! The detector's raw outputs to candidate faces.

use super::wrong_outputs;
use crate::error::Result;
use crate::geometry::{Point, Rect};
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

/// How many outputs these are; what follows them are features.
pub(super) const OUTPUTS: usize = 3;

/// What is less likely a face than this has no say about a neighbour's landmarks either.
const FLOOR: f32 = 0.3;

/// Every anchor that sees a face, in pixels of the network's input: those of the finest level, or all others.
pub(super) fn decode(outputs: &[Vec<f32>], input_size: usize, finest: bool) -> Result<Vec<Face>> {
    let levels = if finest { &LEVELS[..1] } else { &LEVELS[1..] };
    let count = 2 * levels.iter().map(|(stride, _)| input_size.div_ceil(*stride).pow(2)).sum::<usize>();
    // All three differ in length, so their order in the graph does not matter.
    let output = |width: usize| {
        outputs.iter().map(Vec::as_slice).find(|data| data.len() == count * width).ok_or_else(wrong_outputs)
    };
    let (boxes, classes, points) = (output(BOX)?, output(CLASS)?, output(POINTS)?);
    let mut faces = Vec::new();
    for (index, anchor) in anchors(levels, input_size).enumerate() {
        let score = classes[CLASS * index + 1];
        if score >= FLOOR {
            faces.push(anchor.face(&boxes[BOX * index..][..BOX], &points[POINTS * index..][..POINTS], score));
        }
    }
    // A network that has gone mad must not poison what follows.
    faces.retain(|face| {
        let finite = |point: &Point| point.x.is_finite() && point.y.is_finite();
        face.bounds.is_sound() && face.landmarks.iter().all(finite)
    });
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
