//! What the conditions are made with: scaling, warping, painting, encoding.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageEncoder, Rgb, RgbImage};

pub(super) type Picture = RgbImage;
/// Red, green and blue, 0 to 255.
pub(super) type Colour = [f32; 3];
/// A place in pixels; the centre of the first pixel is (0.5, 0.5).
pub(super) type Place = (f32, f32);

pub(super) fn colour(pixel: Rgb<u8>) -> Colour {
    pixel.0.map(f32::from)
}

pub(super) fn pixel(colour: Colour) -> Rgb<u8> {
    Rgb(colour.map(|value| value.round().clamp(0.0, 255.0) as u8))
}

pub(super) fn mixed(one: Colour, other: Colour, part: f32) -> Colour {
    [0, 1, 2].map(|channel| one[channel] + part * (other[channel] - one[channel]))
}

pub(super) fn brightness(colour: Colour) -> f32 {
    0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
}

pub(super) fn each(picture: &mut Picture, mut change: impl FnMut(Place, Colour) -> Colour) {
    for (x, y, value) in picture.enumerate_pixels_mut() {
        *value = pixel(change((x as f32 + 0.5, y as f32 + 0.5), colour(*value)));
    }
}

/// The colour at a place, interpolated between pixels; none outside the picture.
pub(super) fn sampled(picture: &Picture, (x, y): Place) -> Option<Colour> {
    let (width, height) = picture.dimensions();
    if !(x >= 0.0 && y >= 0.0 && x < width as f32 && y < height as f32) {
        return None;
    }
    let (x, y) = ((x - 0.5).max(0.0), (y - 0.5).max(0.0));
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let at = |x, y| colour(*picture.get_pixel(x, y));
    let row = |y| mixed(at(left, y), at(right, y), x.fract());
    Some(mixed(row(top), row(bottom), y.fract()))
}

/// A picture of another size or shape: each pixel is taken from where `from` says, and is `fill` where that is outside.
/// Nothing is averaged, so a picture that shrinks is [`scaled`] first.
pub(super) fn warped(
    source: &Picture,
    (width, height): (u32, u32),
    fill: Colour,
    from: impl Fn(Place) -> Place,
) -> Picture {
    Picture::from_fn(width, height, |x, y| {
        pixel(sampled(source, from((x as f32 + 0.5, y as f32 + 0.5))).unwrap_or(fill))
    })
}

/// The picture enlarged or reduced; in reducing, every pixel counts.
pub(super) fn scaled(picture: &Picture, factor: f32) -> Picture {
    let size = |length: u32| ((length as f32 * factor).round() as u32).max(1);
    let filter = if factor < 1.0 { FilterType::Triangle } else { FilterType::CatmullRom };
    imageops::resize(picture, size(picture.width()), size(picture.height()), filter)
}

pub(super) fn blurred(picture: &Picture, sigma: f32) -> Picture {
    imageops::fast_blur(picture, sigma)
}

/// The mean colour of the edge, to fill the area around a turned picture.
pub(super) fn edge_colour(picture: &Picture) -> Colour {
    let (right, bottom) = (picture.width() - 1, picture.height() - 1);
    let rows = (0..=right).flat_map(|x| [(x, 0), (x, bottom)]);
    let places: Vec<_> = rows.chain((0..=bottom).flat_map(|y| [(0, y), (right, y)])).collect();
    let sum = places.iter().fold([0.0; 3], |sum, &(x, y)| {
        let value = colour(*picture.get_pixel(x, y));
        [0, 1, 2].map(|channel| sum[channel] + value[channel])
    });
    sum.map(|value| value / places.len() as f32)
}

/// Paints the pixels between two corners for which `covers` returns a colour and an opacity.
pub(super) fn paint(
    picture: &mut Picture,
    [from, to]: [Place; 2],
    covers: impl Fn(Place) -> Option<(Colour, f32)>,
) {
    let clip = |value: f32, length: u32| value.clamp(0.0, length as f32) as u32;
    let (width, height) = picture.dimensions();
    for y in clip(from.1.floor(), height)..clip(to.1.ceil(), height) {
        for x in clip(from.0.floor(), width)..clip(to.0.ceil(), width) {
            if let Some((paint, opacity)) = covers((x as f32 + 0.5, y as f32 + 0.5)) {
                let value = picture.get_pixel_mut(x, y);
                *value = pixel(mixed(colour(*value), paint, opacity));
            }
        }
    }
}

/// Paints a polygon.
pub(super) fn polygon(picture: &mut Picture, corners: &[Place], paint_with: Colour, opacity: f32) {
    let outer = |pick: fn(f32, f32) -> f32, start: f32| {
        corners.iter().fold((start, start), |(x, y), corner| (pick(x, corner.0), pick(y, corner.1)))
    };
    let area = [outer(f32::min, f32::MAX), outer(f32::max, f32::MIN)];
    paint(picture, area, |place| is_inside(corners, place).then_some((paint_with, opacity)));
}

/// Whether a line from the place to the right crosses the outline an odd number of times.
fn is_inside(corners: &[Place], (x, y): Place) -> bool {
    let edges = corners.iter().zip(corners.iter().cycle().skip(1));
    let crossings = edges
        .filter(|&(&(x1, y1), &(x2, y2))| (y1 > y) != (y2 > y) && x < x1 + (y - y1) / (y2 - y1) * (x2 - x1));
    crossings.count() % 2 == 1
}

pub(super) fn jpeg(picture: &Picture, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .write_image(picture, picture.width(), picture.height(), image::ExtendedColorType::Rgb8)
        .expect("an RGB picture within JPEG's size can be encoded into memory");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_found_where_they_lie() {
        let picture = Picture::from_fn(3, 2, |x, y| Rgb([10 * x as u8, 100 * y as u8, 0]));
        assert_eq!(sampled(&picture, (1.5, 0.5)), Some([10.0, 0.0, 0.0]));
        assert_eq!(sampled(&picture, (2.0, 1.0)), Some([15.0, 50.0, 0.0]));
        assert_eq!(sampled(&picture, (0.1, 1.9)), Some([0.0, 100.0, 0.0]));
        for outside in [(-0.1, 0.5), (3.0, 0.5), (1.0, 2.0), (f32::NAN, 1.0)] {
            assert_eq!(sampled(&picture, outside), None);
        }
        assert_eq!(warped(&picture, (3, 2), [0.0; 3], |place| place), picture);
    }

    #[test]
    fn a_polygon_covers_what_lies_inside() {
        let mut picture = Picture::new(5, 5);
        polygon(&mut picture, &[(1.0, 1.0), (4.0, 1.0), (1.0, 4.0)], [200.0; 3], 0.5);
        let painted: Vec<_> =
            picture.enumerate_pixels().filter(|(_, _, p)| p.0 == [100; 3]).map(|(x, y, _)| (x, y)).collect();
        assert_eq!(painted, [(1, 1), (2, 1), (1, 2)]);
    }
}
