//! Points, rectangles and the maps between them, in pixels. Independent of faces.

/// A point in pixels from the image's top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// An upright rectangle in pixels; it may reach beyond the image.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Extent to the right.
    pub width: f32,
    /// Extent downwards.
    pub height: f32,
}

impl Rect {
    pub(crate) fn area(&self) -> f32 {
        self.width * self.height
    }

    pub(crate) fn centre(&self) -> Point {
        Point { x: self.x + self.width / 2.0, y: self.y + self.height / 2.0 }
    }

    /// Intersection over union, 0..=1.
    pub(crate) fn overlap(&self, other: &Rect) -> f32 {
        let shared =
            |a: f32, a_len: f32, b: f32, b_len: f32| ((a + a_len).min(b + b_len) - a.max(b)).max(0.0);
        let shared = shared(self.x, self.width, other.x, other.width)
            * shared(self.y, self.height, other.y, other.height);
        shared / (self.area() + other.area() - shared)
    }

    pub(crate) fn is_sound(&self) -> bool {
        let finite = [self.x, self.y, self.width, self.height].iter().all(|value| value.is_finite());
        finite && self.width > 0.0 && self.height > 0.0
    }
}

/// A part of an image, at least one pixel wide and high. It cannot extend beyond the image: the constructors clip it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Area {
    /// The whole image.
    pub(crate) fn whole(width: u32, height: u32) -> Area {
        Area { left: 0.0, top: 0.0, width: width.into(), height: height.into() }
    }

    /// The part between two corners, clipped to an image of this size; `None` if it is less than a pixel wide or high.
    pub(crate) fn between(low: Point, high: Point, (width, height): (u32, u32)) -> Option<Area> {
        let (left, width) = cut(low.x, high.x, width)?;
        let (top, height) = cut(low.y, high.y, height)?;
        Some(Area { left, top, width, height })
    }

    /// The smallest area that contains this one and another of the same image.
    pub(crate) fn with(&self, other: &Area) -> Area {
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        let end = |start: f64, length: f64, other: f64, other_length: f64| {
            f64::max(start + length, other + other_length)
        };
        let right = end(self.left, self.width, other.left, other.width);
        let bottom = end(self.top, self.height, other.top, other.height);
        Area { left, top, width: right - left, height: bottom - top }
    }

    /// Left, top, width and height.
    pub(crate) fn bounds(&self) -> [f64; 4] {
        [self.left, self.top, self.width, self.height]
    }
}

/// Start and length of a span clipped to `0..size`. Their floating-point sum never exceeds `size`.
fn cut(low: f32, high: f32, size: u32) -> Option<(f64, f64)> {
    let (low, high) = (low.clamp(0.0, size as f32), high.clamp(0.0, size as f32));
    // In 32 bits, like the rest of the arithmetic, whose rounding may exceed the edge.
    let (start, mut length, size) = (f64::from(low), f64::from(high - low), f64::from(size));
    while start + length > size {
        length = length.next_down().min(size - start);
    }
    // Comparisons with NaN are false.
    (length >= 1.0).then_some((start, length))
}

/// `x' = a x - b y + tx`, `y' = b x + a y + ty`: rotation, uniform scale and shift.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SimilarityTransform {
    pub(crate) a: f32,
    pub(crate) b: f32,
    pub(crate) tx: f32,
    pub(crate) ty: f32,
}

impl SimilarityTransform {
    /// The least-squares fit of `from` to `to` (Umeyama 1991; in two dimensions, without mirroring, its closed form).
    pub(crate) fn fit(from: &[Point; 5], to: &[Point; 5]) -> Option<Self> {
        let mean = |points: &[Point; 5]| {
            let sum =
                points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.x / 5.0, sum.1 + point.y / 5.0));
            Point { x: sum.0, y: sum.1 }
        };
        let (from_mean, to_mean) = (mean(from), mean(to));
        let (mut dot, mut cross, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (px, py) = (p.x - from_mean.x, p.y - from_mean.y);
            let (qx, qy) = (q.x - to_mean.x, q.y - to_mean.y);
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
            spread += px * px + py * py;
        }
        let (a, b) = (dot / spread, cross / spread);
        let tx = to_mean.x - (a * from_mean.x - b * from_mean.y);
        let ty = to_mean.y - (b * from_mean.x + a * from_mean.y);
        // Landmarks in one spot give no scale.
        [a, b, tx, ty].iter().all(|value| value.is_finite()).then_some(SimilarityTransform { a, b, tx, ty })
    }

    pub(crate) fn apply(&self, x: f32, y: f32) -> Point {
        Point { x: self.a * x - self.b * y + self.tx, y: self.b * x + self.a * y + self.ty }
    }

    pub(crate) fn scale(&self) -> f32 {
        length(self.a, self.b)
    }
}

/// The length of a vector, identical to the bit to glibc's `hypotf`, which needs a symbol of glibc 2.35.
pub(crate) fn length(x: f32, y: f32) -> f32 {
    let (x, y) = (f64::from(x), f64::from(y));
    (x * x + y * y).sqrt() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_scale_and_shift_are_recovered() {
        let map = SimilarityTransform { a: 1.2, b: -0.7, tx: 30.0, ty: -4.0 };
        let points = [(3.0, 4.0), (70.0, 5.0), (40.0, 50.0), (10.0, 90.0), (60.0, 95.0)];
        let points = points.map(|(x, y)| Point { x, y });
        let fit =
            SimilarityTransform::fit(&points, &points.map(|point| map.apply(point.x, point.y))).unwrap();
        for (found, wanted) in [(fit.a, map.a), (fit.b, map.b), (fit.tx, map.tx), (fit.ty, map.ty)] {
            assert!((found - wanted).abs() < 1e-3, "{fit:?}");
        }
    }

    #[test]
    fn overlap_is_one_for_equal_rectangles_and_zero_for_separate_ones() {
        let rect = Rect { x: 1.0, y: 2.0, width: 4.0, height: 6.0 };
        assert!((rect.overlap(&rect) - 1.0).abs() < 1e-6);
        assert!(rect.overlap(&Rect { x: 10.0, ..rect }).abs() < 1e-6);
        assert!((rect.overlap(&Rect { x: 3.0, ..rect }) - 1.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn no_area_reaches_outside_its_image() {
        // Every combination of awkward edges, which rounding turned into areas outside the image in version 0.1.
        let edges = [
            f32::NEG_INFINITY,
            -1e30,
            -7.3,
            -0.0,
            0.1,
            1.0 / 3.0,
            609.999_94,
            610.0,
            719.7,
            1e9,
            f32::NAN,
            f32::INFINITY,
        ];
        let mut made = 0;
        for size in [(1, 1), (610, 720), (65_535, 3)] {
            for (x, y) in edges.iter().flat_map(|x| edges.map(|y| (*x, y))) {
                for (right, bottom) in edges.iter().flat_map(|x| edges.map(|y| (*x, y))) {
                    let (low, high) = (Point { x, y }, Point { x: right, y: bottom });
                    let Some(area) = Area::between(low, high, size) else { continue };
                    let [left, top, width, height] = area.bounds();
                    assert!(left >= 0.0 && top >= 0.0 && width >= 1.0 && height >= 1.0, "{area:?}");
                    assert!(
                        left + width <= size.0.into() && top + height <= size.1.into(),
                        "{area:?} {size:?}"
                    );
                    made += 1;
                }
            }
        }
        assert!(made > 100, "{made}");
    }
}
