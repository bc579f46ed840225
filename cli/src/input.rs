//! Files to bytes, never more than are wanted.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

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

/// Opens a file, or standard input for `-`.
fn open(path: &Path) -> Result<Box<dyn Read>> {
    if is_stream(path) {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| Failure::unreadable(path, error))?;
    let about = file.metadata().map_err(|error| Failure::unreadable(path, error))?;
    if about.is_dir() {
        return Err(Failure::unreadable(path, "it is a folder"));
    }
    Ok(Box::new(file))
}

/// A photo's bytes, or of a larger file one byte more than the engine takes, for it to refuse in its own order.
pub(crate) fn photo(path: &Path, max_bytes: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(max_bytes as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::unreadable(path, error))?;
    Ok(bytes)
}

/// The bytes of any other file, or none if there are more than `most`.
pub(crate) fn bounded(path: &Path, most: usize) -> Result<Option<Vec<u8>>> {
    let bytes = photo(path, most)?;
    Ok((bytes.len() <= most).then_some(bytes))
}
