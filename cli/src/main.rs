//! `visavis`: the face verification engine on the command line.

mod calibrate;
mod calibration;
mod cross;
mod eval;
mod failure;
mod input;
mod intervals;
mod metrics;
mod output;
mod pairs;
mod photos;
mod setup;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use setup::Setup;

/// Do these photos show the same person?
#[derive(Parser)]
#[command(name = "visavis", version, about)]
struct Cli {
    #[command(flatten)]
    setup: Setup,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Eval(eval::Eval),
    Calibrate(calibrate::Calibrate),
}

fn main() -> ExitCode {
    let Cli { setup, command } = Cli::parse();
    let result = match &command {
        Command::Eval(command) => command.run(&setup),
        Command::Calibrate(command) => command.run(&setup),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            output::complain(&failure);
            ExitCode::from(2)
        }
    }
}
