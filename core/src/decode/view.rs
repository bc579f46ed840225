//! The requested part of a picture, its scale and orientation, and where its pixels lie.

use std::ops::Range;

use image::metadata::Orientation;

use crate::geometry::Point;

/// A part of a picture and a scale. All figures refer to the picture as stored, before its EXIF orientation is applied.
#[derive(Clone, Debug)]
pub(super) struct View {
    x: Range<usize>,
    y: Range<usize>,
    /// How many pixels of the picture, across and down, become one of the result.
    pub(super) denominator: usize,
}

impl View {
    /// `x` and `y` are columns and rows within the picture.
    pub(super) fn new(x: Range<usize>, y: Range<usize>, denominator: usize) -> View {
        View { x, y, denominator }
    }

    /// The columns of the picture at this scale that show the part.
    pub(super) fn columns(&self) -> Range<usize> {
        self.x.start / self.denominator..self.x.end.div_ceil(self.denominator)
    }

    /// The rows of the picture at this scale that show the part.
    pub(super) fn rows(&self) -> Range<usize> {
        self.y.start / self.denominator..self.y.end.div_ceil(self.denominator)
    }

    /// The bytes of the result.
    pub(super) fn bytes(&self) -> u64 {
        3 * self.columns().len() as u64 * self.rows().len() as u64
    }
}

/// How a stored picture becomes upright: columns and rows are swapped first, then each may be mirrored.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Turn {
    swap: bool,
    mirror_x: bool,
    mirror_y: bool,
}

impl Turn {
    pub(super) fn is_none(self) -> bool {
        self == Turn::default()
    }

    /// Width and height, stored to upright or back.
    pub(super) fn size<T>(self, (width, height): (T, T)) -> (T, T) {
        if self.swap { (height, width) } else { (width, height) }
    }

    /// The upright place of a pixel of a picture with the given stored size.
    pub(super) fn upright(self, (x, y): (usize, usize), size: (usize, usize)) -> (usize, usize) {
        let ((x, y), (width, height)) = (self.size((x, y)), self.size(size));
        (if self.mirror_x { width - 1 - x } else { x }, if self.mirror_y { height - 1 - y } else { y })
    }

    /// A part of the upright picture as a part of the stored one, whose size is given.
    pub(super) fn stored(
        self,
        (x, y): (Range<usize>, Range<usize>),
        size: (usize, usize),
    ) -> (Range<usize>, Range<usize>) {
        let (width, height) = self.size(size);
        let mirrored = |range: Range<usize>, length: usize| length - range.end..length - range.start;
        let x = if self.mirror_x { mirrored(x, width) } else { x };
        let y = if self.mirror_y { mirrored(y, height) } else { y };
        self.size((x, y))
    }

    /// The top left corner of a view in coordinates of the upright picture. A view's last pixels may stand for less
    /// than a whole square, so the corner of a mirrored view may lie outside the picture.
    pub(super) fn origin(self, view: &View, size: (usize, usize)) -> Point {
        let begin = |range: &Range<usize>, length: usize, mirror: bool| {
            let (start, end) = (range.start * view.denominator, range.end * view.denominator);
            if mirror { length as f32 - end as f32 } else { start as f32 }
        };
        let ((columns, rows), (width, height)) = (self.size((view.columns(), view.rows())), self.size(size));
        Point { x: begin(&columns, width, self.mirror_x), y: begin(&rows, height, self.mirror_y) }
    }
}

impl From<Orientation> for Turn {
    fn from(orientation: Orientation) -> Turn {
        let (swap, mirror_x, mirror_y) = match orientation {
            Orientation::NoTransforms => (false, false, false),
            Orientation::FlipHorizontal => (false, true, false),
            Orientation::Rotate180 => (false, true, true),
            Orientation::FlipVertical => (false, false, true),
            Orientation::Rotate90FlipH => (true, false, false),
            Orientation::Rotate90 => (true, true, false),
            Orientation::Rotate270FlipH => (true, true, true),
            Orientation::Rotate270 => (true, false, true),
        };
        Turn { swap, mirror_x, mirror_y }
    }
}
