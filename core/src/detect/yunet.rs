//! YuNet's outputs to candidate faces (Wu, Peng, Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023), decoded as
//! OpenCV decodes the file `face_detection_yunet_2023mar.onnx` (`FaceDetectorYN`, modules/objdetect/src/face_detect.cpp).
//!
//! For each stride s the network has a cell in column c and row r for each s x s pixels, and for each cell a class and
//! an object score, a box (dx, dy, log width, log height) and five points:
//!
//! * confidence = sqrt(class * object), both clamped to 0..1
//! * centre = ((c + dx) s, (r + dy) s), width = exp(log width) s, height = exp(log height) s
//! * point = ((c + px) s, (r + py) s)

use super::outputs::expect;
use super::scale::Scale;
use crate::error::Result;
use crate::geometry::{Point, Rect};
use crate::model::Family;
use crate::verdict::Face;

const STRIDES: [usize; 3] = [8, 16, 32];

/// The face of every cell that is confident enough, in pixels of the network's input. The outputs are the class scores
/// of the three strides, their object scores, their boxes and their points.
pub(super) fn decode(outputs: &[Vec<f32>], side: usize, scale: &Scale) -> Result<Vec<Face>> {
    let widths = [1, 1, 4, 10].into_iter();
    let mut lengths = widths.flat_map(|width| STRIDES.map(|stride| width * (side / stride).pow(2)));
    let lengths: [usize; 12] = std::array::from_fn(|_| lengths.next().unwrap_or_default());
    let outputs = expect(Family::YuNet, side, outputs, lengths)?;
    let mut faces = Vec::new();
    for (level, stride) in STRIDES.into_iter().enumerate() {
        let [classes, objects, boxes, points] = [0, 3, 6, 9].map(|first| outputs[first + level]);
        let (cells, stride) = (side / stride, stride as f32);
        for (index, (class, object)) in classes.iter().zip(objects).enumerate() {
            // NaN stays NaN, and `apply` drops it.
            let confidence = (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt();
            let Some(confidence) = scale.apply(confidence) else { continue };
            let place = |offset: &[f32]| Point {
                x: ((index % cells) as f32 + offset[0]) * stride,
                y: ((index / cells) as f32 + offset[1]) * stride,
            };
            let shape = &boxes[4 * index..][..4];
            let (centre, width, height) = (place(shape), shape[2].exp() * stride, shape[3].exp() * stride);
            let bounds = Rect { x: centre.x - width / 2.0, y: centre.y - height / 2.0, width, height };
            let landmarks = std::array::from_fn(|point| place(&points[10 * index + 2 * point..]));
            faces.push(Face::new(bounds, landmarks, confidence));
        }
    }
    Ok(faces)
}
