//! Files to bytes, bounded before anything is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use visavis::{Error, ErrorKind};

use crate::failure::{Failure, Result};

/// The name that stands for standard input and standard output.
pub(crate) const STREAM: &str = "-";

/// Opens a file, or standard input for `-`; a folder is an error here, not at the first read.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>> {
    if path.as_os_str() == STREAM {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| Failure::unreadable(path, error))?;
    let about = file.metadata().map_err(|error| Failure::unreadable(path, error))?;
    if about.is_dir() {
        return Err(Failure::unreadable(path, "it is a folder"));
    }
    Ok(Box::new(file))
}

/// A photo's bytes; one byte more than the limit is `IMAGE_TOO_LARGE`, and no more than that is read.
pub(crate) fn photo(path: &Path, max_bytes: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = max_bytes as u64 + 1;
    open(path)?.take(most).read_to_end(&mut bytes).map_err(|error| Failure::unreadable(path, error))?;
    if bytes.len() > max_bytes {
        let message = format!("the image has more than {max_bytes} bytes");
        return Err(Failure::in_file(Error::new(ErrorKind::ImageTooLarge, message), path));
    }
    Ok(bytes)
}
