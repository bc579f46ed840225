//! Layouts of raw pixels, and the conversion of a row to RGB.

/// The layout of raw pixels, one byte per sample.
///
/// `Nv12`, `Nv21`, `I420` and `Yuyv` are those of cameras and video: a brightness (Y) for each pixel, and a colour (Cb,
/// Cr) for two neighbours in a row; for squares of two by two pixels except in `Yuyv`. They are converted by the matrix of
/// ITU-R BT.601-7, which nearly all cameras and JPEG use; each pixel gets the colour of its pair or square. If the width
/// or height is odd, the last column or row has colours of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// Red, green, blue.
    Rgb8,
    /// Blue, green, red (OpenCV's order).
    Bgr8,
    /// Red, green, blue, alpha; blended over white.
    Rgba8,
    /// Blue, green, red, alpha; blended over white.
    Bgra8,
    /// One channel of brightness.
    Gray8,
    /// All Y, then rows of Cb, Cr for two rows of pixels each.
    Nv12,
    /// The same with Cr before Cb (Android's cameras).
    Nv21,
    /// All Y, then all Cb, then all Cr, whose rows are half as far apart.
    I420,
    /// Y, Cb, Y, Cr for two pixels each (YUY2).
    Yuyv,
}

/// Blends over white, as people see the picture: the colour of a transparent pixel must not reach the networks.
pub(crate) fn over_white(colour: [u8; 3], alpha: u8) -> [u8; 3] {
    let alpha = u32::from(alpha);
    colour.map(|value| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
}

impl PixelFormat {
    /// Bytes of a row, in the first plane if there are several.
    pub(crate) fn row(self, width: usize) -> usize {
        match self {
            PixelFormat::Rgb8 | PixelFormat::Bgr8 => 3 * width,
            PixelFormat::Rgba8 | PixelFormat::Bgra8 => 4 * width,
            PixelFormat::Gray8 | PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::I420 => width,
            PixelFormat::Yuyv => 4 * width.div_ceil(2),
        }
    }

    /// The number of colour planes after the first plane, and the bytes that each has for two pixels of a row.
    pub(crate) fn colour_planes(self) -> (usize, usize) {
        match self {
            PixelFormat::Nv12 | PixelFormat::Nv21 => (1, 2),
            PixelFormat::I420 => (2, 1),
            _ => (0, 0),
        }
    }

    /// Converts a row, given as its part of each plane, to RGB.
    pub(crate) fn to_rgb(self, [row, one, two]: [&[u8]; 3], full_range: bool, rgb: &mut [u8]) {
        let pixels = rgb.as_chunks_mut::<3>().0;
        let pairs = || row.chunks(2).map(|pair| [pair[0], pair[pair.len() - 1]]);
        match self {
            PixelFormat::Rgb8 => rgb.copy_from_slice(row),
            PixelFormat::Bgr8 => each(pixels, row, |[blue, green, red]| [red, green, blue]),
            PixelFormat::Rgba8 => each(pixels, row, |[r, g, b, alpha]| over_white([r, g, b], alpha)),
            PixelFormat::Bgra8 => each(pixels, row, |[b, g, r, alpha]| over_white([r, g, b], alpha)),
            PixelFormat::Gray8 => each(pixels, row, |[level]| [level; 3]),
            PixelFormat::Nv12 => coloured(pixels, pairs().zip(one.as_chunks().0.iter().copied()), full_range),
            PixelFormat::Nv21 => {
                let colours = one.as_chunks().0.iter().map(|&[cr, cb]| [cb, cr]);
                coloured(pixels, pairs().zip(colours), full_range);
            }
            PixelFormat::I420 => {
                let colours = one.iter().zip(two).map(|(&cb, &cr)| [cb, cr]);
                coloured(pixels, pairs().zip(colours), full_range);
            }
            PixelFormat::Yuyv => {
                let parts = row.as_chunks().0.iter().map(|&[left, cb, right, cr]| ([left, right], [cb, cr]));
                coloured(pixels, parts, full_range);
            }
        }
    }
}

fn each<const N: usize>(pixels: &mut [[u8; 3]], row: &[u8], rgb: impl Fn([u8; N]) -> [u8; 3]) {
    for (pixel, samples) in pixels.iter_mut().zip(row.as_chunks().0) {
        *pixel = rgb(*samples);
    }
}

/// Two pixels at a time: the brightness of each, and their common colour.
fn coloured(pixels: &mut [[u8; 3]], pairs: impl Iterator<Item = ([u8; 2], [u8; 2])>, full_range: bool) {
    let matrix = if full_range { Matrix::FULL } else { Matrix::LIMITED };
    for (pixels, (brightness, [cb, cr])) in pixels.chunks_mut(2).zip(pairs) {
        let tint = matrix.tint(cb, cr);
        for (pixel, y) in pixels.iter_mut().zip(brightness) {
            *pixel = matrix.rgb(y, tint);
        }
    }
}

/// The inverse of ITU-R BT.601-7, section 2.5: Y = 0.299 R + 0.587 G + 0.114 B, Cb = (B - Y) / 1.772,
/// Cr = (R - Y) / 1.402.
struct Matrix {
    /// Y of black.
    black: f32,
    /// The step of RGB, which has 255 steps, for one step of Y.
    brightness: f32,
    /// The same for Cb and Cr.
    colour: f32,
}

const RED: f32 = 0.299;
const GREEN: f32 = 0.587;
const BLUE: f32 = 0.114;

impl Matrix {
    /// Y is 16 to 235, Cb and Cr are 16 to 240 around 128.
    const LIMITED: Matrix = Matrix { black: 16.0, brightness: 255.0 / 219.0, colour: 255.0 / 224.0 };

    /// All are 0 to 255, as in JPEG: ITU-T T.871, section 7.
    const FULL: Matrix = Matrix { black: 0.0, brightness: 1.0, colour: 1.0 };

    /// What Cb and Cr add to red, green and blue.
    fn tint(&self, cb: u8, cr: u8) -> [f32; 3] {
        let [cb, cr] = [cb, cr].map(|value| (f32::from(value) - 128.0) * self.colour);
        let (red, blue) = (2.0 * (1.0 - RED) * cr, 2.0 * (1.0 - BLUE) * cb);
        [red, -(RED * red + BLUE * blue) / GREEN, blue]
    }

    fn rgb(&self, y: u8, tint: [f32; 3]) -> [u8; 3] {
        let level = (f32::from(y) - self.black) * self.brightness;
        // The cast saturates at 0 and 255.
        tint.map(|tint| (level + tint + 0.5) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(y: u8, cb: u8, cr: u8, full_range: bool) -> [u8; 3] {
        let mut rgb = [0; 3];
        PixelFormat::I420.to_rgb([&[y], &[cb], &[cr]], full_range, &mut rgb);
        rgb
    }

    #[test]
    fn colour_bars_are_converted_to_rgb() {
        // The 75 % colour bars of BT.601 with 8 bits, where 75 % of 255 is 191.
        for (ycc, rgb) in [
            ([180, 128, 128], [191, 191, 191]),
            ([162, 44, 142], [191, 191, 0]),
            ([131, 156, 44], [0, 191, 191]),
            ([112, 72, 58], [0, 191, 0]),
            ([84, 184, 198], [191, 0, 191]),
            ([65, 100, 212], [191, 0, 0]),
            ([35, 212, 114], [0, 0, 191]),
        ] {
            let [y, cb, cr] = ycc;
            let made = one(y, cb, cr, false);
            assert!(made.iter().zip(rgb).all(|(made, rgb)| made.abs_diff(rgb) <= 2), "{ycc:?}: {made:?}");
        }
        assert_eq!([one(16, 128, 128, false), one(235, 128, 128, false)], [[0; 3], [255; 3]]);
        assert_eq!([one(0, 128, 128, false), one(255, 128, 128, false)], [[0; 3], [255; 3]]);
        assert_eq!([one(0, 128, 128, true), one(255, 128, 128, true)], [[0; 3], [255; 3]]);
        // Red in JPEG.
        assert_eq!(one(76, 85, 255, true), [254, 0, 0]);
    }

    #[test]
    fn every_pixel_has_the_colour_of_its_pair() {
        // Two gray pixels, then a red one at the end of an odd row.
        let (y, cb, cr) = ([50, 60, 76], [128, 85], [128, 255]);
        let expected = [50, 50, 50, 60, 60, 60, 254, 0, 0];
        let made = |format: PixelFormat, rows: [&[u8]; 3]| {
            let mut rgb = [9; 9];
            format.to_rgb(rows, true, &mut rgb);
            rgb
        };
        assert_eq!(made(PixelFormat::I420, [&y, &cb, &cr]), expected);
        assert_eq!(made(PixelFormat::Nv12, [&y, &[128, 128, 85, 255], &[]]), expected);
        assert_eq!(made(PixelFormat::Nv21, [&y, &[128, 128, 255, 85], &[]]), expected);
        assert_eq!(made(PixelFormat::Yuyv, [&[50, 128, 60, 128, 76, 85, 0, 255], &[], &[]]), expected);
    }

    #[test]
    fn channels_are_put_into_the_order_of_rgb() {
        let made = |format: PixelFormat, row: &[u8]| {
            let mut rgb = [9; 3];
            format.to_rgb([row, &[], &[]], false, &mut rgb);
            rgb
        };
        assert_eq!(made(PixelFormat::Rgb8, &[1, 2, 3]), [1, 2, 3]);
        assert_eq!(made(PixelFormat::Bgr8, &[3, 2, 1]), [1, 2, 3]);
        assert_eq!(made(PixelFormat::Rgba8, &[1, 2, 3, 255]), [1, 2, 3]);
        assert_eq!(made(PixelFormat::Bgra8, &[9, 9, 9, 0]), [255; 3]);
        assert_eq!(made(PixelFormat::Gray8, &[7]), [7; 3]);
    }
}
