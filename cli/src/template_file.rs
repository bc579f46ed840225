//! The file that a template is written to.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use visavis::{Template, Verifier};

use crate::failure::{Failure, Result};
use crate::input;
use crate::output::{self, Console};
use crate::text::shown;
use crate::view::EngineView;

#[derive(Args)]
pub(crate) struct TemplateFile {
    /// The template file to write, readable by its owner only, since it is biometric data; - writes to standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace the template file if it exists
    #[arg(long)]
    force: bool,
}

/// What was written, as JSON.
#[derive(Serialize)]
pub(crate) struct Written {
    template: String,
    bytes: usize,
    dimensions: usize,
    model: String,
    engine: EngineView,
}

impl TemplateFile {
    /// Checks the output before any work is done.
    pub(crate) fn check(&self, prints_json: bool) -> Result<()> {
        if !self.is_stream() {
            let is_taken = !self.force && self.output.symlink_metadata().is_ok();
            return if is_taken { Err(Failure::exists(&self.output)) } else { Ok(()) };
        }
        if prints_json {
            return Err(Failure::argument("--json cannot share standard output with the template"));
        }
        if io::stdout().is_terminal() {
            return Err(Failure::argument(
                "a template is not printed on a terminal; name a file or use a pipe",
            ));
        }
        Ok(())
    }

    /// Whether the template goes to standard output, where nothing else may be printed.
    pub(crate) fn is_stream(&self) -> bool {
        input::is_stream(&self.output)
    }

    pub(crate) fn write(
        &self,
        template: &Template,
        verifier: &Verifier,
        console: &mut Console<'_>,
    ) -> Result<Written> {
        let bytes = template.to_bytes();
        let written = Written {
            template: self.output.to_string_lossy().into_owned(),
            bytes: bytes.len(),
            dimensions: template.dimensions(),
            model: verifier.extractor_id().to_owned(),
            engine: verifier.engine().into(),
        };
        if self.is_stream() {
            console.print(bytes)?;
        } else {
            write(&self.output, &bytes, self.force)?;
        }
        Ok(written)
    }

    /// The file's name, safe to print.
    pub(crate) fn name(&self) -> String {
        shown(&self.output)
    }
}

/// A symbolic link stays one; a device or a pipe is not replaced by a file.
fn write(path: &Path, template: &[u8], replace: bool) -> Result<()> {
    let path = if replace { fs::canonicalize(path).unwrap_or(path.to_owned()) } else { path.to_owned() };
    if fs::metadata(&path).is_ok_and(|about| !about.is_file()) {
        return Err(Failure::unwritable(&path, "it is not a regular file"));
    }
    output::write_whole(&path, template, None, replace)
}
