//! Good clients together with hostile ones: `bomb`, `login`, `flood`, and all of it at once.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use testkit::wire::{VERIFY, authorization, request};

use crate::Result;
use crate::attack::{Attack, Kind};
use crate::child::{Server, first_users};
use crate::client::{self, Connection, ask_by, usual_request};
use crate::figures::{cores, milliseconds, quantile, require};

/// The numbers of hostile clients.
const BOMBS: Kind = Kind::Bombs(50);
const IDLE: Kind = Kind::Idle(4600);
const GUESSES: Kind = Kind::Guesses(300);

/// The server's defaults for decoding one photo and for all bodies, and a bound for the rest of its memory.
const DECODE_KIB: u64 = 160 << 10;
const BODIES_KIB: u64 = 256 << 10;
const REST_KIB: u64 = 100 << 10;

/// No limit on failed logins, as in deployments where all clients share a balancer's address.
const UNLIMITED: [&str; 2] = ["--auth-failures", "0"];

/// 50 clients with photos of 49 million pixels and the good client's login: its p99 is at most 4 times the p99 alone.
pub(crate) fn bomb(program: &Path, seconds: u64) -> Result {
    let server = Server::start(program, &[])?;
    let (request, turn) = (usual_request(), Duration::from_secs(seconds) / 2);
    ask_by(1, server.address, &request, Duration::from_secs(2));
    let mut alone = ask_by(1, server.address, &request, turn);
    let attack = Attack::start(server.address, &[BOMBS]);
    let mut during = ask_by(1, server.address, &request, turn);
    let seen = attack.end()?;
    let counts = [alone.len(), during.len()];
    let [alone, during] = [&mut alone, &mut during].map(|times| quantile(times, 0.99));
    println!(
        "p99 of a good client: {alone:.1} ms alone ({} requests), {during:.1} ms with 50 bombs ({}, all answered): \
         {:.2} times; the bombs: {seen:?}",
        counts[0],
        counts[1],
        during / alone
    );
    require_memory(&server)?;
    require(during <= 4.0 * alone, "bombs cost a good client less than a factor of four")
}

/// 300 clients that try wrong passwords: first logins within a second.
pub(crate) fn login(program: &Path, _: u64) -> Result {
    let server = Server::start(program, &UNLIMITED)?;
    let attack = Attack::start(server.address, &[GUESSES]);
    let slowest = first_logins(server.address)?;
    println!("300 clients with wrong passwords received {:?}", attack.end()?);
    require_memory(&server)?;
    require(slowest < 1000.0, "a first login takes less than a second")
}

/// These and 4,600 connections without a login: first logins within a second, and `/health` always.
pub(crate) fn flood(program: &Path, seconds: u64) -> Result {
    let (server, admin) = watched(program)?;
    let attack = Attack::start(server.address, &[IDLE, GUESSES]);
    let slowest = first_logins(server.address)?;
    let health = ask_health(admin, Duration::from_secs(seconds))?;
    println!("4,600 idle clients and 300 with wrong passwords received {:?}", attack.end()?);
    println!(
        "/health on its own address: {} times up, the slowest {:.1} ms",
        health.len(),
        health[health.len() - 1]
    );
    require_memory(&server)?;
    require(slowest < 1000.0, "a first login takes less than a second")
}

/// Everything at once together with good clients, for a long time.
pub(crate) fn siege(program: &Path, seconds: u64) -> Result {
    let (server, admin) = watched(program)?;
    let request = usual_request();
    ask_by(1, server.address, &request, Duration::from_secs(2));
    let attack = Attack::start(server.address, &[BOMBS, IDLE, GUESSES]);
    let slowest = first_logins(server.address)?;
    let health = std::thread::spawn(move || ask_health(admin, Duration::from_secs(seconds)));
    let round = Duration::from_secs(seconds) / 10;
    for number in 1..=10 {
        let mut times = ask_by(cores(), server.address, &request, round);
        println!(
            "part {number}: {} answered to {} good clients, p50 {:.1} ms, p99 {:.1} ms; resident {} KiB",
            times.len(),
            cores(),
            quantile(&mut times, 0.5),
            quantile(&mut times, 0.99),
            server.resident_kib()?
        );
    }
    println!("the hostile clients received {:?}", attack.end()?);
    let health = health.join().map_err(|_| "the watching client failed")??;
    println!(
        "/health on its own address: {} times up, the slowest {:.1} ms",
        health.len(),
        health[health.len() - 1]
    );
    require(!server.log()?.contains("INTERNAL_ERROR"), "nothing fails")?;
    require_memory(&server)?;
    require(slowest < 1000.0, "a first login takes less than a second")
}

/// A server with a separate admin address, which is returned too.
fn watched(program: &Path) -> Result<(Server, SocketAddr)> {
    let text = |error: std::io::Error| error.to_string();
    let admin = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(text)?;
    let watch = admin.to_string();
    Ok((Server::start(program, &[&UNLIMITED[..], &["--admin-listen", &watch]].concat())?, admin))
}

/// The milliseconds of the slowest first login of users who have not logged in before.
fn first_logins(address: SocketAddr) -> Result<f64> {
    let mut times = client::run(async {
        let mut times = Vec::new();
        for name in first_users() {
            let login = authorization(&format!("{name}:correct horse"));
            let start = Instant::now();
            let mut connection = Connection::open(address).await?;
            let reply = connection.ask(&request("POST", VERIFY, &[("Authorization", &login)], b"{}")).await?;
            if reply.status != 200 {
                return Err(std::io::Error::other(format!("{name} gets {}", reply.status)));
            }
            times.push(milliseconds(start.elapsed()));
        }
        Ok(times)
    })
    .map_err(|error| format!("a first login: {error}"))?;
    let [half, all] = [0.5, 1.0].map(|part| quantile(&mut times, part));
    println!("first logins of {} users: half within {half:.0} ms, the slowest {all:.0} ms", times.len());
    Ok(all)
}

/// Requests `/health` as monitoring does, twice a second, each time on a new connection; returns the sorted milliseconds.
fn ask_health(address: SocketAddr, time: Duration) -> Result<Vec<f64>> {
    let end = Instant::now() + time;
    let times = client::run(async {
        let mut times = Vec::new();
        while times.is_empty() || Instant::now() < end {
            let start = Instant::now();
            let mut connection = Connection::open(address).await?;
            let reply = connection.ask(&request("GET", "/health", &[], b"")).await?;
            if reply.status != 200 {
                return Err(std::io::Error::other(format!("/health says {}", reply.status)));
            }
            times.push(milliseconds(start.elapsed()));
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        times.sort_by(f64::total_cmp);
        Ok(times)
    });
    times.map_err(|error| format!("/health: {error}"))
}

fn require_memory(server: &Server) -> Result {
    // As many as the server has by default.
    let workers = cores().max(2) as u64;
    let (peak, bound) = (server.peak_kib()?, workers * DECODE_KIB + BODIES_KIB + REST_KIB);
    println!("memory at its peak: {peak} KiB of {bound} KiB");
    require(peak <= bound, "memory within the budgets of workers and bodies and 100 MiB")
}
