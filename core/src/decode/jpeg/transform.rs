//! Coefficients to pixels: the inverse discrete cosine transform, of all frequencies or of the lowest only.

/// Fraction bits of the constants and of the values between the passes: those of libjpeg's accurate integer method, so
/// that the pixels are the same.
const CONSTANT_BITS: u32 = 13;
const PASS_BITS: u32 = 2;

/// A number in fixed point.
const fn fixed(value: f64) -> i32 {
    (value * (1 << CONSTANT_BITS) as f64 + 0.5) as i32
}

/// Writes the `side` x `side` pixels of a block, one for each of its kept coefficients, which `divisors` multiply.
pub(super) fn transform(
    side: usize,
    coefficients: &[i16],
    divisors: &[i32; 64],
    pixels: &mut [u8],
    stride: usize,
) {
    if side == 1 || coefficients[1..side * side].iter().all(|&value| value == 0) {
        let level = clamp(descale(i32::from(coefficients[0]).wrapping_mul(divisors[0]), 3));
        for row in pixels.chunks_mut(stride).take(side) {
            row[..side].fill(level);
        }
        return;
    }
    match side {
        2 => transform_2(coefficients, divisors, pixels, stride),
        4 => transform_4(coefficients, divisors, pixels, stride),
        _ => transform_8(coefficients, divisors, pixels, stride),
    }
}

fn descale(value: i32, bits: u32) -> i32 {
    value.wrapping_add(1 << (bits - 1)) >> bits
}

/// Adds the 128 that encoders subtract from samples.
fn clamp(value: i32) -> u8 {
    value.saturating_add(128).clamp(0, 255) as u8
}

/// The product of a coefficient and its divisor, which fits 16 bits in any valid picture.
fn product(coefficient: i16, divisor: i32) -> i32 {
    i32::from(coefficient.wrapping_mul(divisor as i16))
}

fn transform_2(coefficients: &[i16], divisors: &[i32; 64], pixels: &mut [u8], stride: usize) {
    let [a, b, c, d] = std::array::from_fn(|i| product(coefficients[i], divisors[i]));
    pixels[0] = clamp(descale(a + b + c + d, 3));
    pixels[1] = clamp(descale(a - b + c - d, 3));
    pixels[stride] = clamp(descale(a + b - c - d, 3));
    pixels[stride + 1] = clamp(descale(a - b - c + d, 3));
}

/// Four points: the even part is a sum and a difference, the odd one a rotation by an eighth of pi.
fn transform_4(coefficients: &[i16], divisors: &[i32; 64], pixels: &mut [u8], stride: usize) {
    const LONG: i32 = fixed(1.306_562_964_876_376_5);
    const SHORT: i32 = fixed(0.541_196_100_146_197);
    // Input and output have 16 bits, so that nothing overflows in between.
    let points = |v: [i32; 4], bits: u32| {
        let (sum, difference) = ((v[0] + v[2]) << CONSTANT_BITS, (v[0] - v[2]) << CONSTANT_BITS);
        let (outer, inner) = (LONG * v[1] + SHORT * v[3], SHORT * v[1] - LONG * v[3]);
        [sum + outer, difference + inner, difference - inner, sum - outer]
            .map(|value| descale(value, bits).clamp(i16::MIN.into(), i16::MAX.into()))
    };
    let columns: [[i32; 4]; 4] = std::array::from_fn(|x| {
        let column = std::array::from_fn(|y| product(coefficients[4 * y + x], divisors[4 * y + x]));
        points(column, CONSTANT_BITS - PASS_BITS)
    });
    for (y, row) in pixels.chunks_mut(stride).take(4).enumerate() {
        let line = points(std::array::from_fn(|x| columns[x][y]), CONSTANT_BITS + PASS_BITS + 3);
        row[..4].copy_from_slice(&line.map(clamp));
    }
}

/// Loeffler, Ligtenberg and Moschytz, "Practical Fast 1-D DCT Algorithms with 11 Multiplications", 1989: first all
/// columns side by side, then all rows.
fn transform_8(coefficients: &[i16], divisors: &[i32; 64], pixels: &mut [u8], stride: usize) {
    let coefficients = &coefficients[..64];
    let mut values = [[0_i16; 8]; 8];
    for (i, value) in values.as_flattened_mut().iter_mut().enumerate() {
        *value = coefficients[i].wrapping_mul(divisors[i] as i16);
    }
    eight_points(&mut values, CONSTANT_BITS - PASS_BITS);
    let mut values = transposed(&values);
    eight_points(&mut values, CONSTANT_BITS + PASS_BITS + 3);
    for (row, values) in pixels.chunks_mut(stride).zip(transposed(&values)) {
        let row: &mut [u8; 8] = row.first_chunk_mut().expect("a plane's rows hold whole blocks");
        for (pixel, value) in row.iter_mut().zip(values) {
            *pixel = value.saturating_add(128).clamp(0, 255) as u8;
        }
    }
}

fn transposed(v: &[[i16; 8]; 8]) -> [[i16; 8]; 8] {
    let mut out = [[0; 8]; 8];
    for y in 0..8 {
        for x in 0..8 {
            out[y][x] = v[x][y];
        }
    }
    out
}

/// The one-dimensional transform down each of eight columns: from 16 bits, through products of 32 bits, to 16 again.
#[inline(never)]
fn eight_points(v: &mut [[i16; 8]; 8], bits: u32) {
    let [v0, v1, v2, v3, v4, v5, v6, v7] = v;
    let columns = v0.iter_mut().zip(v1).zip(v2).zip(v3).zip(v4).zip(v5).zip(v6).zip(v7);
    for (((((((v0, v1), v2), v3), v4), v5), v6), v7) in columns {
        let values = column([*v0, *v1, *v2, *v3, *v4, *v5, *v6, *v7], bits);
        [*v0, *v1, *v2, *v3, *v4, *v5, *v6, *v7] = values;
    }
}

#[inline(always)]
fn column([v0, d, v2, c, v4, b, v6, a]: [i16; 8], bits: u32) -> [i16; 8] {
    // a * x + b * y
    let mix = |a: i16, x: i32, b: i16, y: i32| {
        (i32::from(a) * i32::from(x as i16)).wrapping_add(i32::from(b) * i32::from(y as i16))
    };
    let turned = fixed(0.541_196_100);
    let high = mix(v2, turned + fixed(0.765_366_865), v6, turned);
    let low = mix(v2, turned, v6, turned - fixed(1.847_759_065));
    let one = 1 << CONSTANT_BITS;
    let (plus, minus) = (mix(v0, one, v4, one), mix(v0, one, v4, -one));
    let even =
        [plus.wrapping_add(high), minus.wrapping_add(low), minus.wrapping_sub(low), plus.wrapping_sub(high)];
    let (ac, bd) = (a.wrapping_add(c), b.wrapping_add(d));
    let turned = fixed(1.175_875_602);
    let (ac, bd) = (
        mix(ac, turned - fixed(1.961_570_560), bd, turned),
        mix(bd, turned - fixed(0.390_180_644), ac, turned),
    );
    let (ad, bc) = (-fixed(0.899_976_223), -fixed(2.562_915_447));
    let odd = [
        mix(d, fixed(1.501_321_110) + ad, a, ad).wrapping_add(bd),
        mix(c, fixed(3.072_711_026) + bc, b, bc).wrapping_add(ac),
        mix(b, fixed(2.053_119_869) + bc, c, bc).wrapping_add(bd),
        mix(a, fixed(0.298_631_336) + ad, d, ad).wrapping_add(ac),
    ];
    let narrow = |value: i32| descale(value, bits).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
    let first = |k: usize| narrow(even[k].wrapping_add(odd[k]));
    let last = |k: usize| narrow(even[k].wrapping_sub(odd[k]));
    [first(0), first(1), first(2), first(3), last(3), last(2), last(1), last(0)]
}
