//! The server at full load, against the library called in this process by as many threads as the server has.
//!
//! Both do the same comparisons on the same processors, in turn, so that other work on the machine affects both alike.
//! The server's side includes more: the client, HTTP, JSON and Base64, all on the same cores. Full load is two requests
//! in flight for each worker; with one, a worker is idle while its client reads and writes, which is printed as well.

use std::path::Path;
use std::time::{Duration, Instant};

use testkit::files::photo;
use visavis::{Options, Verifier};

use crate::Result;
use crate::child::{Server, processor_seconds};
use crate::client::{ask_by, usual_request};
use crate::figures::{cores, quantile, require};

const ROUNDS: u32 = 10;

/// What one side did in its turns.
#[derive(Default)]
struct Side {
    done: usize,
    seconds: f64,
    processor: f64,
}

pub(crate) fn command(program: &Path, seconds: u64) -> Result {
    let server = Server::start(program, &[])?;
    let workers = cores();
    let mut options = Options::default();
    options.workers = workers;
    let verifier = Verifier::new(options).map_err(|error| error.to_string())?;
    let request = usual_request();
    let turn = Duration::from_secs(seconds) / (3 * ROUNDS);
    // Both warm up before anything is counted.
    call_by(workers, &verifier, turn);
    ask_by(workers, server.address, &request, turn);
    let (mut same, mut twice) = (Vec::new(), Vec::new());
    let (mut library, mut served, mut client) = (Side::default(), Side::default(), 0.0);
    for _ in 0..ROUNDS {
        let called = library
            .take(|| Ok(call_by(workers, &verifier, turn)), &|| processor_seconds(std::process::id()))?;
        let own = processor_seconds(std::process::id())?;
        let ask = |clients| Ok(ask_by(clients, server.address, &request, turn).len());
        let answered = served.take(|| ask(workers), &|| server.processor_seconds())?;
        client += processor_seconds(std::process::id())? - own;
        same.push(answered / called);
        twice.push(Side::default().take(|| ask(2 * workers), &|| Ok(0.0))? / called);
    }
    println!(
        "library, {workers} threads: {:.1}/s, {:.2} ms of processor time per call",
        library.rate(),
        library.cost()
    );
    println!(
        "server, {workers} in flight: {:.1}/s, {:.2} ms of processor time per request; client {:.2} ms",
        served.rate(),
        served.cost(),
        client * 1000.0 / served.done as f64
    );
    let spread = |ratios: &mut [f64]| [0.0, 0.5, 1.0].map(|part| quantile(ratios, part));
    let ([low, same, high], [_, twice, _]) = (spread(&mut same), spread(&mut twice));
    println!("throughput of the server over the library's, median of {ROUNDS} rounds:");
    println!("  {workers} in flight {same:.3} ({low:.3} to {high:.3}), {} in flight {twice:.3}", 2 * workers);
    require(twice >= 0.9, "at least 90 % of the library's throughput at full load")
}

impl Side {
    /// Counts a turn and returns its throughput.
    fn take(
        &mut self,
        work: impl FnOnce() -> Result<usize>,
        processor: &dyn Fn() -> Result<f64>,
    ) -> Result<f64> {
        let (start, before) = (Instant::now(), processor()?);
        let done = work()?;
        let seconds = start.elapsed().as_secs_f64();
        self.processor += processor()? - before;
        self.done += done;
        self.seconds += seconds;
        Ok(done as f64 / seconds)
    }

    fn rate(&self) -> f64 {
        self.done as f64 / self.seconds
    }

    /// Milliseconds of processor time per comparison.
    fn cost(&self) -> f64 {
        self.processor * 1000.0 / self.done as f64
    }
}

/// The number of comparisons that this many threads make until the time is over.
fn call_by(threads: usize, verifier: &Verifier, time: Duration) -> usize {
    let (probe, reference, end) = (photo("astronaut.jpg"), photo("hopper.jpg"), Instant::now() + time);
    let call = || {
        let mut calls = 0;
        while Instant::now() < end {
            verifier.verify(&probe, &reference).expect("two good photos");
            calls += 1;
        }
        calls
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(call)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread fails")).sum()
    })
}
