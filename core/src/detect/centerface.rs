//! CenterFace's outputs to candidate faces (Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as
//! Point", 2019), decoded as its authors do (Star-Clouds/CenterFace, `prj-python/centerface.py`).
//!
//! The network has a cell in column c and row r for each 4 x 4 pixels, and planes of these: a heat map, which is the
//! confidence; the logarithms of height and width; the offsets of the centre, down and across; five points, each down
//! and across, in fractions of the box.
//!
//! * width = 4 exp(log width), height = 4 exp(log height), centre = (4 (c + across + 1/2), 4 (r + down + 1/2))
//! * point = (left + width px, top + height py)
//!
//! Its authors clip boxes to the picture before they place the points, which moves the points of a face at its edge;
//! here nothing is clipped.

use super::outputs::expect;
use super::scale::Scale;
use crate::error::Result;
use crate::geometry::{Point, Rect};
use crate::model::Family;
use crate::verdict::Face;

const STRIDE: usize = 4;

/// The face of every cell that is confident enough, in pixels of the network's input. The outputs are the heat map, the
/// logarithms, the offsets and the points.
pub(super) fn decode(outputs: &[Vec<f32>], side: usize, scale: &Scale) -> Result<Vec<Face>> {
    let cells = side / STRIDE;
    let area = cells * cells;
    let lengths = [1, 2, 2, 10].map(|planes| planes * area);
    let [heat, sizes, offsets, points] = expect(Family::CenterFace, side, outputs, lengths)?;
    let mut faces = Vec::new();
    for (index, &confidence) in heat.iter().enumerate() {
        let Some(confidence) = scale.apply(confidence) else { continue };
        let stride = STRIDE as f32;
        let centre = |cell: usize, offset: f32| (cell as f32 + offset + 0.5) * stride;
        let (height, width) = (sizes[index].exp() * stride, sizes[area + index].exp() * stride);
        let x = centre(index % cells, offsets[area + index]) - width / 2.0;
        let y = centre(index / cells, offsets[index]) - height / 2.0;
        let landmarks = std::array::from_fn(|point| Point {
            x: x + points[(2 * point + 1) * area + index] * width,
            y: y + points[2 * point * area + index] * height,
        });
        faces.push(Face::new(Rect { x, y, width, height }, landmarks, confidence));
    }
    Ok(faces)
}
