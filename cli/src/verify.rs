//! `visavis verify`: two photos, one verdict.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use visavis::{Sample, Side, Verdict};

use crate::failure::{Failure, Result};
use crate::output::{Console, shown};
use crate::setup::Setup;
use crate::view::{self, ComparisonView, EngineView, SampleView};
use crate::{input, verdict_status};

/// Do two photos show the same person? Exit status: 0 same, 1 different, 2 error
#[derive(Args)]
pub(crate) struct Verify {
    /// The live or current photo; - reads standard input
    probe: PathBuf,
    /// The stored photo it is compared with; - reads standard input
    reference: PathBuf,
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
        let Verify { probe, reference, json } = self;
        input::refuse_two_streams(probe, reference)?;
        let verifier = setup.verifier()?;
        let most = verifier.options().limits.max_bytes;
        let probe_bytes = input::photo(probe, most).map_err(|failure| failure.at_side(Side::Probe))?;
        let reference_bytes = input::photo(reference, most).map_err(|f| f.at_side(Side::Reference))?;
        let start = Instant::now();
        let verdict = verifier
            .verify(&probe_bytes, &reference_bytes)
            .map_err(|error| Failure::about_one_of(error, probe, reference))?;
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        if *json {
            console.print_json(&Reply {
                comparison: ComparisonView::new(&verdict.comparison, &verifier),
                probe: SampleView::new(&verdict.probe, probe),
                reference: SampleView::new(&verdict.reference, reference),
                engine: verifier.engine().into(),
                milliseconds,
            })?;
        } else {
            let engine = view::engine_line(verifier.engine(), milliseconds);
            console.print(view::verdict(&verdict.comparison, &verifier) + &self.faces(&verdict) + &engine)?;
        }
        Ok(verdict_status(&verdict.comparison))
    }

    fn faces(&self, verdict: &Verdict) -> String {
        let line = |side: Side, path: &PathBuf, sample: &Sample| {
            let Sample { face_count, width, height, .. } = sample;
            let others = if *face_count > 1 { format!(", 1 of {face_count} faces") } else { String::new() };
            let (side, path, face) = (side.name(), shown(path), view::describe(&sample.face));
            format!("  {side:<9}  {path}, {width}x{height}{others}: face {face}\n")
        };
        line(Side::Probe, &self.probe, &verdict.probe)
            + &line(Side::Reference, &self.reference, &verdict.reference)
    }
}
