//! JPEG (ITU-T T.81, Huffman-coded, 8 bits): read once, at the requested scale, and checked for completeness.
//!
//! Other decoders fill the rest of a truncated file with gray and at most warn, so half of a face may be missing. Here
//! every block of every scan must be present, every component must be coded, and a progressive picture must be refined
//! to its last bit. Only the end marker may be missing, and what follows the end is ignored. At full scale the pixels
//! are libjpeg's.

mod headers;
mod huffman;
mod picture;
mod progressive;
mod rows;
mod scan;
mod transform;

use std::ops::Range;

use self::headers::{Colour, Frame, Scan, Settings};
use self::picture::{Channel, Picture, Sink};
use self::progressive::Store;
use self::scan::{State, sequential_block, skip_sequential_block};
use super::view::View;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind, Result};

/// Progressive encoders write about ten scans; hundreds are an attack on time.
const MAX_SCANS: usize = 100;

/// The maximum number of rows at which a scan can be entered again.
const ENTRIES: usize = 128;

const SOF_BASELINE: u8 = 0xc0;
const SOF_PROGRESSIVE: u8 = 0xc2;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// A JPEG whose headers have been read.
pub(super) struct Jpeg<'a> {
    bytes: &'a [u8],
    frame: Frame,
    colour: Colour,
    settings: Settings<'a>,
    /// Where the next segment begins.
    at: usize,
    /// Filled by the first decoding, which reads everything; later ones enter at the rows that they need.
    passes: Vec<Pass<'a>>,
}

/// One scan that was read, and where it can be entered again.
struct Pass<'a> {
    scan: Scan,
    entries: Vec<State<'a>>,
}

impl<'a> Jpeg<'a> {
    /// Reads the segments before the first scan.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Jpeg<'a>> {
        let mut settings = Settings::default();
        let mut frame = None;
        let mut at = 2;
        while let Some((marker, segment, end)) = next_segment(bytes, at)? {
            match marker {
                SOS => break,
                SOF_BASELINE..=SOF_PROGRESSIVE if frame.is_none() => {
                    if segment.first() != Some(&8) {
                        return Err(unsupported("it has more than 8 bits per channel"));
                    }
                    frame = Some(Frame::parse(segment, marker == SOF_PROGRESSIVE).ok_or_else(damaged)?);
                }
                SOF_BASELINE..=SOF_PROGRESSIVE => return Err(damaged()),
                // Lossless, hierarchical or arithmetic.
                0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                    return Err(unsupported("it is not coded as sequential or progressive Huffman"));
                }
                _ => settings.segment(marker, segment).ok_or_else(damaged)?,
            }
            at = end;
        }
        let frame = frame.ok_or_else(damaged)?;
        let colour = frame.colour(&settings).ok_or_else(|| unsupported("its colour space is unknown"))?;
        Ok(Jpeg { bytes, frame, colour, settings, at, passes: Vec::new() })
    }

    pub(super) fn size(&self) -> (usize, usize) {
        (self.frame.width, self.frame.height)
    }

    /// The EXIF block, if there is one.
    pub(super) fn exif(&self) -> Option<&'a [u8]> {
        self.settings.exif
    }

    /// The memory that decoding takes in addition to the rows that it passes on, in bytes.
    pub(super) fn working_memory(&self, view: &View) -> u64 {
        let picture = Picture::new(&self.frame, self.colour, view);
        let components = self.frame.components.iter().enumerate();
        let rows_read = if self.passes.is_empty() { 0..self.frame.mcus.1 } else { self.rows_again(&picture) };
        let sum = components.map(|(index, component)| {
            let side = picture.channels[index].zone.side;
            let (columns, rows) = picture.blocks(index);
            let lines = 2 * columns.len() * side * component.down * side;
            let stored = 2 * side * side * columns.len() * rows.len();
            let bits = 8 * component.padded_columns(self.frame.mcus.0) * rows_read.len() * component.down;
            lines + if self.frame.progressive { stored + bits } else { stored * usize::from(self.is_split()) }
        });
        sum.sum::<usize>() as u64
    }

    /// Whether a sequential picture's components come one after the other.
    fn is_split(&self) -> bool {
        let header = next_segment(self.bytes, self.at).ok().flatten();
        header.is_none_or(|(_, segment, _)| segment.first() != Some(&(self.frame.components.len() as u8)))
    }

    /// Passes the rows of `view` to `sink`, from the top.
    pub(super) fn decode(&mut self, view: &View, deadline: Deadline, sink: &mut Sink<'_>) -> Result<()> {
        let mut picture = Picture::new(&self.frame, self.colour, view);
        if self.passes.is_empty() {
            self.read_everything(&mut picture, view.denominator > 1, deadline, sink)
        } else {
            self.read_again(&mut picture, deadline, sink)
        }
    }

    fn read_everything(
        &mut self,
        picture: &mut Picture,
        skipping: bool,
        deadline: Deadline,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let all = 0..self.frame.mcus.1;
        let mut passes = Vec::new();
        let mut stores = Vec::new();
        let mut sent = vec![[None; 64]; self.frame.components.len()];
        while let Some((marker, segment, end)) = next_segment(self.bytes, self.at)? {
            self.at = end;
            match marker {
                SOF_BASELINE..=SOF_PROGRESSIVE => return Err(damaged()),
                SOS if passes.len() < MAX_SCANS => {
                    let scan = self.settings.scan(segment, &mut self.frame, skipping).ok_or_else(damaged)?;
                    picture.take_divisors(&self.frame);
                    let state = State::new(&self.bytes[end..], &scan);
                    let mut pass = Pass { scan, entries: Vec::new() };
                    if passes.is_empty() && pass.scan.is_whole_picture(&self.frame) {
                        pass.stream(&self.frame, state, all, picture, deadline, sink)?;
                        self.passes = vec![pass];
                        return Ok(());
                    }
                    if stores.is_empty() {
                        stores = new_stores(&self.frame, picture, &all);
                    }
                    let state = pass.store(&self.frame, state, all.clone(), &mut stores, deadline)?;
                    self.at += state.bits.end();
                    note_sent(&pass.scan, self.frame.progressive, &mut sent).ok_or_else(damaged)?;
                    passes.push(pass);
                }
                SOS => return Err(damaged()),
                _ => self.settings.segment(marker, segment).ok_or_else(damaged)?,
            }
        }
        let coded = if self.frame.progressive { 64 } else { 1 };
        if !sent.iter().all(|bits| bits[..coded].iter().all(|&bit| bit == Some(0))) {
            return Err(damaged());
        }
        self.passes = passes;
        show(picture, &stores, deadline, sink)
    }

    /// The rows of MCUs to read for a picture when the scans can be entered: from the nearest entry above.
    fn rows_again(&self, picture: &Picture) -> Range<usize> {
        let step = entry_step(&self.frame);
        picture.rows.start / step * step..picture.rows.end
    }

    fn read_again(&mut self, picture: &mut Picture, deadline: Deadline, sink: &mut Sink<'_>) -> Result<()> {
        picture.take_divisors(&self.frame);
        let rows = self.rows_again(picture);
        let mut stores = Vec::new();
        for pass in &mut self.passes {
            let state = pass.entries[rows.start / entry_step(&self.frame)].clone();
            if pass.scan.is_whole_picture(&self.frame) {
                return pass.stream(&self.frame, state, rows, picture, deadline, sink);
            }
            if stores.is_empty() {
                stores = new_stores(&self.frame, picture, &rows);
            }
            pass.store(&self.frame, state, rows.clone(), &mut stores, deadline)?;
        }
        show(picture, &stores, deadline, sink)
    }
}

/// Rows of MCUs between two entries of a scan.
fn entry_step(frame: &Frame) -> usize {
    frame.mcus.1.div_ceil(ENTRIES)
}

impl<'a> Pass<'a> {
    /// Saves the state at the start of a row, from which a later reading may continue.
    fn note_entry(&mut self, frame: &Frame, row: usize, state: &State<'a>) {
        if row == self.entries.len() * entry_step(frame) {
            self.entries.push(state.clone());
        }
    }

    /// Reads `rows` of a scan that holds the whole picture and converts them to pixels immediately.
    fn stream(
        &mut self,
        frame: &Frame,
        mut state: State<'a>,
        rows: Range<usize>,
        picture: &mut Picture,
        deadline: Deadline,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        let mut block = Channel::blank();
        let windows: Vec<_> = (0..frame.components.len()).map(|index| picture.blocks(index).0).collect();
        for row in rows {
            deadline.check()?;
            self.note_entry(frame, row, &state);
            let shown = picture.rows.contains(&row);
            let read = self.scan.row(frame, &mut state, row, |state, member, place| {
                let component = member.component;
                if !shown || !windows[component].contains(&place.column) {
                    return skip_sequential_block(state, member, place.member);
                }
                let zone = &picture.channels[component].zone;
                block[..zone.side * zone.side].fill(0);
                sequential_block(state, member, place.member, zone, &mut block)?;
                picture.put(component, place, &block);
                Some(())
            });
            read.ok_or_else(damaged)?;
            if shown {
                picture.finish_row(row, sink);
            }
        }
        Ok(())
    }

    /// Reads `rows` of a scan that holds a part of the picture's coefficients and keeps them.
    fn store(
        &mut self,
        frame: &Frame,
        mut state: State<'a>,
        rows: Range<usize>,
        stores: &mut [Store],
        deadline: Deadline,
    ) -> Result<State<'a>> {
        let mut block = Channel::blank();
        for row in rows {
            deadline.check()?;
            self.note_entry(frame, row, &state);
            let scan = &self.scan;
            let read = scan.row(frame, &mut state, row, |state, member, place| {
                let store = &mut stores[member.component];
                if frame.progressive {
                    return store.progressive_block(scan, state, place, member);
                }
                let size = store.zone.side * store.zone.side;
                block[..size].fill(0);
                sequential_block(state, member, place.member, &store.zone, &mut block)?;
                if let Some(kept) = store.block_mut(place) {
                    kept.copy_from_slice(&block[..size]);
                }
                Some(())
            });
            read.ok_or_else(damaged)?;
        }
        Ok(state)
    }
}

/// Memory for the coefficients of the window, and for the state that refining `rows` of MCUs needs.
fn new_stores(frame: &Frame, picture: &Picture, rows: &Range<usize>) -> Vec<Store> {
    let store = |(index, channel): (usize, &Channel)| {
        let component = &frame.components[index];
        let down = component.down;
        let refined = if frame.progressive { rows.start * down..rows.end * down } else { 0..0 };
        let stride = component.padded_columns(frame.mcus.0);
        Store::new(channel.zone.clone(), picture.blocks(index), refined, stride)
    };
    picture.channels.iter().enumerate().map(store).collect()
}

/// Converts the stored coefficients to pixels.
fn show(picture: &mut Picture, stores: &[Store], deadline: Deadline, sink: &mut Sink<'_>) -> Result<()> {
    for mcu_row in picture.rows.clone() {
        deadline.check()?;
        for (index, store) in stores.iter().enumerate() {
            picture.put_stored(index, mcu_row, store);
        }
        picture.finish_row(mcu_row, sink);
    }
    Ok(())
}

/// Records down to which bit a scan has sent its coefficients. `None`: inconsistent with earlier scans.
fn note_sent(scan: &Scan, progressive: bool, sent: &mut [[Option<u8>; 64]]) -> Option<()> {
    for member in &scan.members {
        let bits = &mut sent[member.component];
        if !progressive {
            bits[0] = Some(0);
            continue;
        }
        for bit in &mut bits[scan.first..=scan.last] {
            // A refinement goes one bit below what was sent before.
            if scan.high > 0 && *bit != Some(scan.high) {
                return None;
            }
            *bit = Some(scan.low);
        }
    }
    Some(())
}

/// The next segment from `at` on: its marker, its content and its end. `None`: the file ends, possibly without its end
/// marker.
fn next_segment(bytes: &[u8], mut at: usize) -> Result<Option<(u8, &[u8], usize)>> {
    loop {
        // Fill bytes may precede a marker.
        let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xff)) else {
            return Ok(None);
        };
        at += offset;
        let Some(skipped) = bytes[at..].iter().position(|&byte| byte != 0xff) else { return Ok(None) };
        at += skipped + 1;
        match bytes[at - 1] {
            EOI => return Ok(None),
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            marker => {
                let length = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(damaged)?;
                let end = at + usize::from(u16::from_be_bytes(*length));
                return Ok(Some((marker, bytes.get(at + 2..end).ok_or_else(damaged)?, end)));
            }
        }
    }
}

fn damaged() -> Error {
    Error::new(ErrorKind::CorruptImage, "the JPEG is damaged or cut short: picture data is missing")
}

fn unsupported(what: &str) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, format!("this kind of JPEG is not supported: {what}"))
}
