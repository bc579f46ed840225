//! The `visavis` command line as a library, which the program and the Python and npm packages run.

mod calibrate;
mod compare;
mod conditions;
mod detect;
pub mod draw;
mod enroll;
mod eval;
mod extract;
mod failure;
mod gallery;
mod groups;
mod input;
mod models;
mod output;
mod setup;
mod table;
mod template_file;
mod text;
mod verify;
mod view;
mod workers;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;

use clap::{Parser, Subcommand};
use visavis::{Comparison, Options};

use failure::Result;
use output::Console;
use setup::Setup;

/// Do these photos show the same person?
///
/// The comparison score is -10 log10 of the false match rate: 30 means that one pair of different people in 1,000
/// is as similar, 40 one in 10,000. Photos are JPEG, PNG, WebP, BMP, GIF, TIFF or PNM files.
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
    Enroll(enroll::Enroll),
    Compare(compare::Compare),
    Eval(eval::Eval),
    Conditions(conditions::Conditions),
    Calibrate(calibrate::Calibrate),
    Models(models::Models),
}

impl Command {
    fn run(&self, setup: &Setup, console: &mut Console<'_>) -> Result<u8> {
        match self {
            Command::Verify(command) => command.run(setup, console),
            Command::Detect(command) => command.run(setup, console),
            Command::Extract(command) => command.run(setup, console),
            Command::Enroll(command) => command.run(setup, console),
            Command::Compare(command) => command.run(setup, console),
            Command::Eval(command) => command.run(setup, console),
            Command::Conditions(command) => command.run(setup, console),
            Command::Calibrate(command) => command.run(setup, console),
            Command::Models(command) => command.run(setup, console),
        }
    }

    /// Whether standard output is JSON, so that an error is printed there as JSON too.
    fn answers_json(&self) -> bool {
        match self {
            Command::Verify(command) => command.json,
            Command::Detect(command) => command.json,
            Command::Extract(command) => command.json,
            Command::Enroll(command) => command.json,
            Command::Compare(command) => command.json,
            Command::Eval(command) => command.prints_json(),
            Command::Conditions(command) => command.prints_json(),
            Command::Calibrate(_) => false,
            Command::Models(command) => command.answers_json(),
        }
    }
}

/// The status of success; for a comparison "same person".
const SUCCESS: u8 = 0;

/// The status of a negative answer, such as "different people".
const NEGATIVE: u8 = 1;

/// The status of every error.
const ERROR: u8 = 2;

/// Runs one command and returns its exit status: 0, 1 for a negative answer such as "different people", 2 for an error.
///
/// The first argument is the program's name. Results go to `out`, errors to `err`; a file named `-` is read from
/// this process's standard input. If this process's standard error is a terminal, long work shows its progress on
/// `err`. Nothing else is printed, the process is not ended and no panic hook is installed, so any program can call
/// this any number of times.
pub fn run(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    run_with(Options::default(), args, out, err)
}

/// Like [`run`], with other defaults for options that the arguments do not set, for example
/// [`Options::onnxruntime_hint`].
pub fn run_with(
    defaults: Options,
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let mut console = Console { out, err };
    let Cli { mut setup, command } = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return console.usage(&error),
    };
    setup.defaults = defaults;
    // A panic is a defect, but even then the status is the documented one.
    let result = visavis::catch_panic(|| Ok(command.run(&setup, &mut console)));
    result.unwrap_or_else(|error| Err(error.into())).unwrap_or_else(|failure| {
        console.complain(&failure);
        if command.answers_json() {
            // If standard output is closed, standard error already has the message.
            let _ = console.print_json(&BTreeMap::from([("error", failure)]));
        }
        ERROR
    })
}

/// The status of a verdict.
fn verdict_status(comparison: &Comparison) -> u8 {
    if comparison.is_match { SUCCESS } else { NEGATIVE }
}
