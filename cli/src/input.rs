//! Reads files up to a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use visavis::Photo;

use crate::failure::{Failure, Result};

/// The name that stands for standard input and standard output.
const STREAM: &str = "-";

pub(crate) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == STREAM
}

/// Standard input can be read only once.
pub(crate) fn refuse_two_streams(one: &Path, other: &Path) -> Result<()> {
    if is_stream(one) && is_stream(other) {
        return Err(Failure::argument("only one of the two files can be standard input"));
    }
    Ok(())
}

/// A photo. At most one byte more than the engine accepts is read, so that the engine reports the error, in its order.
///
/// Not [`Photo::file`], which rejects what a shell may pass: standard input and the pipes of `<(command)`.
pub(crate) fn photo(path: &Path, max_bytes: usize, with_quality: bool) -> Result<Photo<'static>> {
    // The core has its own message for what is not a file but may be a URL.
    let is_url = path.to_string_lossy().contains(':') && !path.exists();
    let photo = if is_url { Photo::file(path) } else { Photo::from(read(path, max_bytes)?) };
    Ok(if with_quality { photo.with_quality() } else { photo })
}

/// The bytes of a file that is not a photo, or `None` if there are more than `max_bytes`.
pub(crate) fn bounded(path: &Path, max_bytes: usize) -> Result<Option<Vec<u8>>> {
    let bytes = read(path, max_bytes)?;
    Ok((bytes.len() <= max_bytes).then_some(bytes))
}

/// Up to one byte more than `max_bytes`.
fn read(path: &Path, max_bytes: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file: io::Result<Box<dyn Read>> = if is_stream(path) {
        Ok(Box::new(io::stdin()))
    } else {
        File::open(path).map(|file| Box::new(file) as _)
    };
    file.and_then(|file| file.take(max_bytes as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::unreadable(path, error))?;
    Ok(bytes)
}
