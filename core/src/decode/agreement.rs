//! A property of any input, for the tests and the fuzzer: parts and scales of one photo agree.

use super::{DENOMINATORS, Source};
use crate::deadline::Deadline;
use crate::error::Result;
use crate::geometry::{Area, Point};
use crate::options::Limits;
use crate::scaled::Scaled;

/// Parts in fractions of the width and the height: left, top, right, bottom.
const PARTS: [[f32; 4]; 4] =
    [[0.0, 0.0, 0.2, 0.1], [0.31, 0.36, 0.62, 0.73], [0.35, 0.41, 1.0, 1.0], [0.0, 0.0, 0.001, 0.001]];

/// Decodes a photo in parts at every scale, all but the first from the entries that the first decoding recorded, and
/// compares them with the whole.
pub(crate) fn parts_agree(bytes: &[u8], limits: &Limits) -> Result<()> {
    let mut source = Source::open(bytes, limits, Deadline::default())?;
    let size = source.size();
    let (width, height) = (size.0 as f32, size.1 as f32);
    for denominator in DENOMINATORS.iter().rev().map(|&d| d as f32) {
        let mut fresh = Source::open(bytes, limits, Deadline::default())?;
        let whole = fresh.decode_area(&Area::whole(size.0, size.1), denominator)?;
        for [left, top, right, bottom] in PARTS {
            let low = Point { x: left * width, y: top * height };
            let high = Point { x: (right * width).max(low.x + 1.0), y: (bottom * height).max(low.y + 1.0) };
            let Some(area) = Area::between(low, high, size) else { continue };
            let part = source.decode_area(&area, denominator)?;
            if (part.denominator - whole.denominator).abs() < f32::EPSILON {
                assert_part_of(&part, &whole);
                assert_holds(&part, low, high, size);
            }
        }
    }
    Ok(())
}

fn assert_part_of(part: &Scaled<'_>, whole: &Scaled<'_>) {
    let x = (part.origin.x - whole.origin.x) / whole.denominator;
    let y = (part.origin.y - whole.origin.y) / whole.denominator;
    assert!(x >= 0.0 && y >= 0.0 && x.fract() == 0.0 && y.fract() == 0.0, "{x}, {y}");
    let (left, top) = (x as usize, y as usize);
    let (width, all) = (3 * part.image.width() as usize, 3 * whole.image.width() as usize);
    for (y, row) in part.image.rgb().chunks_exact(width).enumerate() {
        let same = &whole.image.rgb()[(top + y) * all + 3 * left..][..width];
        assert!(row == same, "1/{}: row {y} of {part:?} at {left}, {top}", part.denominator);
    }
}

fn assert_holds(part: &Scaled<'_>, low: Point, high: Point, size: (u32, u32)) {
    let high = Point { x: high.x.min(size.0 as f32), y: high.y.min(size.1 as f32) };
    let (low, high) = (part.of_photo(low), part.of_photo(Point { x: high.x - 1.0, y: high.y - 1.0 }));
    let (width, height) = (part.image.width() as f32, part.image.height() as f32);
    assert!(low.x > -0.6 && low.y > -0.6 && high.x < width && high.y < height, "{low:?} {high:?} {part:?}");
}
