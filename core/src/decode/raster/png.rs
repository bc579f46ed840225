//! PNG, a row at a time; of an animation, the default image.

use std::io::Cursor;

use image::ColorType;
use png::{Decoder, DecodingError, Limits, Reader, Transformations};

use super::{RowSink, damaged, too_large};
use crate::error::{Error, Result};

/// The most bytes for chunks other than the picture, such as profiles.
const MAX_CHUNKS: usize = 16 << 20;

/// Whether the rows are stored in order: those of an interlaced picture are not.
pub(super) fn has_rows(bytes: &[u8]) -> Result<bool> {
    Ok(!open(bytes, MAX_CHUNKS)?.info().interlaced)
}

/// Passes on the rows of a picture that is not interlaced.
pub(super) fn rows(bytes: &[u8], max_memory: u64, layout: ColorType, sink: &mut RowSink<'_>) -> Result<()> {
    let mut reader = open(bytes, usize::try_from(max_memory).unwrap_or(usize::MAX).min(MAX_CHUNKS))?;
    let wide = layout.bytes_per_pixel() / layout.channel_count() == 2;
    let width = reader.info().width;
    let mut row = vec![0; reader.output_line_size(width).ok_or_else(|| too_large("a row is too long"))?];
    for y in 0..reader.info().height as usize {
        reader
            .read_row(&mut row)
            .map_err(|error| unreadable(&error))?
            .ok_or_else(|| damaged("rows are missing"))?;
        if wide {
            row.as_chunks_mut::<2>().0.iter_mut().for_each(|s| *s = u16::from_be_bytes(*s).to_ne_bytes());
        }
        sink(y, layout, &row)?;
    }
    // The data after the last row must be intact, too.
    reader.read_row(&mut row).map_err(|error| unreadable(&error))?;
    Ok(())
}

fn open(bytes: &[u8], max_memory: usize) -> Result<Reader<Cursor<&[u8]>>> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: max_memory });
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.read_info().map_err(|error| unreadable(&error))
}

fn unreadable(error: &DecodingError) -> Error {
    match error {
        DecodingError::LimitsExceeded => too_large(&error.to_string()),
        _ => damaged(&error.to_string()),
    }
}
