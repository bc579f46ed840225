//! Load on a server in this process: `cargo xtask load COMMAND [NUMBER]`.
//!
//! `closed SECONDS`: as many clients as cores, against the library called by as many threads, interleaved.
//! `open SECONDS`: ten times what it can do; nothing may be lost, mixed up, slow to refuse, or pile up.
//! `slow SECONDS`: ten good clients alone, then beside a thousand slow ones.
//! `soak REQUESTS`: good and bad input mixed; memory stays, no 500.
//!
//! Each command ends with an error where what it measures is not as it must be.

use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[path = "../tests/common/mod.rs"]
mod common;

use common::{Reply, Running, VERIFY, photo, post, verify_body};

type Result = std::result::Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |other: u64| {
        arguments.get(1).map_or(Ok(other), |text| text.parse().map_err(|_| "a number is needed"))
    };
    println!("engine: {}", common::verifier().engine().engine.name());
    let result = match arguments.first().map(String::as_str) {
        Some("closed") => number(20).map_err(str::to_owned).and_then(closed),
        Some("open") => number(60).map_err(str::to_owned).and_then(open),
        Some("slow") => number(10).map_err(str::to_owned).and_then(slow),
        Some("soak") => number(100_000).map_err(str::to_owned).and_then(soak),
        _ => Err("which? closed, open, slow or soak".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn require(holds: bool, what: &str) -> Result {
    if holds { Ok(()) } else { Err(format!("must hold, but does not: {what}")) }
}

/// The middle of some milliseconds, and the value that one in a hundred exceeds.
fn percentile(times: &mut [f64], part: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times
        .get(((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0.0)
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Asks again and again over one connection until the time is over; returns the milliseconds of each answer.
fn ask_until(server: &Running, request: &[u8], end: Instant) -> Vec<f64> {
    let mut stream = BufReader::new(server.connect());
    let mut times = Vec::new();
    while Instant::now() < end {
        let start = Instant::now();
        stream.get_mut().write_all(request).expect("the server takes requests");
        Reply::read(&mut stream).expect("a reply").assert_score(Some("s"));
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times
}

fn ask_by(clients: usize, server: &Running, request: &[u8], time: Duration) -> Vec<f64> {
    let end = Instant::now() + time;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(|| ask_until(server, request, end))).collect();
        clients.into_iter().flat_map(|client| client.join().expect("no client fails")).collect()
    })
}

fn call_by(threads: usize, probe: &[u8], reference: &[u8], time: Duration) -> usize {
    let (verifier, end) = (common::verifier(), Instant::now() + time);
    std::thread::scope(|scope| {
        let call = || {
            let mut calls = 0;
            while Instant::now() < end {
                verifier.verify(probe, reference).expect("two good photos");
                calls += 1;
            }
            calls
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(call)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread fails")).sum()
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn closed(seconds: u64) -> Result {
    const ROUNDS: u64 = 5;
    let (server, probe, reference) = (Running::start(), photo("astronaut.jpg"), photo("hopper.jpg"));
    let request = post(VERIFY, &verify_body("s", &probe, &reference));
    let slice = Duration::from_secs_f64(seconds as f64 / (2 * ROUNDS) as f64);
    call_by(cores(), &probe, &reference, slice / 2);
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let answered = ask_by(2 * cores(), &server, &request, slice).len();
        let called = call_by(cores(), &probe, &reference, slice);
        println!("answered {answered}, called {called}");
        ratios.push(answered as f64 / called as f64);
    }
    let ratio = percentile(&mut ratios, 0.5);
    println!("throughput: {ratio:.3} of the library's (median of {ROUNDS} rounds)");
    require(ratio >= 0.9, "at least 90 % of the library's throughput")
}

fn open(seconds: u64) -> Result {
    let server = Running::start();
    let (probe, reference) = (photo("astronaut.jpg"), photo("hopper.jpg"));
    let request = post(VERIFY, &verify_body("s", &probe, &reference));
    let mut alone = ask_by(1, &server, &request, Duration::from_secs(3));
    let alone = percentile(&mut alone, 0.99);
    let capacity = ask_by(2 * cores(), &server, &request, Duration::from_secs(3)).len() as f64 / 3.0;
    let rate = 10.0 * capacity;
    println!("unloaded p99 {alone:.1} ms, capacity {capacity:.0}/s, sending {rate:.0}/s for {seconds} s");
    let before = resident_kib();
    let next = AtomicU64::new(0);
    let start = Instant::now();
    let total = (rate * seconds as f64) as u64;
    let send = || {
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= total {
                return (accepted, refused);
            }
            let due = start + Duration::from_secs_f64(number as f64 / rate);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            // Every other pair is the same person, so that a mixed-up verdict shows.
            let (same, id) = (number.is_multiple_of(2), number.to_string());
            let body = verify_body(&id, &probe, if same { &probe } else { &reference });
            let request = post(VERIFY, &body);
            let sent = Instant::now();
            let reply = server.raw(&request);
            let took = sent.elapsed().as_secs_f64() * 1000.0;
            if reply.status == 200 {
                let score = reply.assert_score(Some(&id));
                assert_eq!(score >= 27, same, "request {id} has another's verdict");
                accepted.push(took);
            } else {
                reply.assert_error(503, "OVERLOADED", None);
                refused.push(took);
            }
        }
    };
    let results: Vec<(Vec<f64>, Vec<f64>)> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..96).map(|_| scope.spawn(send)).collect();
        clients.into_iter().map(|client| client.join().expect("no reply is lost")).collect()
    });
    let took = start.elapsed().as_secs_f64();
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for (some_accepted, some_refused) in results {
        accepted.extend(some_accepted);
        refused.extend(some_refused);
    }
    let (answered, refusal) = (percentile(&mut accepted, 0.99), percentile(&mut refused, 0.99));
    let queue = 32.0 / capacity * 1000.0;
    println!("{} accepted, {} refused in {took:.1} s; none lost", accepted.len(), refused.len());
    println!("p99 accepted {answered:.1} ms (queue {queue:.0} ms), p99 refused {refusal:.1} ms");
    println!("resident {} -> {} KiB", before, resident_kib());
    require(accepted.len() + refused.len() == total as usize, "every request answered once")?;
    require(answered < 4.0 * alone + queue, "p99 under 4 times the unloaded one and the queue")?;
    require(refusal < 50.0, "refusals in under 50 ms")
}

fn slow(seconds: u64) -> Result {
    let server = Running::with("header-timeout = 60\nbody-timeout = 60");
    let request = post(VERIFY, &verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg")));
    let time = Duration::from_secs(seconds);
    let mut alone = ask_by(10, &server, &request, time);
    let mut slow: Vec<TcpStream> = (0..1000).map(|_| server.connect()).collect();
    for stream in &mut slow {
        stream.write_all(&request[..600]).map_err(|error| error.to_string())?;
    }
    let end = Instant::now() + time;
    let mut beside = std::thread::scope(|scope| {
        // Each of them sends a byte now and then.
        scope.spawn(|| {
            let mut at = 600;
            while Instant::now() < end {
                for stream in &mut slow {
                    let _ = stream.write_all(&request[at..=at]);
                }
                at += 1;
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        ask_by(10, &server, &request, time)
    });
    let (alone, beside) = (percentile(&mut alone, 0.99), percentile(&mut beside, 0.99));
    println!(
        "p99 of 10 clients: {alone:.1} ms alone, {beside:.1} ms beside 1000 slow ones ({:.2})",
        beside / alone
    );
    require(beside <= 2.0 * alone, "slow clients cost good ones less than a factor of two")
}

fn soak(requests: u64) -> Result {
    let server = Running::start();
    let names = [
        "astronaut.jpg",
        "hopper.jpg",
        "gray.png",
        "truncated-50.jpg",
        "text.jpg",
        "astronaut-lossy.webp",
        "animated.gif",
    ];
    let photos: Vec<Vec<u8>> = names.iter().map(|name| photo(name)).collect();
    let bodies: Vec<Vec<u8>> = photos
        .iter()
        .flat_map(|probe| photos.iter().map(|reference| verify_body("s", probe, reference)))
        .chain([b"{}".to_vec(), b"no json".to_vec(), vec![b'['; 100_000], br#"{"probe":1}"#.to_vec()])
        .collect();
    let warm = (requests / 10).max(bodies.len() as u64);
    run_mixed(&server, &bodies, warm)?;
    let before = resident_kib();
    run_mixed(&server, &bodies, requests)?;
    let after = resident_kib();
    println!("{requests} requests, no 500; resident {before} -> {after} KiB");
    require(after as f64 <= 1.05 * before as f64, "memory within 5 % of what it was after warming up")
}

fn run_mixed(server: &Running, bodies: &[Vec<u8>], requests: u64) -> Result {
    let next = AtomicU64::new(0);
    let ask = || {
        let mut stream = BufReader::new(server.connect());
        let mut wrong = 0;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= requests {
                return wrong;
            }
            let body = &bodies[number as usize % bodies.len()];
            stream.get_mut().write_all(&post(VERIFY, body)).expect("the server takes requests");
            let status = Reply::read(&mut stream).expect("a reply").status;
            wrong += u64::from(!matches!(status, 200 | 400));
        }
    };
    let wrong: u64 = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..2 * cores()).map(|_| scope.spawn(ask)).collect();
        clients.into_iter().map(|client| client.join().expect("no client fails")).sum()
    });
    require(wrong == 0, &format!("{wrong} answers were neither 200 nor 400"))
}
