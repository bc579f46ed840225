//! Coefficients sent in several scans, and how progressive scans refine them (T.81, annex G).

use std::ops::Range;

use super::headers::{Component, Member, Scan};
use super::huffman::{Bits, Table};
use super::scan::{Place, State, Zone};

/// The kept coefficients of one component in a window of the picture.
pub(super) struct Store {
    pub(super) zone: Zone,
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
    /// `zone.side` squared for each block of the window.
    coefficients: Vec<i16>,
    /// For each block of whole rows, a bit for each coefficient known to be nonzero, kept or not: refinements hold a
    /// bit for each.
    nonzero: Vec<u64>,
    nonzero_stride: usize,
    nonzero_rows: Range<usize>,
}

/// One block of a [`Store`].
struct Entry<'s> {
    kept: Option<&'s mut [i16]>,
    nonzero: &'s mut u64,
    zone: &'s Zone,
}

impl Store {
    /// Memory for the blocks of `columns` and `rows`, and for refining `refined_rows`.
    pub(super) fn new(
        zone: Zone,
        (columns, rows): (Range<usize>, Range<usize>),
        refined_rows: Range<usize>,
        stride: usize,
    ) -> Store {
        Store {
            coefficients: vec![0; columns.len() * rows.len() * zone.side * zone.side],
            nonzero: vec![0; refined_rows.len() * stride],
            nonzero_stride: stride,
            nonzero_rows: refined_rows,
            zone,
            columns,
            rows,
        }
    }

    /// The coefficients of a block of the window.
    pub(super) fn block(&self, column: usize, row: usize) -> &[i16] {
        &self.coefficients[self.range(column, row)]
    }

    /// The same, mutable; `None` outside the window.
    pub(super) fn block_mut(&mut self, place: Place) -> Option<&mut [i16]> {
        let range = self.range_within(place)?;
        Some(&mut self.coefficients[range])
    }

    /// Where the coefficients of a block of the window are.
    fn range(&self, column: usize, row: usize) -> Range<usize> {
        let at = (row - self.rows.start) * self.columns.len() + column - self.columns.start;
        let size = self.zone.side * self.zone.side;
        at * size..(at + 1) * size
    }

    /// The same; `None` outside the window.
    fn range_within(&self, place: Place) -> Option<Range<usize>> {
        let within = self.columns.contains(&place.column) && self.rows.contains(&place.row);
        within.then(|| self.range(place.column, place.row))
    }

    fn entry(&mut self, place: Place) -> Option<Entry<'_>> {
        let at = (place.row - self.nonzero_rows.start) * self.nonzero_stride + place.column;
        let kept = self.range_within(place).map(|range| &mut self.coefficients[range]);
        Some(Entry { kept, nonzero: self.nonzero.get_mut(at)?, zone: &self.zone })
    }

    /// Reads one block of a progressive scan. `None`: damaged.
    #[inline(always)]
    pub(super) fn progressive_block(
        &mut self,
        scan: &Scan,
        state: &mut State<'_>,
        place: Place,
        member: &Member,
    ) -> Option<()> {
        let (dc, ac) = (member.dc.as_deref(), member.ac.as_deref());
        let bit = 1_i16.wrapping_shl(scan.low.into());
        match (scan.first, scan.high) {
            (0, 0) => {
                let value = state.dc(place.member, dc?)?;
                if let Some(kept) = self.block_mut(place) {
                    kept[0] = (value << scan.low) as i16;
                }
            }
            (0, _) => {
                let refined = state.bits.take(1) == 1;
                if let Some(kept) = self.block_mut(place).filter(|_| refined) {
                    kept[0] |= bit;
                }
            }
            (_, 0) if state.end_of_band_run > 0 => state.end_of_band_run -= 1,
            (_, 0) => self.entry(place)?.first(scan, state, ac?)?,
            _ => self.entry(place)?.refine(scan, state, ac?, bit)?,
        }
        Some(())
    }
}

impl Component {
    /// Blocks in a row of the grid that is padded to whole MCUs.
    pub(super) fn padded_columns(&self, mcus: usize) -> usize {
        mcus * self.across
    }
}

impl Entry<'_> {
    #[inline(always)]
    fn set(&mut self, k: usize, value: i16) {
        *self.nonzero |= 1 << k;
        if let (Some(kept), slot @ 0..64) = (&mut self.kept, self.zone.slots[k]) {
            kept[usize::from(slot)] = value;
        }
    }

    #[inline(always)]
    fn first(&mut self, scan: &Scan, state: &mut State<'_>, table: &Table) -> Option<()> {
        let bits = &mut state.bits;
        let mut k = scan.first;
        while k <= scan.last {
            let step = bits.step(table)?;
            if step.size > 0 {
                k += usize::from(step.run);
                let value = bits.value(step);
                if k > scan.last {
                    return None;
                }
                self.set(k, (value << scan.low) as i16);
                k += 1;
            } else if step.run < 15 {
                state.end_of_band_run = (1 << step.run) - 1 + bits.take(step.run.into());
                break;
            } else {
                k += 16;
            }
        }
        Some(())
    }

    #[inline(always)]
    fn refine(&mut self, scan: &Scan, state: &mut State<'_>, table: &Table, bit: i16) -> Option<()> {
        let bits = &mut state.bits;
        let mut k = scan.first;
        while state.end_of_band_run == 0 && k <= scan.last {
            let step = bits.step(table)?;
            if step.size == 0 && step.run < 15 {
                state.end_of_band_run = (1 << step.run) + bits.take(step.run.into());
                break;
            }
            // The sign of a coefficient that becomes nonzero; a run of 16 zeros has none.
            let new = if step.size > 0 { bits.value(step) } else { 0 };
            let stop = nth_zero(*self.nonzero, k, scan.last, step.run);
            self.correct(bits, k, stop, bit);
            if step.size > 0 && stop <= scan.last {
                self.set(stop, if new < 0 { bit.wrapping_neg() } else { bit });
            }
            k = stop + 1;
        }
        if state.end_of_band_run > 0 {
            self.correct(bits, k, scan.last + 1, bit);
            state.end_of_band_run -= 1;
        }
        Some(())
    }

    /// Reads the correction bits of the nonzero coefficients in `from..to`.
    #[inline(always)]
    fn correct(&mut self, bits: &mut Bits<'_>, from: usize, to: usize, bit: i16) {
        if from >= to {
            return;
        }
        let mut pending = *self.nonzero & (u64::MAX << from) & (u64::MAX >> (64 - to));
        let (Some(kept), true) = (&mut self.kept, pending & self.zone.mask != 0) else {
            return bits.skip(pending.count_ones());
        };
        while pending != 0 {
            let k = pending.trailing_zeros() as usize;
            pending &= pending - 1;
            let slot = usize::from(self.zone.slots[k]);
            if bits.take(1) == 0 || slot >= kept.len() {
                continue;
            }
            let value = &mut kept[slot];
            if *value & bit == 0 {
                *value = if *value < 0 { value.wrapping_sub(bit) } else { value.wrapping_add(bit) };
            }
        }
    }
}

/// The index of the zero coefficient that follows `run` others, from `from` on; `last` + 1 if there are not as many.
#[inline(always)]
fn nth_zero(nonzero: u64, from: usize, last: usize, run: u8) -> usize {
    let mut zeros = !nonzero & (u64::MAX << from) & (u64::MAX >> (63 - last));
    for _ in 0..run {
        zeros &= zeros.wrapping_sub(1);
    }
    if zeros == 0 { last + 1 } else { zeros.trailing_zeros() as usize }
}
