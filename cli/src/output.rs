//! Where results and complaints go.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::failure::{Failure, Result};
use crate::input::STREAM;

/// Prints to standard output. A reader that has gone away is no error: it has seen what it wanted.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::unwritable(Path::new("standard output"), error))
        }
        _ => Ok(()),
    }
}

/// Tells people what went wrong. Nobody may be listening, and then there is nothing left to do.
pub(crate) fn complain(failure: &Failure) {
    let _ = writeln!(io::stderr(), "visavis: {failure}");
}

/// Writes a result to a file, or to standard output for `-`.
pub(crate) fn write_to(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    if path.as_os_str() == STREAM {
        let mut text = Vec::new();
        write(&mut text).map_err(|error| Failure::unwritable(path, error))?;
        return print(&String::from_utf8_lossy(&text));
    }
    let result = File::create(path).and_then(|file| {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        file.flush()
    });
    result.map_err(|error| Failure::unwritable(path, error))
}
