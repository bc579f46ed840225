//! `visavis models check`: whether a folder of models can be used, and what it costs.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use visavis::{ModelCheck, NetworkCheck, Options, ScoreTable, Verifier, check_models};

use crate::failure::{Failure, Result};
use crate::output::Console;
use crate::setup::Setup;
use crate::text::{grouped, shown};
use crate::view::{EngineView, milliseconds};
use crate::{NEGATIVE, SUCCESS};

/// Folders of models (docs/MODELS.md)
#[derive(Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Models {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(Check),
}

/// Report everything that is wrong with a folder of models, and measure what its networks cost. Exit status: 0 ready, 1
/// not, 2 error
#[derive(Args)]
struct Check {
    /// Contains a manifest.toml and the files that it names
    folder: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Reply {
    folder: String,
    ready: bool,
    problems: Vec<Failure>,
    networks: Vec<NetworkView>,
    calibration: Option<CalibrationView>,
    engine: Option<EngineView>,
    memory: Option<MemoryView>,
}

#[derive(Serialize)]
struct NetworkView {
    id: String,
    kind: &'static str,
    licence: Option<String>,
    bytes: usize,
    input_size: usize,
    /// Of one run.
    milliseconds: f64,
}

#[derive(Serialize)]
struct CalibrationView {
    protocol: String,
    comparisons: u64,
    highest_measured_score: f32,
}

/// The resident memory of the process, in bytes: before there is a verifier, and with one that has one worker and has run
/// every network.
#[derive(Serialize)]
struct MemoryView {
    before: u64,
    with_one_worker: u64,
}

impl Models {
    pub(crate) fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        let Command::Check(command) = &self.command;
        command.run(setup, console)
    }

    pub(crate) fn answers_json(&self) -> bool {
        let Command::Check(command) = &self.command;
        command.json
    }
}

impl Check {
    fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        let mut options = setup.options()?;
        options.models = Some(self.folder.clone());
        options.workers = 1;
        // First, so that memory left over from running the networks is not counted as present before.
        let before = resident();
        let check = check_models(&self.folder, &options)?;
        let memory = if check.networks.is_empty() { None } else { memory(before, options) };
        let reply = Reply::new(self, check, memory);
        if self.json {
            console.print_json(&reply)?;
        } else {
            console.print(reply.text())?;
        }
        Ok(if reply.ready { SUCCESS } else { NEGATIVE })
    }
}

/// None if the models cannot be used, or if the system does not report it.
fn memory(before: Option<u64>, options: Options) -> Option<MemoryView> {
    let verifier = Verifier::to_calibrate(options).ok()?;
    verifier.warm_up().ok()?;
    before.zip(resident()).map(|(before, with_one_worker)| MemoryView { before, with_one_worker })
}

/// The resident memory of this process, if the system reports it as Linux does.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

impl Reply {
    fn new(command: &Check, check: ModelCheck, memory: Option<MemoryView>) -> Reply {
        Reply {
            folder: command.folder.to_string_lossy().into_owned(),
            ready: check.problems.is_empty(),
            problems: check.problems.into_iter().map(Failure::from).collect(),
            networks: check.networks.into_iter().map(NetworkView::from).collect(),
            calibration: check.calibration.as_ref().map(CalibrationView::from),
            engine: check.engine.as_ref().map(EngineView::from),
            memory,
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for problem in &self.problems {
            let _ = writeln!(text, "problem: {problem}");
        }
        for NetworkView { id, kind, licence, bytes, input_size, milliseconds } in &self.networks {
            let licence = licence.as_deref().unwrap_or("not stated");
            let _ = writeln!(
                text,
                "{kind} {id}: {:.1} MiB, {input_size} x {input_size} pixels, {milliseconds:.1} ms a run; licence: {licence}",
                mebibytes(*bytes as u64)
            );
        }
        if let Some(CalibrationView { protocol, comparisons, highest_measured_score }) = &self.calibration {
            let comparisons = grouped(*comparisons);
            let _ = writeln!(
                text,
                "calibration: {comparisons} comparisons, measured up to score {highest_measured_score}: {protocol}"
            );
        }
        if let Some(engine) = &self.engine {
            let _ = writeln!(text, "engine: {} {}", engine.name, engine.version);
        }
        if let Some(MemoryView { before, with_one_worker }) = self.memory {
            let [before, with] = [before, with_one_worker].map(mebibytes);
            let _ = writeln!(text, "memory: {with:.0} MiB with one worker, {before:.0} MiB before");
        }
        let folder = shown(self.folder.as_ref());
        text + &if self.ready { format!("{folder} is ready\n") } else { format!("{folder} is not ready\n") }
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

impl From<NetworkCheck> for NetworkView {
    fn from(network: NetworkCheck) -> Self {
        let NetworkCheck { id, kind, licence, bytes, input_size, run, .. } = network;
        NetworkView { id, kind, licence, bytes, input_size, milliseconds: milliseconds(run) }
    }
}

impl From<&ScoreTable> for CalibrationView {
    fn from(table: &ScoreTable) -> Self {
        let ScoreTable { protocol, comparisons, .. } = table;
        CalibrationView {
            protocol: protocol.clone(),
            comparisons: *comparisons,
            highest_measured_score: table.highest_measured_score(),
        }
    }
}
