//! The requested part of a JPEG at the requested scale: from blocks to rows of pixels.

use std::ops::Range;

use super::headers::{Colour, Frame};
use super::progressive::Store;
use super::rows::{Extent, Plane, Rows};
use super::scan::{Block, Place, Zone};
use super::transform::transform;
use crate::decode::view::View;

/// Takes the index of a row, counted from the top of the view, and its RGB pixels.
pub(in crate::decode) type Sink<'s> = dyn FnMut(usize, &[u8]) + 's;

/// A window of whole MCUs around the view, and the conversion of its blocks to rows.
pub(super) struct Picture {
    /// The MCUs: one more on each side than is shown, since upsampling reads neighbours.
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
    pub(super) channels: Vec<Channel>,
    pixels: Rows,
    /// What is shown, in output pixels of the window.
    shown: (Range<usize>, Range<usize>),
    /// Output rows in a row of MCUs.
    mcu_height: usize,
    /// Output rows of the window that are done.
    done: usize,
    line: Vec<u8>,
}

/// One component at the scale of the view.
pub(super) struct Channel {
    pub(super) zone: Zone,
    across: usize,
    down: usize,
    /// By slot in the zone.
    divisors: [i32; 64],
}

impl Picture {
    pub(super) fn new(frame: &Frame, colour: Colour, view: &View) -> Picture {
        let side = 8 / view.denominator;
        let mcu = (frame.most.0 * side, frame.most.1 * side);
        let (x, y) = (view.columns(), view.rows());
        let around = |shown: &Range<usize>, mcu: usize, all: usize| {
            (shown.start / mcu).saturating_sub(1)..(shown.end.div_ceil(mcu) + 1).min(all)
        };
        let (columns, rows) = (around(&x, mcu.0, frame.mcus.0), around(&y, mcu.1, frame.mcus.1));
        let (left, top) = (columns.start * mcu.0, rows.start * mcu.1);
        let shown = (x.start - left..x.end - left, y.start - top..y.end - top);
        let mut channels = Vec::new();
        let mut planes = Vec::new();
        for component in &frame.components {
            let (across, down) = (component.across, component.down);
            let side = component_side(frame, (across, down), side);
            let zone = Zone::new(side);
            // The samples of the window that belong to the picture and are not padding.
            let real = |length: usize, factor: usize, most: usize, window: &Range<usize>| {
                let all = (length * factor * side).div_ceil(8 * most);
                (all - window.start * factor * side).min(window.len() * factor * side)
            };
            planes.push(Plane::new(&Extent {
                stride: columns.len() * across * side,
                width: real(frame.width, across, frame.most.0, &columns),
                mcu_rows: down * side,
                height: real(frame.height, down, frame.most.1, &rows),
                across: (mcu.0, across * side),
                down: (mcu.1, down * side),
            }));
            channels.push(Channel { zone, across, down, divisors: [0; 64] });
        }
        let line = vec![0; 3 * shown.0.len()];
        let pixels = Rows::new(planes, colour);
        Picture { columns, rows, channels, pixels, shown, mcu_height: mcu.1, done: 0, line }
    }

    /// Copies the divisors, which a component has from its first scan on.
    pub(super) fn take_divisors(&mut self, frame: &Frame) {
        for (channel, component) in self.channels.iter_mut().zip(&frame.components) {
            let Some(divisors) = &component.divisors else { continue };
            for (&slot, &divisor) in channel.zone.slots.iter().zip(divisors) {
                if let Some(place) = channel.divisors.get_mut(usize::from(slot)) {
                    *place = divisor.into();
                }
            }
        }
    }

    /// The blocks of a component that the window holds.
    pub(super) fn blocks(&self, component: usize) -> (Range<usize>, Range<usize>) {
        let Channel { across, down, .. } = self.channels[component];
        let scaled = |range: &Range<usize>, factor| range.start * factor..range.end * factor;
        (scaled(&self.columns, across), scaled(&self.rows, down))
    }

    /// Converts a block of the window to pixels.
    #[inline(always)]
    pub(super) fn put(&mut self, component: usize, place: Place, coefficients: &[i16]) {
        let channel = &self.channels[component];
        let side = channel.zone.side;
        let x = (place.column - self.columns.start * channel.across) * side;
        let y = (place.row - self.rows.start * channel.down) * side;
        let (pixels, stride) = self.pixels.planes[component].block(x, y);
        transform(side, coefficients, &channel.divisors, pixels, stride);
    }

    /// Converts a component's blocks in a row of MCUs to pixels.
    pub(super) fn put_stored(&mut self, component: usize, mcu_row: usize, store: &Store) {
        let down = self.channels[component].down;
        for row in mcu_row * down..(mcu_row + 1) * down {
            for column in store.columns.clone() {
                self.put(component, Place { member: 0, column, row }, store.block(column, row));
            }
        }
    }

    /// Passes on the rows that are ready once all blocks of a row of MCUs are converted.
    pub(super) fn finish_row(&mut self, mcu_row: usize, sink: &mut Sink<'_>) {
        let row = mcu_row - self.rows.start + 1;
        // The last row of pixels needs the samples below it.
        let ready = if row == self.rows.len() { self.shown.1.end } else { row * self.mcu_height - 1 };
        while self.done < ready.min(self.shown.1.end) {
            if let Some(y) = self.done.checked_sub(self.shown.1.start) {
                self.pixels.rgb(self.done, self.shown.0.clone(), &mut self.line);
                sink(y, &self.line);
            }
            self.done += 1;
        }
    }
}

impl Channel {
    pub(super) fn blank() -> Block {
        [0; 65]
    }
}

/// The side of a component's block in pixels, where a block at full resolution gets `side`: larger, up to eight, for a
/// component that has fewer blocks, so that it need not be stretched.
pub(super) fn component_side(frame: &Frame, (across, down): (usize, usize), side: usize) -> usize {
    let fits = |larger: usize| {
        (frame.most.0 * side).is_multiple_of(across * larger)
            && (frame.most.1 * side).is_multiple_of(down * larger)
    };
    let mut larger = side;
    while larger < 8 && fits(2 * larger) {
        larger *= 2;
    }
    larger
}
