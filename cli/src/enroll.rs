//! `visavis enroll`: several photos of one person to one template file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use visavis::{Enrolled, Photo, Verifier};

use crate::failure::{Failure, Result};
use crate::output::Console;
use crate::setup::Setup;
use crate::template_file::{TemplateFile, Written};
use crate::text::shown;
use crate::view::{self, ComparisonView, SampleView};
use crate::{NEGATIVE, SUCCESS, input};

/// Make one template from several photos of one person. Exit status: 0 written, 1 a photo does not match the others and
/// nothing is written, 2 error
#[derive(Args)]
pub(crate) struct Enroll {
    /// The photos, 1 to 16; - reads standard input
    #[arg(required = true, num_args = 1..)]
    photos: Vec<PathBuf>,
    #[command(flatten)]
    file: TemplateFile,
    /// Write the template even though a photo does not match the others
    #[arg(long)]
    keep_outliers: bool,
    /// Also measure the capture quality of the faces
    #[arg(long)]
    quality: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Reply {
    /// None if a photo does not match the others.
    #[serde(flatten)]
    written: Option<Written>,
    photos: Vec<PhotoView>,
    milliseconds: f64,
}

#[derive(Serialize)]
struct PhotoView {
    #[serde(flatten)]
    sample: SampleView,
    /// Null if there is no other photo.
    others: Option<ComparisonView>,
}

impl Enroll {
    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        self.file.check(self.json)?;
        if self.photos.iter().filter(|path| input::is_stream(path)).count() > 1 {
            return Err(Failure::argument("only one of the photos can be standard input"));
        }
        let verifier = setup.verifier()?;
        let photos = self.photos.iter().map(|path| self.photo(path, &verifier));
        let photos = photos.collect::<Result<Vec<_>>>()?;
        let start = Instant::now();
        let enrollment = verifier.enroll(photos).map_err(|error| match error.index() {
            Some(index) => Failure::about(error, &self.photos[index]),
            None => error.into(),
        })?;
        let elapsed = start.elapsed();
        let is_outlier = |photo: &Enrolled| photo.others.is_some_and(|others| !others.is_match);
        let is_kept = self.keep_outliers || !enrollment.photos.iter().any(is_outlier);
        let written =
            is_kept.then(|| self.file.write(&enrollment.template, &verifier, console)).transpose()?;
        let seen = || self.photos.iter().zip(&enrollment.photos);
        if self.json {
            let photo = |(path, photo): (&PathBuf, &Enrolled)| PhotoView {
                sample: SampleView::new(&photo.sample, path),
                others: photo.others.as_ref().map(|others| ComparisonView::new(others, &verifier)),
            };
            let milliseconds = view::milliseconds(elapsed);
            console.print_json(&Reply { written, photos: seen().map(photo).collect(), milliseconds })?;
        } else if !self.file.is_stream() {
            let written = if is_kept {
                format!("template of {} photos written to {}", self.photos.len(), self.file.name())
            } else {
                "no template: a photo does not match the others".to_owned()
            };
            let lines = seen().map(|(path, photo)| describe(path, photo)).collect::<String>();
            let engine = view::engine_line(verifier.engine(), elapsed);
            console.print(format!("{written}\n{lines}{engine}"))?;
        }
        Ok(if is_kept { SUCCESS } else { NEGATIVE })
    }

    /// A file is read only when its turn comes, so that only one photo is in memory at a time.
    fn photo(&self, path: &Path, verifier: &Verifier) -> Result<Photo<'static>> {
        if !path.is_file() {
            return input::photo(path, verifier.options().limits.max_bytes, self.quality);
        }
        let photo = Photo::file(path);
        Ok(if self.quality { photo.with_quality() } else { photo })
    }
}

fn describe(path: &Path, photo: &Enrolled) -> String {
    let others = photo.others.map_or_else(String::new, |others| {
        let verdict = if others.is_match { "" } else { ": not the same person?" };
        format!("; score {:.1} with the others{verdict}", others.score)
    });
    format!("  {}: face {}{others}\n", shown(path), view::describe(&photo.sample.face))
}
