//! Load on the real program, started as a separate process: `load SERVER COMMAND [NUMBER]`.
//!
//! `closed SECONDS`: as many requests in flight as workers, against the library called by as many threads, in turn.
//! `open SECONDS`: ten times the capacity; no reply may be lost or mixed up, refusals are fast, memory stays constant.
//! `slow SECONDS`: ten good clients alone, then together with a thousand slow ones, in turn.
//! `term SECONDS`: a stop under load; no accepted request is lost.
//! `bomb SECONDS`: a good client alone, then together with 50 clients with photos of 49 million pixels.
//! `login`: first logins while 300 clients try wrong passwords.
//! `flood SECONDS`: these and 4,600 connections that never log in; first logins and `/health`.
//! `siege SECONDS`: all three at once, with good clients; a release should withstand an hour of it, run by hand.
//! `soak REQUESTS`: good and bad input mixed; memory stays constant, no 500.
//!
//! Each command prints what it measured and fails if a requirement is not met.

mod attack;
mod child;
mod client;
mod closed;
mod figures;
mod mix;
mod open;
mod siege;
mod slow;
mod soak;
mod term;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::process::{Resource, getrlimit, setrlimit};

/// A command fails with a readable message.
type Result<T = ()> = std::result::Result<T, String>;

/// One measurement: takes the server's program and the number.
type Command = fn(&Path, u64) -> Result;

const COMMANDS: &[(&str, u64, Command)] = &[
    ("closed", 30, closed::command),
    ("open", 60, open::command),
    ("slow", 40, slow::command),
    ("term", 3, term::command),
    ("bomb", 20, siege::bomb),
    ("login", 0, siege::login),
    ("flood", 20, siege::flood),
    ("siege", 3600, siege::siege),
    ("soak", 100_000, soak::command),
];

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result {
    let (program, name, number) = match arguments {
        [program, name] => (PathBuf::from(program), name, None),
        [program, name, number] => (PathBuf::from(program), name, Some(number)),
        _ => return Err("the server's program, a command and at most a number are needed".into()),
    };
    let known = COMMANDS.iter().find(|(known, ..)| known == name);
    let &(_, usual, command) = known.ok_or_else(|| format!("there is no command {name:?}"))?;
    let number =
        number.map_or(Ok(usual), |text| text.parse().map_err(|_| "a number is needed".to_owned()))?;
    // Every connection needs a file descriptor, and systems allow few by default.
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    setrlimit(Resource::Nofile, files).map_err(|error| error.to_string())?;
    command(&program, number)
}
