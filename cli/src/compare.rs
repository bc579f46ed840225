//! `visavis compare`: two template files, one verdict.

use std::path::{Path, PathBuf};

use clap::Args;
use visavis::{Error, ErrorKind, Side, Template};

use crate::failure::{Failure, Result};
use crate::output::Console;
use crate::setup::Setup;
use crate::view::{self, ComparisonView};
use crate::{input, verdict_status};

/// A template of 65,535 dimensions, the most that the format allows, has 262,168 bytes.
const MAX_BYTES: usize = 1 << 20;

/// Compare two template files. Exit status: 0 same, 1 different, 2 error
#[derive(Args)]
pub(crate) struct Compare {
    /// A template file written by extract; - reads standard input
    probe: PathBuf,
    /// The template file that it is compared with; - reads standard input
    reference: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Compare {
    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        input::refuse_two_streams(&self.probe, &self.reference)?;
        let verifier = setup.verifier()?;
        let probe = read(&self.probe).map_err(|failure| failure.at_side(Side::Probe))?;
        let reference = read(&self.reference).map_err(|failure| failure.at_side(Side::Reference))?;
        let comparison = verifier
            .compare(&probe, &reference)
            .map_err(|error| Failure::about_one_of(error, &self.probe, &self.reference))?;
        if self.json {
            console.print_json(&ComparisonView::new(&comparison, &verifier))?;
        } else {
            console.print(view::verdict(&comparison, &verifier))?;
        }
        Ok(verdict_status(&comparison))
    }
}

fn read(path: &Path) -> Result<Template> {
    let about = |error| Failure::about(error, path);
    let bytes = input::bounded(path, MAX_BYTES)?.ok_or_else(|| {
        about(Error::new(
            ErrorKind::TemplateMalformed,
            format!("not a template: more than {MAX_BYTES} bytes"),
        ))
    })?;
    Template::from_bytes(&bytes).map_err(about)
}
