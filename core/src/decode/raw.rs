//! Pixels that were never encoded, passed on by rows like those of a codec.

use image::metadata::Orientation;

use super::canvas::{Canvas, Shrink};
use super::raster;
use super::view::{Turn, View};
use crate::deadline::Deadline;
use crate::error::Result;
use crate::pixels::Rows;

/// The rotation that makes the pixels upright.
pub(super) fn turn(rows: &Rows<'_>) -> Turn {
    match rows.rotation {
        90 => Orientation::Rotate90.into(),
        180 => Orientation::Rotate180.into(),
        270 => Orientation::Rotate270.into(),
        _ => Turn::default(),
    }
}

/// The peak memory of converting a view, in bytes, including the result.
pub(super) fn memory(rows: &Rows<'_>, view: &View) -> u64 {
    // One row as RGB, and the sums and means of one row of the view.
    view.bytes() + 3 * rows.size.0 as u64 + 15 * view.columns().len() as u64
}

pub(super) fn decode(rows: &Rows<'_>, view: &View, deadline: Deadline<'_>) -> Result<raster::Pixels> {
    let mut canvas = Canvas::new(view, turn(rows));
    let mut shrink = Shrink::new(view, rows.size);
    let mut rgb = vec![0; 3 * rows.size.0];
    let shown = view.rows();
    for y in shown.start * view.denominator..(shown.end * view.denominator).min(rows.size.1) {
        if y.is_multiple_of(64) {
            deadline.check()?;
        }
        rows.rgb(y, &mut rgb);
        shrink.row(y, &rgb, &mut |y, row| canvas.put(y, row));
    }
    Ok(canvas.finish())
}
