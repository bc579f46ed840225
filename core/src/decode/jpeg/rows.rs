//! Samples of the components to rows of RGB pixels: upsampling and colour, with libjpeg's rounding.

use super::headers::Colour;

/// The samples of one component: two rows of MCUs of the window, used in turn.
pub(super) struct Plane {
    samples: Vec<u8>,
    stride: usize,
    /// Rows of samples that it has room for.
    room: usize,
    /// Output pixels per sample, across and down, as fractions.
    across: (usize, usize),
    down: (usize, usize),
    /// The end of the real samples in the window; after it, the last is repeated.
    width: usize,
    height: usize,
}

/// Where a plane lies in its window and how large the window is, in samples.
pub(super) struct Extent {
    /// Samples in a row, padding included, and the real ones among them.
    pub(super) stride: usize,
    pub(super) width: usize,
    /// Rows in one row of MCUs, and the real ones in the window.
    pub(super) mcu_rows: usize,
    pub(super) height: usize,
    /// Output pixels per MCU and samples per MCU, across and down.
    pub(super) across: (usize, usize),
    pub(super) down: (usize, usize),
}

impl Plane {
    pub(super) fn new(extent: &Extent) -> Plane {
        Plane {
            samples: vec![0; 2 * extent.mcu_rows * extent.stride],
            stride: extent.stride,
            room: 2 * extent.mcu_rows,
            across: extent.across,
            down: extent.down,
            width: extent.width,
            height: extent.height,
        }
    }

    /// Where a block whose first sample is at `x`, `y` of the window is written, and the distance between its rows.
    pub(super) fn block(&mut self, x: usize, y: usize) -> (&mut [u8], usize) {
        (&mut self.samples[y % self.room * self.stride + x..], self.stride)
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.samples[y % self.room * self.stride..][..self.width]
    }

    /// The samples of output row `y`, stretched to the output's width.
    fn stretched<'p>(&'p self, y: usize, scratch: &'p mut Vec<u8>, near: &mut Vec<i16>) -> &'p [u8] {
        let smooth = self.width > 2;
        let doubled = |ratio: (usize, usize)| ratio.0 == 2 * ratio.1;
        let even = |ratio: (usize, usize)| ratio.0 == ratio.1;
        // libjpeg uses the row above or below only for components that are halved vertically.
        if doubled(self.down) && ((smooth && doubled(self.across)) || even(self.across)) {
            let middle = y / 2;
            let other = if y.is_multiple_of(2) {
                middle.saturating_sub(1)
            } else {
                (middle + 1).min(self.height - 1)
            };
            let (middle, other) = (self.row(middle.min(self.height - 1)), self.row(other));
            if even(self.across) {
                let bias = 1 + (y % 2) as u16;
                let mix = |(a, b): (&u8, &u8)| ((3 * u16::from(*a) + u16::from(*b) + bias) >> 2) as u8;
                scratch.clear();
                scratch.extend(middle.iter().zip(other).map(mix));
            } else {
                near.clear();
                near.extend(middle.iter().zip(other).map(|(a, b)| 3 * i16::from(*a) + i16::from(*b)));
                double_smoothly(near, 4, 8, 7, scratch);
            }
            return scratch;
        }
        let row = self.row((y * self.down.1 / self.down.0).min(self.height - 1));
        if even(self.across) {
            return row;
        }
        if smooth && doubled(self.across) && even(self.down) {
            near.clear();
            near.extend(row.iter().map(|&sample| i16::from(sample)));
            double_smoothly(near, 2, 1, 2, scratch);
        } else {
            let width = self.width * self.across.0 / self.across.1;
            scratch.clear();
            scratch.extend((0..width).map(|x| row[x * self.across.1 / self.across.0]));
        }
        scratch
    }
}

/// Doubles the samples: each is a mean of the nearest, weighted three quarters, and the next, one quarter. The sums
/// have
/// `bits` fraction bits. The biases of left and right samples differ, so that rounding favours neither.
fn double_smoothly(row: &[i16], bits: u32, left: i16, right: i16, doubled: &mut Vec<u8>) {
    let last = row.len() - 1;
    doubled.clear();
    doubled.resize(2 * row.len(), 0);
    let ends = [(0, 0, left), (2 * last + 1, last, right)];
    for (pair, near) in doubled[1..=2 * last].chunks_exact_mut(2).zip(row.windows(2)) {
        pair[0] = ((3 * near[0] + near[1] + right) >> bits) as u8;
        pair[1] = ((3 * near[1] + near[0] + left) >> bits) as u8;
    }
    for (to, from, bias) in ends {
        doubled[to] = ((4 * row[from] + bias) >> bits) as u8;
    }
}

/// All planes of a picture, and the buffers for making rows of pixels from them.
pub(super) struct Rows {
    pub(super) planes: Vec<Plane>,
    colour: Colour,
    /// A stretched row of each component, and a row before it is narrowed to bytes.
    scratch: [Vec<u8>; 4],
    near: Vec<i16>,
}

impl Rows {
    pub(super) fn new(planes: Vec<Plane>, colour: Colour) -> Rows {
        Rows { planes, colour, scratch: Default::default(), near: Vec::new() }
    }

    /// Pixels `x` of row `y` of the window.
    pub(super) fn rgb(&mut self, y: usize, x: std::ops::Range<usize>, pixels: &mut [u8]) {
        let mut rows: [&[u8]; 4] = [&[]; 4];
        for ((row, plane), scratch) in rows.iter_mut().zip(&self.planes).zip(&mut self.scratch) {
            *row = &plane.stretched(y, scratch, &mut self.near)[x.clone()];
        }
        convert(self.colour, rows, pixels);
    }
}

fn convert(colour: Colour, [a, b, c, d]: [&[u8]; 4], line: &mut [u8]) {
    let pixels = line.chunks_exact_mut(3);
    match colour {
        Colour::Gray => pixels.zip(a).for_each(|(pixel, &level)| pixel.fill(level)),
        Colour::Rgb | Colour::Cmyk => {
            pixels.zip(a).zip(b).zip(c).for_each(|(((pixel, &r), &g), &b)| pixel.copy_from_slice(&[r, g, b]));
        }
        Colour::YCbCr | Colour::Ycck => {
            let parts = line.chunks_mut(3 * PART).zip(a.chunks(PART)).zip(b.chunks(PART)).zip(c.chunks(PART));
            parts.for_each(|(((pixels, y), cb), cr)| rgb_from_ycc(y, cb, cr, pixels));
        }
    }
    let pixels = line.chunks_exact_mut(3).zip(d);
    match colour {
        Colour::Cmyk => {
            pixels.for_each(|(pixel, &black)| pixel.iter_mut().for_each(|v| *v = darken(*v, black)));
        }
        Colour::Ycck => {
            pixels.for_each(|(pixel, &black)| pixel.iter_mut().for_each(|v| *v = darken(255 - *v, black)));
        }
        _ => {}
    }
}

/// The product of two fractions of 255, rounded.
fn darken(light: u8, black: u8) -> u8 {
    let product = u32::from(light) * u32::from(black) + 128;
    ((product + (product >> 8)) >> 8) as u8
}

/// Pixels converted at a time, first channel by channel, so that the loop can be vectorised.
const PART: usize = 64;

/// JFIF's conversion with 16 fraction bits. The integers nearest to the factors are applied outside the products, so
/// that the remaining factors fit 16 bits.
fn rgb_from_ycc(y: &[u8], cb: &[u8], cr: &[u8], pixels: &mut [u8]) {
    const HALF: i32 = 1 << 15;
    let mut channels = [[0; PART]; 3];
    let [red, green, blue] = &mut channels;
    let places = red.iter_mut().zip(green).zip(blue).zip(y).zip(cb).zip(cr);
    for (((((red, green), blue), &y), &cb), &cr) in places {
        let (y, cb, cr) = (i16::from(y), i16::from(cb) - 128, i16::from(cr) - 128);
        let (wide_cb, wide_cr) = (i32::from(cb), i32::from(cr));
        let part = |value: i32| ((value + HALF) >> 16) as i16;
        *red = (y + cr + part(26_345 * wide_cr)).clamp(0, 255) as u8;
        *green = (y - cr + part(-22_554 * wide_cb + 18_734 * wide_cr)).clamp(0, 255) as u8;
        *blue = (y + 2 * cb + part(-14_942 * wide_cb)).clamp(0, 255) as u8;
    }
    for (i, pixel) in pixels.chunks_exact_mut(3).enumerate().take(PART) {
        pixel.copy_from_slice(&[channels[0][i], channels[1][i], channels[2][i]]);
    }
}
