//! PNG files made from a photo: with its faces marked, or with one part cut out.

use std::io::Cursor;
use std::path::Path;

use image::{ImageFormat, Rgb, RgbImage, imageops};
use visavis::{Error, ErrorKind, Face, Image, Rect};

use crate::failure::Result;
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
    console.write_to(path, |out| out.write_all(&marked(photo, faces, chosen)))
}

/// The photo as a PNG file with the bounds and landmarks of its faces drawn on it: the bounds of the chosen face in
/// green, others in orange, the landmarks in red.
pub fn marked(photo: &Image<'_>, faces: &[Face], chosen: Option<usize>) -> Vec<u8> {
    let mut canvas = canvas(photo);
    for (index, face) in faces.iter().enumerate() {
        mark(&mut canvas, face, if chosen == Some(index) { CHOSEN } else { OTHER });
    }
    png(&canvas)
}

/// The part of a photo within these bounds as a PNG file. `margin` is added on every side, as a fraction of their width
/// and height. Fails with `INVALID_ARGUMENT` if no part of the photo is within bounds and margin.
pub fn cropped(photo: &Image<'_>, bounds: &Rect, margin: f32) -> visavis::Result<Vec<u8>> {
    let (left, right) = span(bounds.x, bounds.width, margin, photo.width());
    let (top, bottom) = span(bounds.y, bounds.height, margin, photo.height());
    if left >= right || top >= bottom {
        let message = "no part of the photo is within these bounds and this margin";
        return Err(Error::new(ErrorKind::InvalidArgument, message));
    }
    let part = imageops::crop_imm(&canvas(photo), left, top, right - left, bottom - top).to_image();
    Ok(png(&part))
}

/// The first pixel and the one after the last, clamped to the photo.
fn span(start: f32, length: f32, margin: f32, size: u32) -> (u32, u32) {
    // A NaN becomes 0 at both ends, and so an empty span.
    let within = |place: f32| place.round().clamp(0.0, size as f32) as u32;
    (within(start - margin * length), within(start + length + margin * length))
}

pub(crate) fn canvas(photo: &Image<'_>) -> RgbImage {
    RgbImage::from_raw(photo.width(), photo.height(), photo.rgb().to_vec())
        .expect("an image has three bytes per pixel")
}

fn png(canvas: &RgbImage) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    canvas
        .write_to(&mut png, ImageFormat::Png)
        .expect("writing to memory cannot fail, and PNG accepts every RGB image");
    png.into_inner()
}

fn mark(canvas: &mut RgbImage, face: &Face, colour: Rgb<u8>) {
    let bounds = face.bounds;
    let pen = (bounds.width.min(bounds.height) / 60.0).round().max(1.0) as i64;
    let [left, right] = [bounds.x, bounds.x + bounds.width].map(|x| x.round() as i64);
    let [top, bottom] = [bounds.y, bounds.y + bounds.height].map(|y| y.round() as i64);
    // The four bars of the frame, inside the bounds.
    fill(canvas, [left, top], [right, top + pen], colour);
    fill(canvas, [left, bottom - pen], [right, bottom], colour);
    fill(canvas, [left, top], [left + pen, bottom], colour);
    fill(canvas, [right - pen, top], [right, bottom], colour);
    for point in face.landmarks {
        let (x, y) = (point.x.round() as i64, point.y.round() as i64);
        // A plus sign whose middle is the pixel of the landmark.
        let (long, thin) = (2 * pen, pen / 4);
        fill(canvas, [x - long, y - thin], [x + long + 1, y + thin + 1], LANDMARK);
        fill(canvas, [x - thin, y - long], [x + thin + 1, y + long + 1], LANDMARK);
    }
}

/// Fills from one corner up to the other, which is excluded; anything outside the picture is skipped.
fn fill(canvas: &mut RgbImage, from: [i64; 2], to: [i64; 2], colour: Rgb<u8>) {
    let clip = |value: i64, max: u32| value.clamp(0, i64::from(max)) as u32;
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
    fn a_part_is_cut_to_the_photo_and_never_empty() {
        let pixels: Vec<u8> = (0..4 * 3 * 3).collect();
        let mut options = visavis::Options::default();
        options.engine = visavis::Engine::Embedded;
        let verifier = visavis::Verifier::new(options).unwrap();
        let photo = verifier.decode(visavis::Pixels::new(&pixels, 4, 3, visavis::PixelFormat::Rgb8)).unwrap();
        let size = |x, width, margin| {
            let bounds = Rect { x, y: 0.0, width, height: 2.0 };
            let png = cropped(&photo, &bounds, margin).map_err(|error| error.kind())?;
            Ok(image::load_from_memory(&png).unwrap().to_rgb8().dimensions())
        };
        assert_eq!(size(1.0, 2.0, 0.0), Ok((2, 2)));
        assert_eq!(size(1.0, 2.0, 9.0), Ok((4, 3)));
        for (x, width, margin) in
            [(9.0, 2.0, 0.0), (1.0, 2.0, f32::NAN), (1.0, 2.0, -1.0), (f32::NAN, 2.0, 0.0)]
        {
            assert_eq!(size(x, width, margin), Err(ErrorKind::InvalidArgument));
        }
    }

    #[test]
    fn what_is_outside_the_picture_is_skipped() {
        let mut canvas = RgbImage::new(4, 3);
        fill(&mut canvas, [-5, 2], [i64::MAX, i64::MAX], CHOSEN);
        fill(&mut canvas, [9, 9], [12, 12], OTHER);
        fill(&mut canvas, [3, 1], [1, 2], OTHER);
        let marked = canvas.enumerate_pixels().filter(|(_, _, pixel)| **pixel != Rgb([0; 3]));
        assert_eq!(marked.map(|(x, y, _)| (x, y)).collect::<Vec<_>>(), [(0, 2), (1, 2), (2, 2), (3, 2)]);
    }
}
