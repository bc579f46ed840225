//! SCRFD's outputs to candidate faces (Guo et al., "Sample and Computation Redistribution for Efficient Face Detection",
//! 2021), decoded as InsightFace decodes the files with five points (`model_zoo/scrfd.py`).
//!
//! For each stride s the network has two anchors at the corner (x, y) = (c s, r s) of the cell in column c and row r,
//! one after the other, and for each a confidence, the distances of the box's sides and five points:
//!
//! * left = x - s d0, top = y - s d1, right = x + s d2, bottom = y + s d3
//! * point = (x + s px, y + s py)

use super::outputs::expect;
use super::scale::Scale;
use crate::error::Result;
use crate::geometry::{Point, Rect};
use crate::model::Family;
use crate::verdict::Face;

const STRIDES: [usize; 3] = [8, 16, 32];
const ANCHORS: usize = 2;

/// The face of every anchor that is confident enough, in pixels of the network's input. The outputs are the confidences
/// of the three strides, their distances and their points.
pub(super) fn decode(outputs: &[Vec<f32>], side: usize, scale: &Scale) -> Result<Vec<Face>> {
    let widths = [1, 4, 10].into_iter();
    let mut lengths = widths.flat_map(|width| STRIDES.map(|stride| width * ANCHORS * (side / stride).pow(2)));
    let lengths: [usize; 9] = std::array::from_fn(|_| lengths.next().unwrap_or_default());
    let outputs = expect(Family::Scrfd, side, outputs, lengths)?;
    let mut faces = Vec::new();
    for (level, stride) in STRIDES.into_iter().enumerate() {
        let [confidences, distances, points] = [0, 3, 6].map(|first| outputs[first + level]);
        let (cells, stride) = (side / stride, stride as f32);
        for (index, &confidence) in confidences.iter().enumerate() {
            let Some(confidence) = scale.apply(confidence) else { continue };
            let cell = index / ANCHORS;
            let (x, y) = ((cell % cells) as f32 * stride, (cell / cells) as f32 * stride);
            let sides: [f32; 4] = std::array::from_fn(|side| distances[4 * index + side] * stride);
            let bounds = Rect {
                x: x - sides[0],
                y: y - sides[1],
                width: sides[0] + sides[2],
                height: sides[1] + sides[3],
            };
            let landmarks = std::array::from_fn(|point| {
                let offset = &points[10 * index + 2 * point..];
                Point { x: x + offset[0] * stride, y: y + offset[1] * stride }
            });
            faces.push(Face::new(bounds, landmarks, confidence));
        }
    }
    Ok(faces)
}
