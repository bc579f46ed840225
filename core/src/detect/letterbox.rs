//! An area of an image scaled into a square, rotated if necessary, and the mapping from the square back to the image.

use crate::error::Result;
use crate::geometry::{Area, Point, Rect};
use crate::image::Image;
use crate::model::Input;
use crate::resample::resample;
use crate::verdict::Face;

/// A clockwise rotation.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Turn {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

pub(super) struct Letterbox {
    area: Area,
    input_size: usize,
    /// Pixels of the square per pixel of the image.
    scale: (f32, f32),
    /// The size of the scaled area, before its rotation.
    size: (u32, u32),
    turn: Turn,
}

impl Letterbox {
    pub(super) fn new(area: Area, input_size: usize, fill: f32, max_enlargement: f32, turn: Turn) -> Self {
        let [_, _, width, height] = area.bounds().map(|value| value as f32);
        let scale = (fill * input_size as f32 / width.max(height)).min(max_enlargement);
        let scaled = |length: f32| ((length * scale).round() as u32).clamp(1, input_size as u32);
        let size = (scaled(width), scaled(height));
        Letterbox { area, input_size, scale: (size.0 as f32 / width, size.1 as f32 / height), size, turn }
    }

    /// The square in the network's layout: plane by plane, the area in the middle of neutral colour.
    pub(super) fn tensor(&self, image: &Image<'_>, input: &Input) -> Result<Vec<f32>> {
        let pixels = resample(image, &self.area, self.size)?;
        let area = self.input_size * self.input_size;
        let mut tensor = vec![0.0; 3 * area];
        let table: [[f32; 256]; 3] =
            std::array::from_fn(|plane| std::array::from_fn(|value| input.planes([value as f32; 3])[plane]));
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let (left, top) = self.offset();
        for (row, line) in pixels.chunks_exact(3 * width).enumerate() {
            // Where the row starts in the square and how far apart its pixels are, after the rotation.
            let (x, y, step) = match self.turn {
                Turn::None => (0, row, 1),
                Turn::Quarter => (height - 1 - row, 0, self.input_size as isize),
                Turn::Half => (width - 1, height - 1 - row, -1),
                Turn::ThreeQuarters => (row, width - 1, -(self.input_size as isize)),
            };
            let mut at = (top + y) * self.input_size + left + x;
            for pixel in line.chunks_exact(3) {
                for plane in 0..3 {
                    tensor[plane * area + at] = table[plane][usize::from(pixel[input.order[plane]])];
                }
                at = at.wrapping_add_signed(step);
            }
        }
        Ok(tensor)
    }

    /// The scaled area's place in the square, after the rotation.
    fn offset(&self) -> (usize, usize) {
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let (width, height) = if matches!(self.turn, Turn::Quarter | Turn::ThreeQuarters) {
            (height, width)
        } else {
            (width, height)
        };
        ((self.input_size - width) / 2, (self.input_size - height) / 2)
    }

    /// A face found in the square, in pixels of the image.
    pub(super) fn to_image(&self, face: Face) -> Face {
        let Rect { x, y, width, height } = face.bounds;
        let one = self.point(Point { x, y });
        let other = self.point(Point { x: x + width, y: y + height });
        let bounds = Rect {
            x: one.x.min(other.x),
            y: one.y.min(other.y),
            width: (one.x - other.x).abs(),
            height: (one.y - other.y).abs(),
        };
        Face { bounds, landmarks: face.landmarks.map(|point| self.point(point)), ..face }
    }

    fn point(&self, point: Point) -> Point {
        let (left, top) = self.offset();
        let (x, y) = (point.x - left as f32, point.y - top as f32);
        let (width, height) = (self.size.0 as f32, self.size.1 as f32);
        let (x, y) = match self.turn {
            Turn::None => (x, y),
            Turn::Quarter => (y, height - x),
            Turn::Half => (width - x, height - y),
            Turn::ThreeQuarters => (width - y, x),
        };
        let [area_left, area_top, ..] = self.area.bounds().map(|value| value as f32);
        Point { x: x / self.scale.0 + area_left, y: y / self.scale.1 + area_top }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURNS: [Turn; 4] = [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters];

    /// A black picture with one white pixel, wider than high.
    fn dot(x: usize, y: usize) -> Image<'static> {
        let mut pixels = vec![0; 3 * 20 * 12];
        pixels[3 * (20 * y + x)..][..3].fill(255);
        Image::from_rgb(pixels, 20, 12)
    }

    #[test]
    fn a_pixel_of_the_square_leads_back_to_its_pixel_of_the_image() {
        let input = Input { order: [0, 1, 2], mean: [0.0; 3], scale: 1.0 };
        for turn in TURNS {
            for (x, y) in [(0, 0), (19, 0), (0, 11), (19, 11), (7, 4)] {
                let image = dot(x, y);
                let letterbox = Letterbox::new(Area::whole(20, 12), 32, 1.0, 1.0, turn);
                let tensor = letterbox.tensor(&image, &input).unwrap();
                let lit: Vec<usize> = (0..32 * 32).filter(|&at| tensor[at] > 200.0).collect();
                assert_eq!(lit.len(), 1);
                let centre = Point { x: (lit[0] % 32) as f32 + 0.5, y: (lit[0] / 32) as f32 + 0.5 };
                assert_eq!(letterbox.point(centre), Point { x: x as f32 + 0.5, y: y as f32 + 0.5 });
            }
        }
    }

    #[test]
    fn any_shape_fits_and_is_enlarged_no_more_than_allowed() {
        for (width, height) in [(1, 1), (1000, 1), (1, 1000), (300, 200)] {
            let image = Image::from_rgb(vec![0; 3 * width * height], width as u32, height as u32);
            for turn in TURNS {
                let area = Area::whole(image.width(), image.height());
                let letterbox = Letterbox::new(area, 64, 1.0, 2.0, turn);
                assert!(letterbox.scale.0 <= 2.0 + f32::EPSILON || width == 1);
                let input = Input { order: [2, 1, 0], mean: [0.0; 3], scale: 1.0 };
                assert_eq!(letterbox.tensor(&image, &input).unwrap().len(), 3 * 64 * 64);
            }
        }
    }
}
