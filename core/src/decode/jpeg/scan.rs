//! One scan's entropy-coded data, one row of MCUs at a time (T.81, annexes F and G).

use super::headers::{Frame, Member, Scan, ZIGZAG};
use super::huffman::Bits;

/// Room for all coefficients of a block, and one slot for those that are not kept.
pub(super) type Block = [i16; 65];

/// How far a scan has been read. Reading can continue later from a copy.
#[derive(Clone)]
pub(super) struct State<'a> {
    pub(super) bits: Bits<'a>,
    /// In a progressive picture: how many of the next blocks have no further new coefficients in this scan (EOBRUN).
    pub(super) end_of_band_run: u32,
    /// By member: the previous DC coefficient, from which the next one is coded as a difference.
    predictions: [i32; 4],
    until_restart: usize,
}

/// A block's place: which member of the scan it belongs to, and where it lies in that component's grid.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) member: usize,
    pub(super) column: usize,
    pub(super) row: usize,
}

/// Which coefficients are kept: the `side` x `side` lowest, enough for as many pixels.
#[derive(Clone)]
pub(super) struct Zone {
    pub(super) side: usize,
    /// By zigzag index: a coefficient's index among those kept, row by row; 64 if it is not kept. Runs may lead beyond
    /// 63, hence 80 entries.
    pub(super) slots: [u8; 80],
    /// The zigzag index of the last that is kept.
    pub(super) last: usize,
    /// A bit for each that is kept.
    pub(super) mask: u64,
}

impl Zone {
    pub(super) fn new(side: usize) -> Zone {
        let mut zone = Zone { side, slots: [64; 80], last: 0, mask: 0 };
        for (k, &place) in ZIGZAG.iter().enumerate() {
            let (row, column) = (usize::from(place) / 8, usize::from(place) % 8);
            if row < side && column < side {
                zone.slots[k] = (row * side + column) as u8;
                zone.last = k;
                zone.mask |= 1 << k;
            }
        }
        zone
    }
}

impl<'a> State<'a> {
    pub(super) fn new(data: &'a [u8], scan: &Scan) -> Self {
        let until_restart = scan.restart_interval;
        State { bits: Bits::new(data), end_of_band_run: 0, predictions: [0; 4], until_restart }
    }

    fn restart_when_due(&mut self, interval: usize) -> Option<()> {
        if interval == 0 {
            return Some(());
        }
        if self.until_restart == 0 {
            self.bits.restart()?;
            (self.end_of_band_run, self.predictions, self.until_restart) = (0, [0; 4], interval);
        }
        self.until_restart -= 1;
        Some(())
    }

    /// The next DC coefficient of a member.
    #[inline(always)]
    pub(super) fn dc(&mut self, member: usize, table: &super::huffman::Table) -> Option<i32> {
        let step = self.bits.step(table)?;
        // A DC symbol is only a size: its run is 0 in a valid table.
        let difference = self.bits.value(step);
        self.predictions[member] = self.predictions[member].wrapping_add(difference);
        Some(self.predictions[member])
    }
}

impl Scan {
    /// Whether one pass over this scan gives the whole picture.
    pub(super) fn is_whole_picture(&self, frame: &Frame) -> bool {
        !frame.progressive && self.members.len() == frame.components.len()
    }

    /// Reads one row of the picture's MCUs, block by block. `None`: damaged or cut.
    #[inline(always)]
    pub(super) fn row<'a>(
        &self,
        frame: &Frame,
        state: &mut State<'a>,
        mcu_row: usize,
        mut block: impl FnMut(&mut State<'a>, &Member, Place) -> Option<()>,
    ) -> Option<()> {
        if let [member] = &self.members[..] {
            // A scan of one component has neither MCUs of several blocks nor padding.
            let component = &frame.components[member.component];
            let below = ((mcu_row + 1) * component.down).min(component.rows);
            for row in mcu_row * component.down..below {
                for column in 0..component.columns {
                    state.restart_when_due(self.restart_interval)?;
                    block(state, member, Place { member: 0, column, row })?;
                }
            }
        } else {
            for mcu in 0..frame.mcus.0 {
                state.restart_when_due(self.restart_interval)?;
                for (index, member) in self.members.iter().enumerate() {
                    let (across, down) = {
                        let component = &frame.components[member.component];
                        (component.across, component.down)
                    };
                    for at in 0..across * down {
                        let place = Place {
                            member: index,
                            column: mcu * across + at % across,
                            row: mcu_row * down + at / across,
                        };
                        block(state, member, place)?;
                    }
                }
            }
        }
        (!state.bits.overrun()).then_some(())
    }
}

/// Reads a block of a sequential scan into `block`, which holds zeros.
#[inline(always)]
pub(super) fn sequential_block(
    state: &mut State<'_>,
    member: &Member,
    index: usize,
    zone: &Zone,
    block: &mut Block,
) -> Option<()> {
    let (dc, ac) = (member.dc.as_deref()?, member.ac.as_deref()?);
    block[0] = state.dc(index, dc)? as i16;
    let bits = &mut state.bits;
    let mut k = 1;
    while k <= zone.last {
        let step = bits.step(ac)?;
        if step.size == 0 {
            if step.run < 15 {
                return Some(());
            }
            k += 16;
            continue;
        }
        k += usize::from(step.run);
        block[usize::from(zone.slots[k])] = bits.value(step) as i16;
        k += 1;
    }
    bits.skip_block(ac, k)
}

/// Skips a block of a sequential scan.
#[inline(always)]
pub(super) fn skip_sequential_block(state: &mut State<'_>, member: &Member, index: usize) -> Option<()> {
    state.dc(index, member.dc.as_deref()?)?;
    state.bits.skip_block(member.ac.as_deref()?, 1)
}
