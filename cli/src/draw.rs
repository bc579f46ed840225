//! Boxes and landmarks drawn into a photo.

use std::io::BufWriter;
use std::path::Path;

use image::{ImageFormat, Rgb, RgbImage};
use visavis::{Face, Image};

use crate::failure::{Failure, Result};
use crate::output::Console;

const CHOSEN: Rgb<u8> = Rgb([0, 200, 83]);
const OTHER: Rgb<u8> = Rgb([255, 145, 0]);
const LANDMARK: Rgb<u8> = Rgb([255, 23, 68]);

/// Writes the photo as a PNG file with its faces marked.
pub(crate) fn write(
    console: &mut Console<'_>,
    path: &Path,
    photo: &Image<'_>,
    faces: &[Face],
    chosen: Option<usize>,
) -> Result<()> {
    let mut canvas = RgbImage::from_raw(photo.width(), photo.height(), photo.rgb().to_vec())
        .expect("an image has three bytes a pixel");
    for (index, face) in faces.iter().enumerate() {
        mark(&mut canvas, face, if chosen == Some(index) { CHOSEN } else { OTHER });
    }
    let mut png = std::io::Cursor::new(Vec::new());
    canvas
        .write_to(&mut BufWriter::new(&mut png), ImageFormat::Png)
        .map_err(|error| Failure::unwritable(path, error))?;
    console.write_to(path, |out| out.write_all(png.get_ref()))
}

fn mark(canvas: &mut RgbImage, face: &Face, colour: Rgb<u8>) {
    let bounds = face.bounds;
    let pen = (bounds.width.min(bounds.height) / 60.0).round().max(1.0) as i64;
    let [left, right] = [bounds.x, bounds.x + bounds.width].map(|x| x.round() as i64);
    let [top, bottom] = [bounds.y, bounds.y + bounds.height].map(|y| y.round() as i64);
    // The four bars of the frame, inside the box.
    fill(canvas, [left, top], [right, top + pen], colour);
    fill(canvas, [left, bottom - pen], [right, bottom], colour);
    fill(canvas, [left, top], [left + pen, bottom], colour);
    fill(canvas, [right - pen, top], [right, bottom], colour);
    for point in face.landmarks {
        let (x, y) = (point.x.round() as i64, point.y.round() as i64);
        // A plus sign: its middle shows the pixel that is meant.
        let (long, thin) = (2 * pen, pen / 4);
        fill(canvas, [x - long, y - thin], [x + long + 1, y + thin + 1], LANDMARK);
        fill(canvas, [x - thin, y - long], [x + thin + 1, y + long + 1], LANDMARK);
    }
}

/// Fills from one corner to before the other; what lies beyond the picture is left out.
fn fill(canvas: &mut RgbImage, from: [i64; 2], to: [i64; 2], colour: Rgb<u8>) {
    let clip = |value: i64, most: u32| value.clamp(0, i64::from(most)) as u32;
    let (width, height) = canvas.dimensions();
    for y in clip(from[1], height)..clip(to[1], height) {
        for x in clip(from[0], width)..clip(to[0], width) {
            canvas.put_pixel(x, y, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beyond_the_picture_is_left_out() {
        let mut canvas = RgbImage::new(4, 3);
        fill(&mut canvas, [-5, 2], [i64::MAX, i64::MAX], CHOSEN);
        fill(&mut canvas, [9, 9], [12, 12], OTHER);
        fill(&mut canvas, [3, 1], [1, 2], OTHER);
        let marked = canvas.enumerate_pixels().filter(|(_, _, pixel)| **pixel != Rgb([0; 3]));
        assert_eq!(marked.map(|(x, y, _)| (x, y)).collect::<Vec<_>>(), [(0, 2), (1, 2), (2, 2), (3, 2)]);
    }
}
