//! Files to bytes, bounded before anything is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use visavis::{Error, ErrorKind};

use crate::failure::{Failure, Result};

/// The name that stands for standard input and standard output.
const STREAM: &str = "-";

pub(crate) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == STREAM
}

/// Standard input can be read once only.
pub(crate) fn refuse_two_streams(one: &Path, other: &Path) -> Result<()> {
    if is_stream(one) && is_stream(other) {
        return Err(Failure::argument("only one of the two files can be standard input"));
    }
    Ok(())
}

/// Opens a file, or standard input for `-`; also tells its size where that is known.
pub(crate) fn open(path: &Path) -> Result<(Box<dyn Read>, Option<u64>)> {
    if is_stream(path) {
        return Ok((Box::new(io::stdin()), None));
    }
    let file = File::open(path).map_err(|error| Failure::unreadable(path, error))?;
    let about = file.metadata().map_err(|error| Failure::unreadable(path, error))?;
    if about.is_dir() {
        return Err(Failure::unreadable(path, "it is a folder"));
    }
    Ok((Box::new(file), about.is_file().then_some(about.len())))
}

/// A file's bytes, or none if there are more than `most`; then no more than one byte too many was read.
pub(crate) fn bounded(path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
    let (reader, size) = open(path)?;
    if size.is_some_and(|size| size > most) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let read = reader.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::unreadable(path, error))?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// A photo's bytes; more than the engine takes are `IMAGE_TOO_LARGE`.
pub(crate) fn photo(path: &Path, max_bytes: usize) -> Result<Vec<u8>> {
    bounded(path, max_bytes as u64)?.ok_or_else(|| {
        let message = format!("the image has more than the {max_bytes} bytes that are allowed");
        Failure::about(Error::new(ErrorKind::ImageTooLarge, message), path)
    })
}
