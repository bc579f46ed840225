//! Converts the codecs' many pixel layouts to 8-bit RGB: alpha over white, gray in all three channels.

use image::ColorType;

use crate::pixel_format::over_white;

/// Converts pixels of a layout, in the machine's byte order, to RGB, appended to `rgb`. `None`: an unknown layout.
pub(super) fn append_rgb(layout: ColorType, samples: &[u8], rgb: &mut Vec<u8>) -> Option<()> {
    for_each_pixel(layout, samples, |pixel| rgb.extend_from_slice(&pixel))
}

/// The same in place, for layouts of at least 3 bytes per pixel; the buffer is truncated.
pub(super) fn convert_in_place(layout: ColorType, samples: &mut Vec<u8>) -> Option<()> {
    if layout == ColorType::Rgb8 {
        return Some(());
    }
    let size = usize::from(layout.bytes_per_pixel());
    let count = samples.len() / size;
    for at in 0..count {
        let mut converted = [0; 3];
        let mut pixel = [0; 16];
        pixel[..size].copy_from_slice(&samples[at * size..][..size]);
        for_each_pixel(layout, &pixel[..size], |pixel| converted = pixel)?;
        samples[3 * at..][..3].copy_from_slice(&converted);
    }
    samples.truncate(3 * count);
    Some(())
}

#[inline(always)]
fn for_each_pixel(layout: ColorType, samples: &[u8], mut each: impl FnMut([u8; 3])) -> Option<()> {
    match layout {
        ColorType::L8 => samples.iter().for_each(|&level| each([level; 3])),
        ColorType::La8 => pixels(samples).for_each(|[level, alpha]| each(over_white([level; 3], alpha))),
        ColorType::Rgb8 => pixels(samples).for_each(each),
        ColorType::Rgba8 => pixels(samples).for_each(|[r, g, b, alpha]| each(over_white([r, g, b], alpha))),
        ColorType::L16 => wide(samples).for_each(|[level]| each([level; 3])),
        ColorType::La16 => wide(samples).for_each(|[level, alpha]| each(over_white([level; 3], alpha))),
        ColorType::Rgb16 => wide(samples).for_each(each),
        ColorType::Rgba16 => wide(samples).for_each(|[r, g, b, alpha]| each(over_white([r, g, b], alpha))),
        ColorType::Rgb32F => real(samples).for_each(each),
        ColorType::Rgba32F => real(samples).for_each(|[r, g, b, alpha]| each(over_white([r, g, b], alpha))),
        _ => return None,
    }
    Some(())
}

fn pixels<const N: usize>(samples: &[u8]) -> impl Iterator<Item = [u8; N]> {
    samples.as_chunks::<N>().0.iter().copied()
}

/// 16 bits per channel, scaled to 8 and rounded.
fn wide<const N: usize>(samples: &[u8]) -> impl Iterator<Item = [u8; N]> {
    let scaled = |value: [u8; 2]| ((u32::from(u16::from_ne_bytes(value)) + 128) / 257) as u8;
    samples.as_chunks::<2>().0.as_chunks::<N>().0.iter().map(move |pixel| pixel.map(scaled))
}

/// Floating point, 0..=1; NaN is white.
fn real<const N: usize>(samples: &[u8]) -> impl Iterator<Item = [u8; N]> {
    let scaled = |value: [u8; 4]| {
        let value = f32::from_ne_bytes(value);
        (if value < 1.0 { value.max(0.0) } else { 1.0 } * 255.0).round() as u8
    };
    samples.as_chunks::<4>().0.as_chunks::<N>().0.iter().map(move |pixel| pixel.map(scaled))
}
