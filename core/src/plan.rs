//! The sizes, rotations and parts in which a picture can be looked at. Independent of what the looks show.

use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use crate::belief::{FIRST, MAX_SPREAD, RETRY};
use crate::detect::{Belief, Look, Turn};
use crate::geometry::{Area, Point, SimilarityTransform};
use crate::verdict::Face;

/// The fraction of the square that the image fills in the look for faces that fill the image.
const WIDE_BORDER: f32 = 0.5;

/// How much neighbouring parts overlap, in pixels of the look: larger faces were seen in a coarser look.
const PART_OVERLAP: f32 = 96.0;

/// A closer look shows this many times the face's size: as much as photos of LFW do.
const SURROUNDINGS: f32 = 2.8;

/// How many times a closer look enlarges at most.
const MAX_ENLARGEMENT: f32 = 3.0;

/// The clockwise rotations of a picture other than none, in radians.
pub(crate) const QUARTERS: [f32; 3] = [FRAC_PI_2, -FRAC_PI_2, PI];
/// The same, between the quarters: with both, no face is further than 22.5 degrees from upright.
pub(crate) const DIAGONALS: [f32; 4] = [FRAC_PI_4, -FRAC_PI_4, 3.0 * FRAC_PI_4, -3.0 * FRAC_PI_4];

/// The rotations on a sheet.
pub(crate) const TURNS: [f32; 8] = {
    let ([a, b, c], [d, e, f, g]) = (QUARTERS, DIAGONALS);
    [0.0, a, b, c, d, e, f, g]
};

pub(crate) struct Plan {
    /// Of the photo.
    size: (u32, u32),
    /// The input size of an ordinary look.
    ordinary: usize,
    /// All input sizes, smallest first.
    sides: Vec<usize>,
    /// The largest input size that shows more of this picture than smaller ones do.
    pub(crate) finest: usize,
}

/// A square of a picture, at any angle.
#[derive(Clone, Copy)]
pub(crate) struct Square {
    centre: Point,
    /// Pixels of the picture per pixel of the square.
    pub(crate) scale: f32,
    turn: f32,
}

impl Plan {
    pub(crate) fn new(size: (u32, u32), ordinary: usize, sides: Vec<usize>) -> Plan {
        let longest = size.0.max(size.1) as usize;
        let finest = if longest > ordinary { sides.last().copied().unwrap_or(ordinary) } else { ordinary };
        Plan { size, ordinary, sides, finest }
    }

    /// All of the picture.
    pub(crate) fn area(&self) -> Area {
        Area::whole(self.size.0, self.size.1)
    }

    fn longest(&self) -> f32 {
        self.size.0.max(self.size.1) as f32
    }

    /// Whether an ordinary look shows all of the picture.
    pub(crate) fn is_small(&self) -> bool {
        self.longest() <= self.ordinary as f32
    }

    /// The cost of one look with this input size, which grows with the number of pixels.
    pub(crate) fn cost(&self, side: usize) -> u32 {
        (side * side / (self.ordinary * self.ordinary)).max(1) as u32
    }

    /// The looks at the whole picture, in order.
    pub(crate) fn whole(&self) -> Vec<Look> {
        let (area, ordinary) = (self.area(), self.ordinary);
        let again =
            |input_size, fill, enlarge, turn| Look { area, input_size, fill, enlarge, turn, belief: RETRY };
        // The first look does not enlarge: landmarks are most accurate at the picture's own size.
        let first = |side| Look { belief: FIRST, ..again(side, 1.0, 1.0, Turn::None) };
        let longest = self.longest() as usize;
        let fitting = self.sides.iter().filter(|side| (longest..ordinary).contains(*side));
        let mut looks: Vec<Look> = fitting.map(|side| first(*side)).take(1).collect();
        looks.push(first(ordinary));
        if longest < ordinary {
            let belief = Belief { max_spread: MAX_SPREAD, ..RETRY };
            looks.push(Look { belief, ..again(ordinary, 1.0, 2.0, Turn::None) });
        }
        // A larger input shows nothing new of a picture that fits into the smaller one.
        let finer = self.sides.windows(2).filter(|pair| pair[0] >= ordinary && longest > pair[0]);
        looks.extend(finer.map(|pair| again(pair[1], 1.0, 1.0, Turn::None)));
        looks.push(again(ordinary, WIDE_BORDER, 1.0, Turn::None));
        looks.extend(
            [Turn::Quarter, Turn::Half, Turn::ThreeQuarters].map(|turn| again(ordinary, 1.0, 1.0, turn)),
        );
        looks
    }

    /// The parts of the picture, by level, each about twice as fine as the one before; the parts of a level together
    /// show all of it.
    pub(crate) fn levels(&self) -> Vec<Vec<Area>> {
        let (longest, mut shown) = (self.longest(), self.finest as f32);
        let mut levels = Vec::new();
        while shown < longest {
            // Less the overlap of the parts.
            shown = (2.0 * shown - PART_OVERLAP).min(longest);
            levels.push(self.parts(shown));
        }
        levels
    }

    /// Parts that together show the picture enlarged or reduced to this longer side.
    fn parts(&self, longer_side: f32) -> Vec<Area> {
        let (width, height) = self.size;
        let scale = longer_side / self.longest();
        let part = self.finest as f32 / scale;
        let starts = |length: f32| {
            let count = (((length - PART_OVERLAP / scale) / (part - PART_OVERLAP / scale)).ceil()).max(1.0);
            let step = if count > 1.0 { (length - part) / (count - 1.0) } else { 0.0 };
            (0..count as usize).map(move |index| index as f32 * step)
        };
        let corner = |y: f32| starts(width as f32).map(move |x| Point { x, y });
        starts(height as f32)
            .flat_map(corner)
            .filter_map(|low| Area::between(low, Point { x: low.x + part, y: low.y + part }, self.size))
            .collect()
    }

    /// A look at a part without rotation.
    pub(crate) fn part(&self, area: Area) -> Look {
        Look { area, input_size: self.finest, fill: 1.0, enlarge: 1.0, turn: Turn::None, belief: RETRY }
    }

    /// The square that shows all of an area rotated by an angle; it does not enlarge.
    pub(crate) fn turned(&self, area: &Area, turn: f32) -> Square {
        let [left, top, width, height] = area.bounds().map(|value| value as f32);
        let (sine, cosine) = (turn.sin().abs(), turn.cos().abs());
        let longer = (width * cosine + height * sine).max(width * sine + height * cosine);
        let scale = (longer / self.finest as f32).max(1.0);
        Square { centre: Point { x: left + width / 2.0, y: top + height / 2.0 }, scale, turn }
    }
}

impl Square {
    /// A face with its surroundings, in a square of this side, rotated clockwise.
    pub(crate) fn around(face: &Face, side: usize, turn: f32) -> Square {
        let size = face.bounds.area().sqrt();
        let scale = (SURROUNDINGS * size / side as f32).max(1.0 / MAX_ENLARGEMENT);
        Square { centre: face.bounds.centre(), scale, turn }
    }

    /// The transform from the pixels of a square of this side to those of the picture.
    pub(crate) fn map(&self, side: usize) -> SimilarityTransform {
        let (sine, cosine) = self.turn.sin_cos();
        let (a, b) = (self.scale * cosine, self.scale * sine);
        let middle = (side as f32 - 1.0) / 2.0;
        // The middle of the square shows the centre, in coordinates of pixel centres.
        let tx = self.centre.x - 0.5 - (a * middle - b * middle);
        let ty = self.centre.y - 0.5 - (b * middle + a * middle);
        SimilarityTransform { a, b, tx, ty }
    }

    /// The area of a picture of this size that all rotations of the square show, so that it is decoded once.
    pub(crate) fn reach(&self, side: usize, size: (u32, u32)) -> Option<Area> {
        let reach = 0.75 * side as f32 * self.scale;
        let Point { x, y } = self.centre;
        Area::between(Point { x: x - reach, y: y - reach }, Point { x: x + reach, y: y + reach }, size)
    }
}
