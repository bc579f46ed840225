//! TIFF, a strip at a time, for the layouts that are stored as the codec returns them.

use std::io::Cursor;

use image::ColorType;
use tiff::TiffError;
use tiff::decoder::{ChunkType, Decoder, Limits};
use tiff::tags::Tag;

use super::{RowSink, damaged, too_large, unsupported};
use crate::error::{Error, Result};

/// How many rows a strip holds; `None` for pictures that are read as a whole: tiles, separate planes, and colours other
/// than gray or RGB in 8 or 16 bits.
pub(super) fn rows_per_strip(bytes: &[u8]) -> Result<Option<usize>> {
    let mut decoder = open(bytes, u64::MAX)?;
    let planes =
        decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).map_err(|error| unreadable(&error))?;
    let colour = decoder.colortype().map_err(|error| unreadable(&error))?;
    let stored_as_handed_out = matches!(
        colour,
        tiff::ColorType::Gray(8 | 16)
            | tiff::ColorType::GrayA(8 | 16)
            | tiff::ColorType::RGB(8 | 16)
            | tiff::ColorType::RGBA(8 | 16)
    );
    let strips = decoder.get_chunk_type() == ChunkType::Strip && planes.unwrap_or(1) == 1;
    Ok((strips && stored_as_handed_out).then(|| decoder.chunk_dimensions().1 as usize))
}

/// Passes on the rows of a picture that has strips.
pub(super) fn rows(bytes: &[u8], max_memory: u64, layout: ColorType, sink: &mut RowSink<'_>) -> Result<()> {
    let mut decoder = open(bytes, max_memory)?;
    let (width, height) = decoder.dimensions().map_err(|error| unreadable(&error))?;
    let row = width as usize * usize::from(layout.bytes_per_pixel());
    let rows = decoder.chunk_dimensions().1 as usize;
    let mut strip = vec![0; row * rows.min(height as usize)];
    let mut y = 0;
    for index in 0..height.div_ceil(rows as u32) {
        let strip = &mut strip[..row * rows.min(height as usize - y)];
        decoder.read_chunk_bytes(index, strip).map_err(|error| unreadable(&error))?;
        for row in strip.chunks_exact(row) {
            sink(y, layout, row)?;
            y += 1;
        }
    }
    Ok(())
}

fn open(bytes: &[u8], max_memory: u64) -> Result<Decoder<Cursor<&[u8]>>> {
    let mut limits = Limits::default();
    let max_memory = usize::try_from(max_memory).unwrap_or(usize::MAX);
    limits.decoding_buffer_size = max_memory;
    limits.intermediate_buffer_size = max_memory;
    limits.ifd_value_size = limits.ifd_value_size.min(max_memory);
    Ok(Decoder::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?.with_limits(limits))
}

fn unreadable(error: &TiffError) -> Error {
    let words = error.to_string();
    match error {
        TiffError::LimitsExceeded => too_large(&words),
        TiffError::UnsupportedError(_) => unsupported(&words),
        _ => damaged(&words),
    }
}
