//! `visavis extract`: a photo to a template file.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use crate::failure::{Failure, Result};
use crate::output::{self, Console};
use crate::setup::Setup;
use crate::text::shown;
use crate::view::{self, EngineView, SampleView};
use crate::{SUCCESS, input};

/// Extract a template of the face in a photo, to be compared later
#[derive(Args)]
pub(crate) struct Extract {
    /// The photo; - reads standard input
    photo: PathBuf,
    /// The template file to write, readable by its owner only, since it is biometric data; - writes to standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace the template file if it exists
    #[arg(long)]
    force: bool,
    /// Also measure the capture quality of the face
    #[arg(long)]
    quality: bool,
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
        let photo = input::photo(&self.photo, verifier.options().limits.max_bytes, self.quality)?;
        let start = Instant::now();
        let extraction = verifier.extract(photo).map_err(|error| Failure::about(error, &self.photo))?;
        let elapsed = start.elapsed();
        let template = extraction.template.to_bytes();
        if input::is_stream(&self.output) {
            console.print(template)?;
            return Ok(SUCCESS);
        }
        write(&self.output, &template, self.force)?;
        if self.json {
            console.print_json(&Reply {
                template: self.output.to_string_lossy().into_owned(),
                bytes: template.len(),
                dimensions: extraction.template.dimensions(),
                model: verifier.extractor_id().to_owned(),
                sample: SampleView::new(&extraction.sample, &self.photo),
                engine: verifier.engine().into(),
                milliseconds: view::milliseconds(elapsed),
            })?;
        } else {
            let (output, photo) = (shown(&self.output), shown(&self.photo));
            let face = view::describe(&extraction.sample.face);
            let engine = view::engine_line(verifier.engine(), elapsed);
            console.print(format!("template written to {output}\n  {photo}: face {face}\n{engine}"))?;
        }
        Ok(SUCCESS)
    }

    /// Reports a problem with the output before any work.
    fn check_output(&self) -> Result<()> {
        if !input::is_stream(&self.output) {
            let is_taken = !self.force && self.output.symlink_metadata().is_ok();
            return if is_taken { Err(Failure::exists(&self.output)) } else { Ok(()) };
        }
        if self.json {
            return Err(Failure::argument("--json cannot share standard output with the template"));
        }
        if io::stdout().is_terminal() {
            return Err(Failure::argument(
                "a template is not printed on a terminal; name a file or use a pipe",
            ));
        }
        Ok(())
    }
}

/// A link stays a link; a device or a pipe is not replaced by a file.
fn write(path: &Path, template: &[u8], replace: bool) -> Result<()> {
    let path = if replace { fs::canonicalize(path).unwrap_or(path.to_owned()) } else { path.to_owned() };
    if fs::metadata(&path).is_ok_and(|about| !about.is_file()) {
        return Err(Failure::unwritable(&path, "it is not a regular file"));
    }
    output::write_whole(&path, template, None, replace)
}
