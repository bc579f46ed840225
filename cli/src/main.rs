//! `visavis`: the face verification engine on the command line.

mod calibrate;
mod compare;
mod cross;
mod detect;
mod draw;
mod eval;
mod extract;
mod failure;
mod gallery;
mod input;
mod names;
mod output;
mod progress;
mod setup;
mod verify;
mod view;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use visavis::{Comparison, Error, ErrorKind};

use failure::Result;
use setup::Setup;

/// Do these photos show the same person?
///
/// The comparison score is -10 log10 of the false match rate: 30 means that one pair of different people in 1,000
/// is as alike, 40 one in 10,000. Photos are JPEG, PNG, WebP, BMP, GIF, TIFF or PNM files.
#[derive(Parser)]
#[command(name = "visavis", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    setup: Setup,
}

#[derive(Subcommand)]
enum Command {
    Verify(verify::Verify),
    Detect(detect::Detect),
    Extract(extract::Extract),
    Compare(compare::Compare),
    Eval(eval::Eval),
    Calibrate(calibrate::Calibrate),
}

impl Command {
    fn run(&self, setup: &Setup) -> Result<ExitCode> {
        match self {
            Command::Verify(command) => command.run(setup),
            Command::Detect(command) => command.run(setup),
            Command::Extract(command) => command.run(setup),
            Command::Compare(command) => command.run(setup),
            Command::Eval(command) => command.run(setup),
            Command::Calibrate(command) => command.run(setup),
        }
    }

    /// Whether a program reads JSON from standard output.
    fn answers_json(&self) -> bool {
        match self {
            Command::Verify(command) => command.json,
            Command::Detect(command) => command.json,
            Command::Extract(command) => command.json,
            Command::Compare(command) => command.json,
            Command::Eval(command) => command.prints_json(),
            Command::Calibrate(_) => false,
        }
    }
}

/// The status of every error.
const ERROR: u8 = 2;

fn main() -> ExitCode {
    let Cli { setup, command } = Cli::parse();
    // A panic is a defect, but even then the status is the documented one. Its text went to standard error.
    let result = catch_unwind(AssertUnwindSafe(|| command.run(&setup)))
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::Panic, "the program failed; this is a defect").into()));
    result.unwrap_or_else(|failure| {
        output::complain(&failure);
        if command.answers_json() {
            // Standard error has it already, should standard output be gone.
            let _ = output::print_json(&BTreeMap::from([("error", failure.view())]));
        }
        ExitCode::from(ERROR)
    })
}

/// The status of a verdict.
fn verdict_code(comparison: &Comparison) -> ExitCode {
    ExitCode::from(u8::from(!comparison.is_match))
}
