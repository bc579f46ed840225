//! `visavis extract`: a photo to a template file.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::failure::{Failure, FileProblem, Result};
use crate::output::{Console, shown};
use crate::setup::Setup;
use crate::view::{self, EngineView, SampleView};
use crate::{SUCCESS, input};

/// Make a template of the face on a photo, to be compared later
#[derive(Args)]
pub(crate) struct Extract {
    /// The photo; - reads standard input
    photo: PathBuf,
    /// The template file to write, readable for its owner only: it is biometric data; - writes to standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace the template file if it exists
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Reply {
    template: String,
    bytes: usize,
    dimensions: usize,
    model: String,
    sample: SampleView,
    engine: EngineView,
    milliseconds: f64,
}

impl Extract {
    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        self.check_output()?;
        let verifier = setup.verifier()?;
        let bytes = input::photo(&self.photo, verifier.options().limits.max_bytes)?;
        let start = Instant::now();
        let extraction = verifier.extract(&bytes).map_err(|error| Failure::about(error, &self.photo))?;
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let template = extraction.template.to_bytes();
        if input::is_stream(&self.output) {
            console.print(template)?;
            return Ok(SUCCESS);
        }
        write_private(&self.output, &template, self.force)?;
        if self.json {
            console.print_json(&Reply {
                template: self.output.to_string_lossy().into_owned(),
                bytes: template.len(),
                dimensions: extraction.template.dimensions(),
                model: verifier.extractor_id().to_owned(),
                sample: SampleView::new(&extraction.sample, &self.photo),
                engine: verifier.engine().into(),
                milliseconds,
            })?;
        } else {
            let (output, photo) = (shown(&self.output), shown(&self.photo));
            let face = view::describe(&extraction.sample.face);
            let engine = view::engine_line(verifier.engine(), milliseconds);
            console.print(format!("template written to {output}\n  {photo}: face {face}\n{engine}"))?;
        }
        Ok(SUCCESS)
    }

    /// What is wrong with the output is told before any work.
    fn check_output(&self) -> Result<()> {
        if !input::is_stream(&self.output) {
            return if self.force { Ok(()) } else { refuse_existing(&self.output) };
        }
        if self.json {
            return Err(Failure::argument("--json cannot share standard output with the template"));
        }
        if io::stdout().is_terminal() {
            return Err(Failure::argument("a template is not shown on a terminal; name a file or a pipe"));
        }
        Ok(())
    }
}

fn refuse_existing(path: &Path) -> Result<()> {
    match path.symlink_metadata() {
        Ok(_) => Err(exists(path)),
        Err(_) => Ok(()),
    }
}

fn exists(path: &Path) -> Failure {
    Failure::file(FileProblem::Exists, path, "exists already; --force replaces it")
}

/// Writes a file that only its owner can read, whole or not at all.
fn write_private(path: &Path, bytes: &[u8], replace: bool) -> Result<()> {
    let fail = |error: io::Error| Failure::unwritable(path, error);
    // A link stays a link; a device or a pipe is not replaced by a file.
    let path = if replace { fs::canonicalize(path).unwrap_or(path.to_owned()) } else { path.to_owned() };
    if fs::metadata(&path).is_ok_and(|about| !about.is_file()) {
        return Err(Failure::unwritable(&path, "it is not a regular file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // It has the mode 0600 from the start.
    let mut file = NamedTempFile::new_in(folder).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    let persisted = if replace { file.persist(&path) } else { file.persist_noclobber(&path) };
    match persisted {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&path)),
        Err(error) => Err(fail(error.error)),
    }
}
