//! `visavis verify`: two photos, one verdict.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use visavis::{Advice, Sample, Side};

use crate::failure::{Failure, Result};
use crate::output::Console;
use crate::setup::Setup;
use crate::text::shown;
use crate::view::{self, ComparisonView, EngineView, SampleView};
use crate::{input, verdict_status};

/// Do two photos show the same person? Exit status: 0 same, 1 different, 2 error
#[derive(Args)]
pub(crate) struct Verify {
    /// The live or current photo; - reads standard input
    probe: PathBuf,
    /// The stored photo that it is compared with; - reads standard input
    reference: PathBuf,
    /// Also measure the capture quality of both faces
    #[arg(long)]
    quality: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Reply {
    #[serde(flatten)]
    comparison: ComparisonView,
    probe: SampleView,
    reference: SampleView,
    engine: EngineView,
    milliseconds: f64,
}

impl Verify {
    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        let Verify { probe, reference, quality, json } = self;
        input::refuse_two_streams(probe, reference)?;
        let verifier = setup.verifier()?;
        let read = |path: &Path, side: Side| {
            input::photo(path, verifier.options().limits.max_bytes, *quality)
                .map_err(|failure| failure.at_side(side))
        };
        let photos = (read(probe, Side::Probe)?, read(reference, Side::Reference)?);
        let start = Instant::now();
        let verdict = verifier
            .verify(photos.0, photos.1)
            .map_err(|error| Failure::about_one_of(error, probe, reference))?;
        let elapsed = start.elapsed();
        if *json {
            console.print_json(&Reply {
                comparison: ComparisonView::new(&verdict.comparison, &verifier),
                probe: SampleView::new(&verdict.probe, probe),
                reference: SampleView::new(&verdict.reference, reference),
                engine: verifier.engine().into(),
                milliseconds: view::milliseconds(elapsed),
            })?;
        } else {
            console.print(
                view::verdict(&verdict.comparison, &verifier)
                    + &line(Side::Probe, probe, &verdict.probe)
                    + &line(Side::Reference, reference, &verdict.reference)
                    + &view::engine_line(verifier.engine(), elapsed),
            )?;
        }
        Ok(verdict_status(&verdict.comparison))
    }
}

fn line(side: Side, path: &Path, sample: &Sample) -> String {
    let Sample { face, face_count, width, height, .. } = sample;
    let others = if *face_count > 1 { format!(", 1 of {face_count} faces") } else { String::new() };
    // If quality was measured, `view::describe` includes the advice about the face itself.
    let measured = face.quality.is_some();
    let advice = sample.advice().into_iter().filter(|advice| !measured || *advice == Advice::SeveralFaces);
    let advice: Vec<_> = advice.map(|advice| format!("    {}\n", advice.sentence())).collect();
    format!(
        "  {:<9}  {}, {width}x{height}{others}: face {}\n{}",
        side.name(),
        shown(path),
        view::describe(face),
        advice.concat()
    )
}
