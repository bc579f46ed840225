//! The segments of a JPEG (T.81, annex B): the frame, its tables, and the header of each scan.

use std::sync::Arc;

use super::huffman::Table;

/// Zigzag order: the index in an 8x8 block of each coefficient, in the order of sending.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The picture as its header describes it.
pub(super) struct Frame {
    pub(super) progressive: bool,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) components: Vec<Component>,
    /// The largest sampling factors, and so the size of an MCU in blocks of 8x8 pixels.
    pub(super) most: (usize, usize),
    /// The picture's size in MCUs.
    pub(super) mcus: (usize, usize),
}

/// One colour channel.
pub(super) struct Component {
    id: u8,
    /// Sampling factors: blocks in an MCU, across and down.
    pub(super) across: usize,
    pub(super) down: usize,
    /// Blocks in this component's grid, as a scan of this component alone holds them.
    pub(super) columns: usize,
    pub(super) rows: usize,
    quantizer: usize,
    /// The divisors in zigzag order, as they were when the component's first scan began.
    pub(super) divisors: Option<[u16; 64]>,
}

/// How the components encode colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Colour {
    Gray,
    Rgb,
    YCbCr,
    /// Inverted, as Adobe writes it and as files have it in practice.
    Cmyk,
    Ycck,
}

/// One scan: which coefficients it holds, and for each component its index in the frame and its tables.
pub(super) struct Scan {
    pub(super) members: Vec<Member>,
    pub(super) first: usize,
    pub(super) last: usize,
    /// The lowest bit sent before this scan, and the lowest that it sends.
    pub(super) high: u8,
    pub(super) low: u8,
    pub(super) restart_interval: usize,
}

pub(super) struct Member {
    pub(super) component: usize,
    pub(super) dc: Option<Arc<Table>>,
    pub(super) ac: Option<Arc<Table>>,
}

/// The state set by the segments before a scan.
#[derive(Default)]
pub(super) struct Settings<'a> {
    dc: [Option<Code<'a>>; 4],
    ac: [Option<Code<'a>>; 4],
    quantizers: [Option<[u16; 64]>; 4],
    restart_interval: usize,
    jfif: bool,
    adobe: Option<u8>,
    pub(super) exif: Option<&'a [u8]>,
}

/// The definition of a Huffman table. The table itself is built only for a scan that uses it.
struct Code<'a> {
    counts: &'a [u8; 16],
    symbols: &'a [u8],
    table: Option<Arc<Table>>,
}

impl Frame {
    /// `None`: damaged.
    pub(super) fn parse(segment: &[u8], progressive: bool) -> Option<Frame> {
        let &[_precision, h1, h0, w1, w0, count, ref rest @ ..] = segment else { return None };
        let height = usize::from(u16::from_be_bytes([h1, h0]));
        let width = usize::from(u16::from_be_bytes([w1, w0]));
        let specs = rest.get(..3 * usize::from(count))?;
        let factors = |spec: &[u8]| (usize::from(spec[1] >> 4), usize::from(spec[1] & 15));
        let most =
            (specs.chunks(3).map(|s| factors(s).0).max()?, specs.chunks(3).map(|s| factors(s).1).max()?);
        let mut components = Vec::new();
        for spec in specs.chunks(3) {
            let (across, down) = factors(spec);
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) {
                return None;
            }
            components.push(Component {
                id: spec[0],
                across,
                down,
                columns: (width * across).div_ceil(8 * most.0),
                rows: (height * down).div_ceil(8 * most.1),
                quantizer: usize::from(spec[2]),
                divisors: None,
            });
        }
        let mcus = (width.div_ceil(8 * most.0), height.div_ceil(8 * most.1));
        Some(Frame { progressive, width, height, components, most, mcus })
    }

    /// Determined as in libjpeg: by the JFIF and Adobe segments, else by the components' identifiers. `None`: unknown.
    pub(super) fn colour(&self, settings: &Settings<'_>) -> Option<Colour> {
        let ids: Vec<u8> = self.components.iter().map(|component| component.id).collect();
        match (ids.as_slice(), settings.adobe) {
            ([_], _) => Some(Colour::Gray),
            ([_, _, _], _) if settings.jfif => Some(Colour::YCbCr),
            ([_, _, _], Some(0)) | (b"RGB", None) => Some(Colour::Rgb),
            ([_, _, _], _) => Some(Colour::YCbCr),
            ([_, _, _, _], Some(2)) => Some(Colour::Ycck),
            ([_, _, _, _], _) => Some(Colour::Cmyk),
            _ => None,
        }
    }
}

impl<'a> Settings<'a> {
    /// Reads a segment that is neither frame nor scan. `None`: damaged.
    pub(super) fn segment(&mut self, marker: u8, segment: &'a [u8]) -> Option<()> {
        match marker {
            0xc4 => self.huffman_tables(segment)?,
            0xdb => self.quantizers(segment)?,
            0xdd => self.restart_interval = usize::from(u16::from_be_bytes(*segment.first_chunk()?)),
            0xe0 => self.jfif |= segment.starts_with(b"JFIF\0"),
            0xe1 if self.exif.is_none() => self.exif = segment.strip_prefix(b"Exif\0\0"),
            0xee if segment.starts_with(b"Adobe") => self.adobe = segment.get(11).copied().or(self.adobe),
            _ => {}
        }
        Some(())
    }

    fn huffman_tables(&mut self, mut segment: &'a [u8]) -> Option<()> {
        while let [class_and_slot, rest @ ..] = segment {
            let counts: &[u8; 16] = rest.first_chunk()?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let symbols = rest[16..].get(..total)?;
            let class = if class_and_slot >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *class.get_mut(usize::from(class_and_slot & 15))? = Some(Code { counts, symbols, table: None });
            segment = &rest[16 + total..];
        }
        Some(())
    }

    fn quantizers(&mut self, mut segment: &'a [u8]) -> Option<()> {
        while let [precision_and_slot, rest @ ..] = segment {
            let wide = precision_and_slot >> 4 != 0;
            let bytes = rest.get(..if wide { 128 } else { 64 })?;
            let divisor = |k: usize| {
                if wide { u16::from_be_bytes([bytes[2 * k], bytes[2 * k + 1]]) } else { bytes[k].into() }
            };
            *self.quantizers.get_mut(usize::from(precision_and_slot & 15))? =
                Some(std::array::from_fn(divisor));
            segment = &rest[bytes.len()..];
        }
        Some(())
    }

    /// Reads a scan's header, and sets the divisors of the components whose first scan this is. `None`: damaged.
    pub(super) fn scan(&mut self, header: &[u8], frame: &mut Frame, skipping: bool) -> Option<Scan> {
        let (&count, rest) = header.split_first()?;
        let count = usize::from(count);
        let (specs, tail) = rest.split_at_checked(2 * count)?;
        let &[first, last, approximation, ..] = tail else { return None };
        let (first, last) = (usize::from(first), usize::from(last));
        let (high, low) = (approximation >> 4, approximation & 15);
        let band_is_sound = !frame.progressive
            || (first <= last && last < 64 && if first == 0 { last == 0 } else { count == 1 });
        if !(1..=4).contains(&count) || !band_is_sound || low > 13 {
            return None;
        }
        let mut members: Vec<Member> = Vec::new();
        for spec in specs.chunks(2) {
            let index = frame.components.iter().position(|component| component.id == spec[0])?;
            if members.iter().any(|member| member.component == index) {
                return None;
            }
            let component = &mut frame.components[index];
            if component.divisors.is_none() {
                component.divisors = Some((*self.quantizers.get(component.quantizer)?)?);
            }
            let needs_dc = !frame.progressive || (first == 0 && high == 0);
            let needs_ac = !frame.progressive || first > 0;
            members.push(Member {
                component: index,
                dc: if needs_dc { Some(ready(&mut self.dc, spec[1] >> 4, false)?) } else { None },
                ac: if needs_ac { Some(ready(&mut self.ac, spec[1] & 15, skipping)?) } else { None },
            });
        }
        Some(Scan { members, first, last, high, low, restart_interval: self.restart_interval })
    }
}

fn ready(codes: &mut [Option<Code<'_>>; 4], slot: u8, skipping: bool) -> Option<Arc<Table>> {
    let code = codes.get_mut(usize::from(slot))?.as_mut()?;
    if code.table.is_none() {
        code.table = Some(Arc::new(Table::new(code.counts, code.symbols, skipping)?));
    }
    code.table.clone()
}
