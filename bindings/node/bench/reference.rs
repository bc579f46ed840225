//! The baseline of overhead.mjs: the same verifications with the Rust API.
//!
//! `node_reference ONNXRUNTIME|- PHOTO...` answers each line `PROBE REFERENCE` (indices of photos) on its input with the
//! score and the nanoseconds that it took: wall-clock time, and processor time of the whole process.

use std::io::{BufRead, Write, stdin, stdout};
use std::time::Instant;

use visavis::{Engine, Options, Verifier};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let library = arguments.next().ok_or("the first argument is ONNX Runtime's library, or -")?;
    let photos = arguments.map(std::fs::read).collect::<Result<Vec<_>, _>>()?;
    let mut options = Options::default();
    options.workers = 1;
    if library == "-" {
        options.engine = Engine::Embedded;
    } else {
        options.onnxruntime = Some(library.into());
    }
    let verifier = Verifier::new(options)?;
    for line in stdin().lock().lines() {
        let line = line?;
        let (probe, reference) = line.split_once(' ').ok_or("a line must hold two numbers")?;
        let (probe, reference) = (&photos[probe.parse::<usize>()?], &photos[reference.parse::<usize>()?]);
        let (start, processor) = (Instant::now(), processor_time());
        let verdict = verifier.verify(probe, reference)?;
        let (wall, processor) = (start.elapsed().as_nanos(), processor_time() - processor);
        println!("{} {wall} {processor}", verdict.comparison.score);
        stdout().flush()?;
    }
    Ok(())
}

#[allow(unsafe_code)]
fn processor_time() -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every system that runs this benchmark, and the struct is ours.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(status, 0);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}
