//! `visavis extract`: a photo to a template file.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use crate::failure::{Failure, Result};
use crate::output::Console;
use crate::setup::Setup;
use crate::template_file::{TemplateFile, Written};
use crate::text::shown;
use crate::view::{self, SampleView};
use crate::{SUCCESS, input};

/// Extract a template of the face in a photo, to be compared later
#[derive(Args)]
pub(crate) struct Extract {
    /// The photo; - reads standard input
    photo: PathBuf,
    #[command(flatten)]
    file: TemplateFile,
    /// Also measure the capture quality of the face
    #[arg(long)]
    quality: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Reply {
    #[serde(flatten)]
    written: Written,
    sample: SampleView,
    milliseconds: f64,
}

impl Extract {
    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        self.file.check(self.json)?;
        let verifier = setup.verifier()?;
        let photo = input::photo(&self.photo, verifier.options().limits.max_bytes, self.quality)?;
        let start = Instant::now();
        let extraction = verifier.extract(photo).map_err(|error| Failure::about(error, &self.photo))?;
        let elapsed = start.elapsed();
        let written = self.file.write(&extraction.template, &verifier, console)?;
        if self.json {
            let sample = SampleView::new(&extraction.sample, &self.photo);
            console.print_json(&Reply { written, sample, milliseconds: view::milliseconds(elapsed) })?;
        } else if !self.file.is_stream() {
            let (output, photo) = (self.file.name(), shown(&self.photo));
            let face = view::describe(&extraction.sample.face);
            let engine = view::engine_line(verifier.engine(), elapsed);
            console.print(format!("template written to {output}\n  {photo}: face {face}\n{engine}"))?;
        }
        Ok(SUCCESS)
    }
}
