//! Is a JPEG whole? The codec fills what a cut file lacks with gray and says nothing, so a face may be half missing.
//!
//! This walks the entropy-coded data (ITU-T T.81, annexes B, F and G) without computing a coefficient's value and
//! counts: every block of every scan must be there, every component must be coded, and a progressive picture must be
//! refined down to its last bit. A missing end marker alone is tolerated, and so is anything behind the end.

use crate::error::{Error, ErrorKind, Result};

/// Progressive encoders write about ten scans; hundreds only serve to burn time.
const MAX_SCANS: usize = 100;

const SOF_BASELINE: u8 = 0xc0;
const SOF_EXTENDED: u8 = 0xc1;
const SOF_PROGRESSIVE: u8 = 0xc2;
const DHT: u8 = 0xc4;
const RST0: u8 = 0xd0;
const RST7: u8 = 0xd7;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DRI: u8 = 0xdd;

/// Fails with `CORRUPT_IMAGE` unless all blocks are there.
pub(super) fn check_scans_complete(bytes: &[u8]) -> Result<()> {
    let mut walk = Walk::default();
    match walk.file(bytes) {
        Some(()) if walk.is_complete() => Ok(()),
        _ => Err(Error::new(
            ErrorKind::CorruptImage,
            "the JPEG is damaged or cut short: picture data is missing",
        )),
    }
}

/// What has been read so far. `None` from a method means: damaged.
#[derive(Default)]
struct Walk {
    frame: Option<Frame>,
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    restart_interval: usize,
    scans: usize,
}

struct Frame {
    progressive: bool,
    width: usize,
    height: usize,
    components: Vec<Component>,
}

struct Component {
    id: u8,
    horizontal: usize,
    vertical: usize,
    /// Blocks of this component in its own grid, as a scan of its own holds them.
    columns: usize,
    rows: usize,
    /// Distance between rows in `nonzero`: the grid padded to whole MCUs.
    stride: usize,
    /// A bit per coefficient that is known to be nonzero: refinement scans hold a bit for each. Progressive only.
    nonzero: Vec<u64>,
    /// The lowest bit sent of each of the 64 coefficients; `None` before the first.
    sent_down_to: [Option<u8>; 64],
}

struct Scan {
    /// Component, DC table, AC table.
    members: Vec<(usize, usize, usize)>,
    first: usize,
    last: usize,
    high: u8,
    low: u8,
}

impl Walk {
    fn file(&mut self, bytes: &[u8]) -> Option<()> {
        let mut at = 2;
        loop {
            // Fill bytes may stand before a marker; a file that ends between segments lacks at most its end marker.
            let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xff))
            else {
                return Some(());
            };
            at += offset;
            let Some(skipped) = bytes[at..].iter().position(|&byte| byte != 0xff) else { return Some(()) };
            at += skipped;
            let marker = bytes[at];
            at += 1;
            match marker {
                EOI => return Some(()),
                0x00 | 0x01 | RST0..=0xd8 => continue,
                _ => {}
            }
            let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
            let segment = bytes.get(at + 2..at + length)?;
            at += length;
            match marker {
                SOF_BASELINE | SOF_EXTENDED | SOF_PROGRESSIVE => {
                    self.frame(segment, marker == SOF_PROGRESSIVE)?;
                }
                DHT => self.huffman_tables(segment)?,
                DRI => {
                    self.restart_interval =
                        usize::from(u16::from_be_bytes([*segment.first()?, *segment.get(1)?]));
                }
                SOS => at += self.scan(segment, &bytes[at..])?,
                _ => {}
            }
        }
    }

    fn is_complete(&self) -> bool {
        let Some(frame) = &self.frame else { return false };
        let coded = if frame.progressive { 64 } else { 1 };
        frame.components.iter().all(|c| c.sent_down_to[..coded].iter().all(|&bit| bit == Some(0)))
    }

    fn frame(&mut self, segment: &[u8], progressive: bool) -> Option<()> {
        let &[_precision, h1, h0, w1, w0, count, ref rest @ ..] = segment else { return None };
        let height = usize::from(u16::from_be_bytes([h1, h0]));
        let width = usize::from(u16::from_be_bytes([w1, w0]));
        let specs = rest.get(..3 * usize::from(count))?;
        let sampling = |spec: &[u8]| (usize::from(spec[1] >> 4), usize::from(spec[1] & 15));
        let max_h = specs.chunks(3).map(|spec| sampling(spec).0).max()?;
        let max_v = specs.chunks(3).map(|spec| sampling(spec).1).max()?;
        if self.frame.is_some() || width == 0 || height == 0 || specs.len() > 12 {
            return None;
        }
        let mut components = Vec::new();
        for spec in specs.chunks(3) {
            let (horizontal, vertical) = sampling(spec);
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) {
                return None;
            }
            let stride = width.div_ceil(8 * max_h) * horizontal;
            let padded_rows = height.div_ceil(8 * max_v) * vertical;
            components.push(Component {
                id: spec[0],
                horizontal,
                vertical,
                columns: (width * horizontal).div_ceil(8 * max_h),
                rows: (height * vertical).div_ceil(8 * max_v),
                stride,
                nonzero: if progressive { vec![0; stride * padded_rows] } else { Vec::new() },
                sent_down_to: [None; 64],
            });
        }
        self.frame = Some(Frame { progressive, width, height, components });
        Some(())
    }

    fn huffman_tables(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [class_and_slot, rest @ ..] = segment {
            let counts: &[u8; 16] = rest.first_chunk()?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let table = Huffman::new(counts, rest[16..].get(..total)?)?;
            let class = if class_and_slot >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *class.get_mut(usize::from(class_and_slot & 15))? = Some(table);
            segment = &rest[16 + total..];
        }
        Some(())
    }

    /// Walks one scan and returns how many bytes of `data` it takes.
    fn scan(&mut self, header: &[u8], data: &[u8]) -> Option<usize> {
        self.scans += 1;
        let frame = self.frame.as_mut()?;
        let scan = Scan::parse(header, frame)?;
        if self.scans > MAX_SCANS {
            return None;
        }
        let mut bits = Bits::new(data);
        let mut eob_run = 0;
        let mut until_restart = self.restart_interval;
        for mcu in 0..scan.mcus(frame) {
            if self.restart_interval > 0 && until_restart == 0 {
                bits.restart()?;
                (eob_run, until_restart) = (0, self.restart_interval);
            }
            until_restart = until_restart.wrapping_sub(1);
            for &(index, dc, ac) in &scan.members {
                let component = &mut frame.components[index];
                let (dc, ac) = (self.dc[dc].as_ref(), self.ac[ac].as_ref());
                let blocks =
                    if scan.members.len() == 1 { 1 } else { component.horizontal * component.vertical };
                for block in 0..blocks {
                    if frame.progressive {
                        let at = component.block_index(mcu, block, scan.members.len() == 1);
                        scan.progressive_block(
                            &mut bits,
                            dc,
                            ac,
                            component.nonzero.get_mut(at)?,
                            &mut eob_run,
                        )?;
                    } else {
                        sequential_block(&mut bits, dc?, ac?)?;
                    }
                }
            }
        }
        for &(index, ..) in &scan.members {
            scan.note_sent(&mut frame.components[index].sent_down_to, frame.progressive)?;
        }
        Some(bits.taken())
    }
}

impl Component {
    /// Where a block of this component lies in its padded grid.
    fn block_index(&self, mcu: usize, block: usize, alone: bool) -> usize {
        if alone {
            return mcu / self.columns * self.stride + mcu % self.columns;
        }
        let mcus_per_row = self.stride / self.horizontal;
        let row = mcu / mcus_per_row * self.vertical + block / self.horizontal;
        row * self.stride + mcu % mcus_per_row * self.horizontal + block % self.horizontal
    }
}

impl Scan {
    fn parse(header: &[u8], frame: &Frame) -> Option<Scan> {
        let (&count, rest) = header.split_first()?;
        let count = usize::from(count);
        let (specs, tail) = rest.split_at_checked(2 * count)?;
        let &[first, last, approximation, ..] = tail else { return None };
        let mut members = Vec::new();
        for spec in specs.chunks(2) {
            let index = frame.components.iter().position(|component| component.id == spec[0])?;
            members.push((index, usize::from(spec[1] >> 4), usize::from(spec[1] & 15)));
        }
        let (first, last) = (usize::from(first), usize::from(last));
        let scan = Scan { members, first, last, high: approximation >> 4, low: approximation & 15 };
        let tables_exist = scan.members.iter().all(|&(_, dc, ac)| dc < 4 && ac < 4);
        let band_is_sound = !frame.progressive
            || (first <= last && last < 64 && if first == 0 { last == 0 } else { count == 1 });
        ((1..=4).contains(&count) && tables_exist && band_is_sound).then_some(scan)
    }

    fn mcus(&self, frame: &Frame) -> usize {
        if let [(index, ..)] = self.members[..] {
            let component = &frame.components[index];
            return component.columns * component.rows;
        }
        let max_h = frame.components.iter().map(|c| c.horizontal).max().unwrap_or(1);
        let max_v = frame.components.iter().map(|c| c.vertical).max().unwrap_or(1);
        frame.width.div_ceil(8 * max_h) * frame.height.div_ceil(8 * max_v)
    }

    fn note_sent(&self, sent: &mut [Option<u8>; 64], progressive: bool) -> Option<()> {
        if !progressive {
            sent[0] = Some(0);
            return Some(());
        }
        for bit in &mut sent[self.first..=self.last] {
            // A refinement goes one bit below what was sent before.
            if self.high > 0 && *bit != Some(self.high) {
                return None;
            }
            *bit = Some(self.low);
        }
        Some(())
    }

    fn progressive_block(
        &self,
        bits: &mut Bits,
        dc: Option<&Huffman>,
        ac: Option<&Huffman>,
        nonzero: &mut u64,
        eob_run: &mut u32,
    ) -> Option<()> {
        match (self.first, self.high) {
            (0, 0) => bits.symbol(dc?).and_then(|size| bits.skip(size.into())),
            (0, _) => bits.skip(1),
            (_, 0) => self.first_ac(bits, ac?, nonzero, eob_run),
            _ => self.refine_ac(bits, ac?, nonzero, eob_run),
        }
    }

    fn first_ac(&self, bits: &mut Bits, table: &Huffman, nonzero: &mut u64, eob_run: &mut u32) -> Option<()> {
        if *eob_run > 0 {
            *eob_run -= 1;
            return Some(());
        }
        let mut k = self.first;
        while k <= self.last {
            let symbol = bits.symbol(table)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 {
                if run < 15 {
                    *eob_run = (1 << run) - 1 + bits.take(run as u32)?;
                    return Some(());
                }
                k += 16;
            } else {
                k += run;
                if k > self.last {
                    return None;
                }
                bits.skip(size)?;
                *nonzero |= 1 << k;
                k += 1;
            }
        }
        Some(())
    }

    fn refine_ac(
        &self,
        bits: &mut Bits,
        table: &Huffman,
        nonzero: &mut u64,
        eob_run: &mut u32,
    ) -> Option<()> {
        let mut k = self.first;
        if *eob_run == 0 {
            while k <= self.last {
                let symbol = bits.symbol(table)?;
                let (mut run, size) = (symbol >> 4, symbol & 15);
                if size == 0 && run < 15 {
                    *eob_run = (1 << run) + bits.take(run.into())?;
                    break;
                }
                // The sign of a coefficient that becomes nonzero; a run of 16 zeros (0xf0) has none.
                bits.skip(size.into())?;
                while k <= self.last {
                    if *nonzero >> k & 1 == 1 {
                        bits.skip(1)?;
                    } else if run == 0 {
                        break;
                    } else {
                        run -= 1;
                    }
                    k += 1;
                }
                if size > 0 && k <= self.last {
                    *nonzero |= 1 << k;
                }
                k += 1;
            }
        }
        if *eob_run > 0 {
            if k <= self.last {
                let rest = (*nonzero >> k) & (u64::MAX >> (63 - (self.last - k)));
                bits.skip(rest.count_ones())?;
            }
            *eob_run -= 1;
        }
        Some(())
    }
}

fn sequential_block(bits: &mut Bits, dc: &Huffman, ac: &Huffman) -> Option<()> {
    let size = bits.symbol(dc)?;
    bits.skip(size.into())?;
    let mut k = 1;
    while k < 64 {
        let symbol = bits.symbol(ac)?;
        let (run, size) = (symbol >> 4, symbol & 15);
        if size == 0 && run < 15 {
            break;
        }
        bits.skip(size.into())?;
        k += run + 1;
    }
    Some(())
}

const LOOKUP_BITS: u32 = 9;

/// Canonical Huffman codes (T.81, annex C): a table for short codes, the first code of each length for the rest.
struct Huffman {
    /// Length and symbol by the next nine bits; length 0 for longer codes.
    lookup: Box<[(u8, u8); 1 << LOOKUP_BITS]>,
    /// By length: one more than its last code, aligned to 16 bits, and what to add to a code to get its symbol's place.
    lengths: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl Huffman {
    fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Huffman> {
        let mut lookup = Box::new([(0, 0); 1 << LOOKUP_BITS]);
        let mut lengths = [(0, 0); 17];
        let (mut code, mut place) = (0_u32, 0_usize);
        for length in 1..=16_u32 {
            let count = usize::from(counts[length as usize - 1]);
            lengths[length as usize].1 = place as i32 - code as i32;
            for &symbol in &symbols[place..place + count] {
                if length <= LOOKUP_BITS {
                    let start = (code << (LOOKUP_BITS - length)) as usize;
                    lookup
                        .get_mut(start..start + (1 << (LOOKUP_BITS - length)))?
                        .fill((length as u8, symbol));
                }
                code += 1;
            }
            if code > 1 << length {
                return None;
            }
            place += count;
            lengths[length as usize].0 = code << (16 - length);
            code <<= 1;
        }
        Some(Huffman { lookup, lengths, symbols: symbols.to_vec() })
    }
}

/// The bits of one scan, without the stuffed zero bytes, up to the first marker.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    buffer: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(data: &'a [u8]) -> Self {
        Bits { data, at: 0, buffer: 0, count: 0 }
    }

    /// Tops the buffer up to over 56 bits, or to what is left before the next marker.
    fn fill(&mut self) {
        while self.count <= 56 {
            let Some(&byte) = self.data.get(self.at) else { return };
            if byte == 0xff {
                if self.data.get(self.at + 1) != Some(&0) {
                    return;
                }
                self.at += 1;
            }
            self.at += 1;
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    fn skip(&mut self, bits: u32) -> Option<()> {
        if self.count < bits {
            self.fill();
        }
        // At most 64, for the correction bits of one block; the codes themselves are far shorter.
        if bits > self.count {
            let rest = bits - self.count;
            if rest > 32 || self.count == 0 {
                return None;
            }
            (self.buffer, self.count) = (0, 0);
            return self.skip(rest);
        }
        self.buffer = self.buffer.checked_shl(bits).unwrap_or(0);
        self.count -= bits;
        Some(())
    }

    fn take(&mut self, bits: u32) -> Option<u32> {
        if bits == 0 {
            return Some(0);
        }
        if self.count < bits {
            self.fill();
        }
        let value = (self.buffer >> (64 - bits)) as u32;
        self.skip(bits)?;
        Some(value)
    }

    fn symbol(&mut self, table: &Huffman) -> Option<u8> {
        if self.count < 16 {
            self.fill();
        }
        let (length, symbol) = table.lookup[(self.buffer >> (64 - LOOKUP_BITS)) as usize];
        if length > 0 {
            self.skip(length.into())?;
            return Some(symbol);
        }
        let next = (self.buffer >> 48) as u32;
        let length = (LOOKUP_BITS + 1..=16).find(|&length| next < table.lengths[length as usize].0)?;
        let place = (next >> (16 - length)) as i32 + table.lengths[length as usize].1;
        self.skip(length)?;
        table.symbols.get(usize::try_from(place).ok()?).copied()
    }

    /// Goes on behind the next restart marker; anything before it but padding is none of the picture.
    fn restart(&mut self) -> Option<()> {
        self.at = self.taken();
        let &[0xff, RST0..=RST7] = self.data.get(self.at..self.at + 2)? else { return None };
        (self.at, self.buffer, self.count) = (self.at + 2, 0, 0);
        Some(())
    }

    /// Where the marker that ends the entropy-coded data lies.
    fn taken(&self) -> usize {
        let mut at = self.at;
        while let Some(offset) = self.data[at..].iter().position(|&byte| byte == 0xff) {
            at += offset;
            match self.data.get(at + 1) {
                Some(0) => at += 2,
                Some(0xff) => at += 1,
                _ => return at,
            }
        }
        self.data.len()
    }
}

#[cfg(test)]
mod tests {
    use super::check_scans_complete;

    const PHOTOS: [&[u8]; 4] = [
        include_bytes!("../../../tests/golden/images/exif-1.jpg"),
        include_bytes!("../../../tests/golden/images/astronaut-progressive.jpg"),
        include_bytes!("../../../tests/golden/images/astronaut-restart.jpg"),
        include_bytes!("../../../tests/golden/images/astronaut-gray.jpg"),
    ];

    #[test]
    fn whole_pictures_pass_also_without_an_end_marker() {
        for photo in PHOTOS {
            assert!(check_scans_complete(photo).is_ok());
            assert!(check_scans_complete(&photo[..photo.len() - 2]).is_ok());
            assert!(check_scans_complete(&[photo, b"behind the end"].concat()).is_ok());
        }
    }

    #[test]
    fn every_cut_is_noticed_also_with_an_end_marker_put_behind_it() {
        for photo in PHOTOS {
            // The last byte may hold padding only; the one before it does not in these pictures.
            let ends = (2..photo.len() - 4).step_by(7).chain(photo.len() - 40..photo.len() - 4);
            for end in ends {
                assert!(check_scans_complete(&photo[..end]).is_err(), "cut at {end} of {}", photo.len());
                let ended = [&photo[..end], &[0xff, 0xd9]].concat();
                assert!(check_scans_complete(&ended).is_err(), "cut and ended at {end} of {}", photo.len());
            }
        }
    }

    #[test]
    fn damage_never_panics() {
        for photo in PHOTOS {
            for at in (0..photo.len()).step_by(31) {
                let mut damaged = photo.to_vec();
                damaged[at] = damaged[at].wrapping_add(0x55);
                let _ = check_scans_complete(&damaged);
            }
        }
    }
}
