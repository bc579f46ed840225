//! Verifies two photos, or many pairs with one verifier:
//!
//! ```text
//! cargo run --release --example verify -- PROBE REFERENCE [OPTION=VALUE]...
//! cargo run --release --example verify -- - [OPTION=VALUE]...
//! ```
//!
//! With `-`, the pairs are read from standard input, one a line, with a tab between the two file names. The options are
//! those of `Options::set`. The first line of the output names the engine; a warning may follow. Every further line is
//! an answer.

use std::error::Error;
use std::io::BufRead;

use visavis::{Options, Photo, Verifier};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["-", options @ ..] => {
            let verifier = start(options)?;
            for line in std::io::stdin().lock().lines() {
                let line = line?;
                let (probe, reference) = line.split_once('\t').ok_or("a line is PROBE, tab, REFERENCE")?;
                println!("{}", answer(&verifier, probe, reference));
            }
        }
        [probe, reference, options @ ..] => {
            println!("{}", answer(&start(options)?, probe, reference));
        }
        _ => return Err("usage: verify PROBE REFERENCE [OPTION=VALUE]...".into()),
    }
    Ok(())
}

/// Creating a verifier is expensive: keep it, and share it between threads.
fn start(settings: &[&str]) -> Result<Verifier, Box<dyn Error>> {
    let mut options = Options::default();
    for setting in settings {
        let (name, value) = setting.split_once('=').ok_or("an option is NAME=VALUE")?;
        options.set(name, value)?;
    }
    let verifier = Verifier::new(options)?;
    let engine = verifier.engine();
    let why = engine.fallback_reason.as_deref().unwrap_or("as requested");
    println!("engine: {} ({}; {why})", engine.engine.name(), engine.version);
    if let Some(warning) = &engine.warning {
        println!("warning: {warning}");
    }
    Ok(verifier)
}

/// A photo that cannot be used results in an answer, too.
fn answer(verifier: &Verifier, probe: &str, reference: &str) -> String {
    match verifier.verify(Photo::file(probe), Photo::file(reference)) {
        Ok(verdict) if verdict.comparison.is_match => format!("score {:.2}: same", verdict.comparison.score),
        Ok(verdict) => format!("score {:.2}: different", verdict.comparison.score),
        Err(error) => format!("{} {error}", error.kind()),
    }
}
