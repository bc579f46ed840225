//! The Rust API with one worker, which answers requests on standard input: `bench_subject [OPTION=VALUE]...`.
//!
//! A line is WHAT, tab, PATH. `bytes`: the file, read before the clock starts, becomes a template. `pixels`: the same
//! from its decoded picture. `decode`: to pixels only. `networks`: both networks once, alone; the path may be empty.
//! The answer is one line of milliseconds: wall-clock time, processor time of all threads, and the parts of the first for
//! decoding, detection and extraction; or `error` and its name.

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use visavis::{Options, Timings, Verifier};

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::default();
    options.workers = 1;
    for setting in std::env::args().skip(1) {
        let (name, value) = setting.split_once('=').ok_or("an option is NAME=VALUE")?;
        options.set(name, value)?;
    }
    let verifier = Verifier::new(options)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} {}", verifier.engine().engine.name(), verifier.engine().version)?;
    let mut files = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (what, path) = line.split_once('\t').ok_or("a line is WHAT, tab, PATH")?;
        if !files.contains_key(path) && !path.is_empty() {
            files.insert(path.to_owned(), std::fs::read(path)?);
        }
        let bytes = files.get(path).map_or(&[][..], Vec::as_slice);
        writeln!(out, "{}", answer(&verifier, what, bytes)?)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(verifier: &Verifier, what: &str, bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let pixels = if what == "pixels" { Some(verifier.decode(bytes)?) } else { None };
    let (start, spent) = (Instant::now(), processor());
    let timings = match (what, &pixels) {
        ("bytes", _) => verifier.extract(bytes).map(|extraction| extraction.sample.timings),
        ("pixels", Some(image)) => verifier.extract(image).map(|extraction| extraction.sample.timings),
        ("decode", _) => verifier.decode(bytes).map(|_| Timings::default()),
        ("networks", _) => verifier.warm_up().map(|()| Timings::default()),
        _ => return Err(format!("{what} cannot be measured").into()),
    };
    let (clock, processor) = (start.elapsed(), processor().saturating_sub(spent));
    let timings = match timings {
        Ok(timings) => timings,
        Err(error) => return Ok(format!("error {}", error.kind())),
    };
    let all = [clock, processor, timings.decode, timings.detect, timings.extract];
    Ok(all.map(|time| format!("{:.4}", time.as_secs_f64() * 1e3)).join(" "))
}

/// The processor time that all threads of this process have used.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
