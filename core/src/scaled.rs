//! A part of a photo at a scale, and the mapping between its pixels and the photo's.

use crate::geometry::{Area, Point, Rect, SimilarityTransform};
use crate::image::Image;
use crate::verdict::Face;

/// A part of a photo, upright, at a scale.
#[derive(Clone, Debug)]
pub(crate) struct Scaled<'a> {
    pub(crate) image: Image<'a>,
    /// How many pixels of the photo, across and down, one pixel represents.
    pub(crate) denominator: f32,
    /// The position of the first pixel's top left corner in the photo.
    pub(crate) origin: Point,
}

impl<'a> Scaled<'a> {
    /// A whole photo as it is.
    pub(crate) fn whole(image: Image<'a>) -> Self {
        Scaled::part(image, 1, Point::default())
    }

    pub(crate) fn part(image: Image<'a>, denominator: usize, origin: Point) -> Self {
        Scaled { image, denominator: denominator as f32, origin }
    }

    fn is_photo(&self) -> bool {
        self.denominator.to_bits() == 1.0_f32.to_bits() && self.origin == Point::default()
    }

    /// Whether it shows an area of the photo with a pixel for a square of at most `denominator`.
    pub(crate) fn shows(&self, area: &Area, denominator: f32) -> bool {
        let [left, top, width, height] = area.bounds();
        let ends = |start: f32, length: u32| {
            (f64::from(start), f64::from(start) + f64::from(length) * f64::from(self.denominator))
        };
        let (x, y) = (ends(self.origin.x, self.image.width()), ends(self.origin.y, self.image.height()));
        let covers = x.0 <= left && left + width <= x.1 && y.0 <= top && top + height <= y.1;
        covers && self.denominator <= denominator.max(1.0)
    }

    /// A point of the photo in this image. In both, the centres of pixels have integer coordinates.
    pub(crate) fn of_photo(&self, Point { x, y }: Point) -> Point {
        let shift = (self.denominator - 1.0) / 2.0;
        let scaled = |value: f32, origin: f32| (value - origin - shift) / self.denominator;
        Point { x: scaled(x, self.origin.x), y: scaled(y, self.origin.y) }
    }

    /// Converts a map to the photo into one to this image.
    pub(crate) fn map_of_photo(&self, map: &SimilarityTransform) -> SimilarityTransform {
        let Point { x: tx, y: ty } = self.of_photo(Point { x: map.tx, y: map.ty });
        SimilarityTransform { a: map.a / self.denominator, b: map.b / self.denominator, tx, ty }
    }

    /// A rectangle of the photo, whose edges lie between pixels, in this image.
    pub(crate) fn bounds_of_photo(&self, bounds: &Rect) -> Rect {
        Rect {
            x: (bounds.x - self.origin.x) / self.denominator,
            y: (bounds.y - self.origin.y) / self.denominator,
            width: bounds.width / self.denominator,
            height: bounds.height / self.denominator,
        }
    }

    /// An area of the photo in this image, which shows it.
    pub(crate) fn area_of_photo(&self, area: &Area) -> Area {
        let size = (self.image.width(), self.image.height());
        if self.is_photo() {
            return *area;
        }
        let [x, y, width, height] = area.bounds().map(|value| value as f32);
        let Rect { x, y, width, height } = self.bounds_of_photo(&Rect { x, y, width, height });
        let (low, high) = (Point { x, y }, Point { x: x + width, y: y + height });
        // An area of less than a pixel is replaced by the whole image.
        Area::between(low, high, size).unwrap_or(Area::whole(size.0, size.1))
    }

    /// A face that was found in this image, in coordinates of the photo.
    pub(crate) fn face_to_photo(&self, face: Face) -> Face {
        let place = |point: Point| Point {
            x: point.x * self.denominator + self.origin.x,
            y: point.y * self.denominator + self.origin.y,
        };
        let Point { x, y } = place(Point { x: face.bounds.x, y: face.bounds.y });
        let (width, height) = (face.bounds.width * self.denominator, face.bounds.height * self.denominator);
        Face { bounds: Rect { x, y, width, height }, landmarks: face.landmarks.map(place), ..face }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(bounds: Rect, point: Point) -> Face {
        Face { bounds, landmarks: [point; 5], confidence: 1.0, quality: None }
    }

    fn quarter() -> Scaled<'static> {
        Scaled::part(Image::from_rgb(vec![0; 3 * 20 * 10], 20, 10), 4, Point { x: 40.0, y: -3.0 })
    }

    #[test]
    fn a_whole_photo_keeps_all_coordinates() {
        let whole = Scaled::whole(Image::from_rgb(vec![0; 3 * 200 * 100], 200, 100));
        let point = Point { x: 123.456_79, y: 67.891_23 };
        assert_eq!(whole.of_photo(point), point);
        let face = face(Rect { x: 7.1, y: 8.2, width: 9.3, height: 1.4 }, point);
        assert_eq!(whole.face_to_photo(face), face);
    }

    #[test]
    fn coordinates_are_mapped_to_the_pixel_that_represents_them() {
        // The first pixel represents 40..44 across and -3..1 down; its centre is at 41.5, -1.5.
        assert_eq!(quarter().of_photo(Point { x: 41.5, y: -1.5 }), Point::default());
        let bounds = Rect { x: 40.0, y: 1.0, width: 8.0, height: 12.0 };
        let local = quarter().bounds_of_photo(&bounds);
        assert_eq!(local, Rect { x: 0.0, y: 1.0, width: 2.0, height: 3.0 });
        assert_eq!(quarter().face_to_photo(face(local, Point::default())).bounds, bounds);
        let map = SimilarityTransform { a: 8.0, b: 0.0, tx: 41.5, ty: -1.5 };
        let local = quarter().map_of_photo(&map).apply(1.0, 1.0);
        assert_eq!(local, quarter().of_photo(map.apply(1.0, 1.0)));
    }

    #[test]
    fn what_is_finer_or_outside_is_not_shown() {
        let area = |x: f32, y: f32, width: f32| {
            Area::between(Point { x, y }, Point { x: x + width, y: y + 9.0 }, (1000, 1000)).unwrap()
        };
        assert!(quarter().shows(&area(40.0, 0.0, 80.0), 4.0) && quarter().shows(&area(50.0, 20.0, 9.0), 9.0));
        assert!(
            !quarter().shows(&area(40.0, 0.0, 80.0), 3.9) && !quarter().shows(&area(40.0, 0.0, 81.0), 4.0)
        );
        assert!(
            !quarter().shows(&area(39.0, 0.0, 9.0), 4.0) && !quarter().shows(&area(40.0, 29.0, 9.0), 4.0)
        );
    }
}
