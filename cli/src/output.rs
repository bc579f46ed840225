//! Where results and error messages go.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::failure::{Failure, Result};
use crate::input::is_stream;

/// The two streams of a run.
pub(crate) struct Console<'a> {
    pub(crate) out: &'a mut dyn Write,
    pub(crate) err: &'a mut dyn Write,
}

impl Console<'_> {
    /// Prints to standard output. A reader that has closed the pipe is not an error: it has read what it wanted.
    pub(crate) fn print(&mut self, text: impl AsRef<[u8]>) -> Result<()> {
        match self.out.write_all(text.as_ref()).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::unwritable(Path::new("standard output"), error))
            }
            _ => Ok(()),
        }
    }

    /// Prints one JSON object on a line of its own.
    pub(crate) fn print_json(&mut self, value: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_vec(value).expect("what is printed has string keys only");
        text.push(b'\n');
        self.print(text)
    }

    /// Reports what went wrong. If that fails too, there is nothing left to do.
    pub(crate) fn complain(&mut self, what: impl std::fmt::Display) {
        let _ = writeln!(self.err, "visavis: {what}");
    }

    /// Prints help, the version or what is wrong with the arguments; returns the exit status.
    pub(crate) fn usage(&mut self, about: &clap::Error) -> u8 {
        let stream = if about.use_stderr() { &mut self.err } else { &mut self.out };
        let _ = write!(stream, "{}", about.render()).and_then(|()| stream.flush());
        u8::try_from(about.exit_code()).unwrap_or(crate::ERROR)
    }

    /// Writes indented JSON.
    pub(crate) fn write_json(&mut self, path: &Path, value: &impl Serialize) -> Result<()> {
        self.write_to(path, |out| {
            serde_json::to_writer_pretty(&mut *out, value)?;
            writeln!(out)
        })
    }

    /// Writes a result to a file, or to standard output for `-`.
    pub(crate) fn write_to(
        &mut self,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        let fail = |error| Failure::unwritable(path, error);
        if is_stream(path) {
            let mut text = Vec::new();
            write(&mut text).map_err(fail)?;
            return self.print(text);
        }
        let mut file = BufWriter::new(File::create(path).map_err(fail)?);
        write(&mut file).and_then(|()| file.flush()).map_err(fail)
    }
}

/// Writes a file completely or not at all. Only its owner can read it, unless `permissions` says otherwise.
pub(crate) fn write_whole(
    path: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
    replace: bool,
) -> Result<()> {
    let fail = |error| Failure::unwritable(path, error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Created with mode 0600.
    let mut file = NamedTempFile::new_in(folder).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    permissions.map_or(Ok(()), |permissions| file.as_file().set_permissions(permissions)).map_err(fail)?;
    match if replace { file.persist(path) } else { file.persist_noclobber(path) } {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(Failure::exists(path)),
        Err(error) => Err(fail(error.error)),
    }
}

pub(crate) fn create_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::unwritable(folder, error))
}

/// Checks before long work that its result can be written. An existing file keeps its content.
pub(crate) fn must_be_writable(path: &Path) -> Result<()> {
    // To the reader of a named pipe, closing it would be the end of the file.
    let is_pipe = path.metadata().is_ok_and(|about| !about.is_file() && !about.is_dir());
    if is_stream(path) || is_pipe {
        return Ok(());
    }
    let opened = File::options().append(true).create(true).open(path);
    opened.map(drop).map_err(|error| Failure::unwritable(path, error))
}
