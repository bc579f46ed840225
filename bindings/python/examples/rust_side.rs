//! The Rust side of bench/python_overhead.py: for each line `PROBE<tab>REFERENCE` on standard input it verifies the
//! two files and prints the score and the processor time of this thread in milliseconds.

#![allow(unsafe_code, reason = "a thread's processor time is read with libc")]

use std::io::{BufRead, Write};

use visavis::{Options, Verifier};

fn main() {
    let mut options = Options::default();
    // One, so that all of the work is in this thread.
    options.workers = 1;
    options.onnxruntime = std::env::args_os().nth(1).map(Into::into);
    let verifier = Verifier::new(options).expect("the models are in the library");
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("names are text");
        let (probe, reference) = line.split_once('\t').expect("two names");
        let [probe, reference] = [probe, reference].map(|name| std::fs::read(name).expect("a photo"));
        let start = processor_ms();
        let verdict = std::hint::black_box(verifier.verify(&probe, &reference));
        let spent = processor_ms() - start;
        match verdict {
            Ok(verdict) => writeln!(out, "{} {spent}", verdict.comparison.score),
            Err(error) => writeln!(out, "{} {spent}", error.kind()),
        }
        .and_then(|()| out.flush())
        .expect("standard output is open");
    }
}

fn processor_ms() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every system that the package is built for, and the struct is ours.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(status, 0);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
