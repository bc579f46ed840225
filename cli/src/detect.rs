//! `visavis detect`: the faces in a photo.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use visavis::Detection;

use crate::failure::{Failure, Result};
use crate::output::Console;
use crate::setup::Setup;
use crate::text::shown;
use crate::view::{self, EngineView, FaceView};
use crate::{NEGATIVE, SUCCESS, draw, input};

/// Find the faces in a photo. Exit status: 0 a face is chosen, 1 none is, 2 error
#[derive(Args)]
pub(crate) struct Detect {
    /// The photo; - reads standard input
    photo: PathBuf,
    /// Write the photo with its faces marked, as PNG: the chosen face in green, others in orange
    #[arg(long, value_name = "FILE")]
    draw: Option<PathBuf>,
    /// Also measure the capture quality of every face
    #[arg(long)]
    quality: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Reply {
    path: String,
    width: u32,
    height: u32,
    /// Most confident first.
    faces: Vec<FaceView>,
    /// Index of the chosen face.
    chosen: Option<usize>,
    /// Why none is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Failure>,
    engine: EngineView,
    milliseconds: f64,
}

impl Detect {
    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        let verifier = setup.verifier()?;
        let photo = input::photo(&self.photo, verifier.options().limits.max_bytes, self.quality)?;
        let about = |error| Failure::about(error, &self.photo);
        let start = Instant::now();
        let detection = verifier.detect(&photo).map_err(about)?;
        let elapsed = start.elapsed();
        let chosen = detection.chosen.as_ref().ok().copied();
        if let Some(path) = &self.draw {
            let image = verifier.decode(&photo).map_err(about)?;
            draw::write(console, path, &image, &detection.faces, chosen)?;
        }
        if self.json {
            console.print_json(&Reply {
                path: self.photo.to_string_lossy().into_owned(),
                width: detection.width,
                height: detection.height,
                faces: detection.faces.iter().map(FaceView::from).collect(),
                chosen,
                reason: detection.chosen.err().map(Failure::from),
                engine: verifier.engine().into(),
                milliseconds: view::milliseconds(elapsed),
            })?;
        } else {
            console.print(self.describe(&detection) + &view::engine_line(verifier.engine(), elapsed))?;
        }
        Ok(if chosen.is_some() { SUCCESS } else { NEGATIVE })
    }

    fn describe(&self, detection: &Detection) -> String {
        let Detection { faces, chosen, width, height, .. } = detection;
        let count = match faces.len() {
            0 => "no face".to_owned(),
            1 => "1 face".to_owned(),
            several => format!("{several} faces"),
        };
        let mut text = format!("{count} on {}, {width}x{height}\n", shown(&self.photo));
        for (index, face) in faces.iter().enumerate() {
            let mark = if matches!(chosen, Ok(chosen) if *chosen == index) { "  <- chosen" } else { "" };
            let _ = writeln!(text, "  {}{mark}", view::describe(face));
        }
        if let Err(error) = chosen {
            let _ = writeln!(text, "  none is chosen: {error}");
        }
        text
    }
}
