//! Rows of pixels from a codec, reduced and rotated on their way into the one picture that is kept.

use std::ops::Range;

use super::view::{Turn, View};

/// The upright picture, filled with rows in their stored order.
pub(super) struct Canvas {
    pixels: Vec<u8>,
    /// Its size as stored.
    size: (usize, usize),
    turn: Turn,
}

impl Canvas {
    pub(super) fn new(view: &View, turn: Turn) -> Canvas {
        let size = (view.columns().len(), view.rows().len());
        Canvas { pixels: vec![0; 3 * size.0 * size.1], size, turn }
    }

    /// Places row `y`, counted from the top of the view as stored.
    pub(super) fn put(&mut self, y: usize, row: &[u8]) {
        if self.turn.is_none() {
            self.pixels[3 * self.size.0 * y..][..row.len()].copy_from_slice(row);
            return;
        }
        let upright_width = self.turn.size(self.size).0;
        let index = |x: usize| {
            let (x, y) = self.turn.upright((x, y), self.size);
            y * upright_width + x
        };
        let start = index(0);
        let step = if self.size.0 > 1 { index(1).wrapping_sub(start) } else { 0 };
        let mut at = start;
        for pixel in row.chunks_exact(3) {
            self.pixels[3 * at..][..3].copy_from_slice(pixel);
            at = at.wrapping_add(step);
        }
    }

    /// The pixels and the upright size.
    pub(super) fn finish(self) -> (Vec<u8>, (usize, usize)) {
        let size = self.turn.size(self.size);
        (self.pixels, size)
    }
}

/// Averages squares of pixels into the pixels of the view, for codecs that cannot scale.
pub(super) struct Shrink {
    denominator: usize,
    columns: Range<usize>,
    rows: Range<usize>,
    /// The picture's full size.
    size: (usize, usize),
    sums: Vec<u32>,
    line: Vec<u8>,
}

impl Shrink {
    pub(super) fn new(view: &View, size: (usize, usize)) -> Shrink {
        let columns = view.columns();
        let length = 3 * columns.len();
        Shrink {
            denominator: view.denominator,
            rows: view.rows(),
            size,
            sums: vec![0; length],
            line: vec![0; length],
            columns,
        }
    }

    /// Takes row `y` of the picture, and passes on a row of the view when it is complete.
    pub(super) fn row(&mut self, y: usize, row: &[u8], sink: &mut dyn FnMut(usize, &[u8])) {
        let d = self.denominator;
        if !self.rows.contains(&(y / d)) {
            return;
        }
        let (left, right) = (self.columns.start * d, (self.columns.end * d).min(self.size.0));
        let shown = &row[3 * left..3 * right];
        if d == 1 {
            return sink(y - self.rows.start, shown);
        }
        for (sums, square) in self.sums.chunks_exact_mut(3).zip(shown.chunks(3 * d)) {
            for pixel in square.chunks_exact(3) {
                for (sum, &value) in sums.iter_mut().zip(pixel) {
                    *sum += u32::from(value);
                }
            }
        }
        if !(y + 1).is_multiple_of(d) && y + 1 != self.size.1 {
            return;
        }
        let tall = y % d + 1;
        let parts = self.line.chunks_exact_mut(3).zip(self.sums.chunks_exact_mut(3));
        for ((pixel, sums), x) in parts.zip((left..right).step_by(d)) {
            let count = (tall * d.min(right - x)) as u32;
            for (value, sum) in pixel.iter_mut().zip(sums) {
                *value = ((*sum + count / 2) / count) as u8;
                *sum = 0;
            }
        }
        sink(y / d - self.rows.start, &self.line);
    }
}
