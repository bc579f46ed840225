//! Huffman codes (ITU-T T.81, annexes C and F) and the bits that they are read from.

/// Codes up to this length take one lookup, together with the values that follow them if both fit.
const LOOKUP_BITS: u32 = 11;

/// One lookup skips as many whole codes with their values as fit into this many bits.
const SKIP_BITS: u32 = 12;

/// What a code means: a run of zeros, and the size of the value that follows, or the value itself if both fit the
/// lookup.
#[derive(Clone, Copy, Default)]
pub(super) struct Step {
    /// Bits to consume; 0 marks a code too long for the lookup.
    length: u8,
    pub(super) run: u8,
    /// Bits of the value.
    pub(super) size: u8,
    /// Whether `value` holds the value and `length` includes its bits.
    complete: bool,
    value: i16,
}

/// Several codes with their values at once, for coefficients that are not needed.
#[derive(Clone, Copy, Default)]
struct Leap {
    /// Bits to consume; 0 if no code fits.
    length: u8,
    /// How many coefficients the codes stand for.
    advance: u8,
    ends_block: bool,
}

/// A canonical code: lookups for short codes, the end of each length's codes for the rest.
pub(super) struct Table {
    steps: Box<[Step; 1 << LOOKUP_BITS]>,
    leaps: Option<Box<[Leap; 1 << SKIP_BITS]>>,
    /// By length: its last code plus one, aligned to 16 bits, and the offset from a code to its symbol's index.
    lengths: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl Table {
    /// `None` if the counts do not form a prefix code. `skipping` builds the lookup for [`Bits::skip_block`].
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8], skipping: bool) -> Option<Table> {
        let mut steps = Box::new([Step::default(); 1 << LOOKUP_BITS]);
        let mut lengths = [(0, 0); 17];
        let (mut code, mut place) = (0_u32, 0_usize);
        for length in 1..=16_u32 {
            let count = usize::from(counts[length as usize - 1]);
            if code + count as u32 > 1 << length {
                return None;
            }
            lengths[length as usize].1 = place as i32 - code as i32;
            for &symbol in &symbols[place..place + count] {
                if length <= LOOKUP_BITS {
                    let start = code << (LOOKUP_BITS - length);
                    for next in start..start + (1 << (LOOKUP_BITS - length)) {
                        steps[next as usize] = Step::new(symbol, length, next);
                    }
                }
                code += 1;
            }
            place += count;
            lengths[length as usize].0 = code << (16 - length);
            code <<= 1;
        }
        let leaps = skipping.then(|| leaps(&steps));
        Some(Table { steps, leaps, lengths, symbols: symbols.to_vec() })
    }
}

impl Step {
    /// The step for a code of `length` bits at the start of `next`, the bits that index the lookup.
    fn new(symbol: u8, length: u32, next: u32) -> Step {
        let (run, size) = (symbol >> 4, symbol & 15);
        let total = length + u32::from(size);
        let complete = total <= LOOKUP_BITS;
        let value = if complete && size > 0 {
            extend(next >> (LOOKUP_BITS - total) & ((1 << size) - 1), size)
        } else {
            0
        };
        let length = if complete { total } else { length } as u8;
        Step { length, run, size, complete, value: value as i16 }
    }
}

fn leaps(steps: &[Step; 1 << LOOKUP_BITS]) -> Box<[Leap; 1 << SKIP_BITS]> {
    let mut leaps = Box::new([Leap::default(); 1 << SKIP_BITS]);
    for (next, leap) in leaps.iter_mut().enumerate() {
        loop {
            let rest = (next << leap.length) & ((1 << SKIP_BITS) - 1);
            let step = steps[rest >> (SKIP_BITS - LOOKUP_BITS)];
            let length = leap.length + step.length + if step.complete { 0 } else { step.size };
            if step.length == 0 || u32::from(length) > SKIP_BITS || leap.advance > 40 {
                break;
            }
            leap.length = length;
            if step.size == 0 && step.run < 15 {
                leap.ends_block = true;
                break;
            }
            leap.advance += step.run + 1;
        }
    }
    leaps
}

/// The value that `size` bits stand for: those with a leading zero are negative (T.81, figure F.12).
fn extend(bits: u32, size: u8) -> i32 {
    let bits = bits as i32;
    if bits >> (size - 1) == 0 { bits - (1 << size) + 1 } else { bits }
}

/// The bits of one scan, without the stuffed zero bytes, up to the first marker, and then zeros, which are counted.
#[derive(Clone)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next `count` bits, from the top. Below them may lie the first of the following bits.
    buffer: u64,
    count: u32,
    /// How many zeros in all were added after the end of the data.
    padding: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Bits { data, at: 0, buffer: 0, count: 0, padding: 0 }
    }

    /// Ensures that at least 32 bits are in the buffer.
    #[inline(always)]
    fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        match self.data.get(self.at..).and_then(<[u8]>::first_chunk) {
            Some(&bytes) if !contains_ff(u64::from_be_bytes(bytes)) => {
                let whole = (63 - self.count) / 8;
                self.buffer |= u64::from_be_bytes(bytes) >> self.count;
                self.at += whole as usize;
                self.count += 8 * whole;
            }
            _ => self.fill_bytewise(),
        }
    }

    #[cold]
    fn fill_bytewise(&mut self) {
        while self.count <= 56 {
            let (byte, length) = match self.data.get(self.at..) {
                Some(&[0xff, 0, ..]) => (0xff, 2),
                Some(&[byte, ..]) if byte != 0xff => (byte, 1),
                _ => {
                    self.padding = self.padding.saturating_add(64 - self.count);
                    self.count = 64;
                    return;
                }
            };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
            self.at += length;
        }
    }

    /// Whether more bits were consumed than the data has.
    #[inline(always)]
    pub(super) fn overrun(&self) -> bool {
        self.count < self.padding
    }

    #[inline(always)]
    fn consume(&mut self, bits: u32) {
        self.buffer <<= bits;
        self.count -= bits;
    }

    /// At most 32 bits as a number.
    #[inline(always)]
    pub(super) fn take(&mut self, bits: u32) -> u32 {
        self.fill();
        // Two shifts, because one shift by 64 would overflow.
        let value = (self.buffer >> 1 >> (63 - bits)) as u32;
        self.consume(bits);
        value
    }

    /// Any number of bits.
    pub(super) fn skip(&mut self, mut bits: u32) {
        while bits > 0 {
            let part = bits.min(32);
            self.take(part);
            bits -= part;
        }
    }

    /// The next code with its run; [`value`](Self::value) reads its value, if it has one. `None`: no such code.
    #[inline(always)]
    pub(super) fn step(&mut self, table: &Table) -> Option<Step> {
        self.fill();
        let step = table.steps[(self.buffer >> (64 - LOOKUP_BITS)) as usize];
        if step.length == 0 {
            return self.long_step(table);
        }
        self.consume(step.length.into());
        Some(step)
    }

    #[cold]
    fn long_step(&mut self, table: &Table) -> Option<Step> {
        let next = (self.buffer >> 48) as u32;
        let length = (LOOKUP_BITS + 1..=16).find(|&length| next < table.lengths[length as usize].0)?;
        let place = (next >> (16 - length)) as i32 + table.lengths[length as usize].1;
        let symbol = *table.symbols.get(usize::try_from(place).ok()?)?;
        self.consume(length);
        Some(Step { run: symbol >> 4, size: symbol & 15, ..Step::default() })
    }

    /// The value that follows the code of `step`; 0 if it has none.
    #[inline(always)]
    pub(super) fn value(&mut self, step: Step) -> i32 {
        if step.complete { step.value.into() } else { self.signed(step.size) }
    }

    /// A value of `size` bits, at most 16.
    #[inline(always)]
    pub(super) fn signed(&mut self, size: u8) -> i32 {
        if size == 0 {
            return 0;
        }
        let bits = self.take(size.into());
        extend(bits, size)
    }

    /// Skips the coefficients of a block from `k` on.
    #[inline(always)]
    pub(super) fn skip_block(&mut self, table: &Table, mut k: usize) -> Option<()> {
        let leaps = table.leaps.as_deref();
        while k < 64 {
            self.fill();
            let leap = leaps.map_or_else(Leap::default, |l| l[(self.buffer >> (64 - SKIP_BITS)) as usize]);
            if leap.length > 0 && k + usize::from(leap.advance) < 64 {
                self.consume(leap.length.into());
                if leap.ends_block {
                    break;
                }
                k += usize::from(leap.advance);
                continue;
            }
            let step = self.step(table)?;
            if step.size == 0 && step.run < 15 {
                break;
            }
            self.value(step);
            k += usize::from(step.run) + 1;
        }
        Some(())
    }

    /// Continues after the next restart marker. Nothing but padding should precede it; what does is skipped.
    pub(super) fn restart(&mut self) -> Option<()> {
        let at = self.end();
        let &[0xff, 0xd0..=0xd7] = self.data.get(at..at + 2)? else { return None };
        if self.overrun() {
            return None;
        }
        *self = Bits { at: at + 2, ..Bits::new(self.data) };
        Some(())
    }

    /// The position of the marker that ends the entropy-coded data.
    pub(super) fn end(&self) -> usize {
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

/// Whether one of eight bytes is 0xff: the usual test for a zero byte, applied to the complement.
#[inline(always)]
fn contains_ff(bytes: u64) -> bool {
    (!bytes).wrapping_sub(0x0101_0101_0101_0101) & bytes & 0x8080_8080_8080_8080 != 0
}
