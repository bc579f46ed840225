//! Ten times as many requests as the server can answer, sent at fixed times, since real clients do not wait for each other.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use testkit::files::photo;
use testkit::wire::{VERIFY, post, verify_body};
use tokio::task::{JoinHandle, LocalSet};

use crate::Result;
use crate::child::Server;
use crate::client::{self, Connection, ask_by, usual_request};
use crate::figures::{cores, milliseconds, quantile, require};

/// The server's default.
const QUEUE_LENGTH: f64 = 32.0;

/// A refusal must arrive within this time.
const REFUSAL_MS: f64 = 50.0;

/// The fraction by which memory may grow after the first third of the time.
const GROWTH: f64 = 0.05;

/// The two kinds of requests: every other one compares a photo with itself, so that a mixed-up verdict shows.
struct Bodies {
    same: Vec<u8>,
    different: Vec<u8>,
}

/// The result of one request.
enum Answer {
    Verdict(f64),
    Refusal(f64),
    Wrong(String),
}

/// Connections that wait for their next request, and since when.
type Idle = Rc<RefCell<Vec<(Connection, Instant)>>>;

/// A connection that was idle for longer is not used again. It is shorter than the server's idle timeout of 75 s:
/// otherwise the server might close a connection while a request is on its way.
const REST: Duration = Duration::from_secs(5);

pub(crate) fn command(program: &Path, seconds: u64) -> Result {
    let server = Server::start(program, &[])?;
    let request = usual_request();
    let measure = |clients, seconds| ask_by(clients, server.address, &request, Duration::from_secs(seconds));
    measure(cores(), 2);
    let alone = quantile(&mut measure(1, 10), 0.99);
    let capacity = measure(2 * cores(), 5).len() as f64 / 5.0;
    let rate = 10.0 * capacity;
    println!("unloaded p99 {alone:.1} ms; capacity {capacity:.1}/s; sending {rate:.0}/s for {seconds} s");
    let total = (rate * seconds as f64) as u64;
    let (answers, memory) = client::run(send_all(&server, rate, total));
    let (mut accepted, mut refused, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Answer::Verdict(time) => accepted.push(time),
            Answer::Refusal(time) => refused.push(time),
            Answer::Wrong(what) => wrong.push(what),
        }
    }
    println!(
        "{} verdicts, {} refusals, {} wrong or lost of {total}",
        accepted.len(),
        refused.len(),
        wrong.len()
    );
    // At the pace that was reached: the clients, on the same cores, take part of the capacity.
    let pace = accepted.len() as f64 / seconds as f64;
    let queue = QUEUE_LENGTH / pace * 1000.0;
    let bound = 4.0 * alone + queue;
    let slowest = quantile(&mut accepted, 0.99);
    println!(
        "p99 of verdicts {slowest:.1} ms; 4 times the unloaded one and a full queue at {pace:.1}/s, {queue:.0} ms: \
         {bound:.1} ms"
    );
    let [half, most, all] = [0.5, 0.99, 1.0].map(|part| quantile(&mut refused, part));
    println!("refusals: half within {half:.1} ms, p99 {most:.1} ms, the slowest {all:.1} ms");
    let (warm, end) = memory?;
    let growth = end as f64 / warm as f64 - 1.0;
    println!(
        "resident: {warm} KiB after a third of the time, {end} KiB at its end ({:+.1} %)",
        100.0 * growth
    );
    require(
        wrong.is_empty(),
        &format!("every request answered once, with its own verdict: {:?}", wrong.first()),
    )?;
    require(accepted.len() + refused.len() == total as usize, "every request answered once")?;
    require(slowest < bound, "p99 of verdicts under 4 times the unloaded one and a full queue")?;
    require(all < REFUSAL_MS, "every refusal in under 50 ms")?;
    require(growth <= GROWTH, "memory within 5 % of what it was after a third of the time")
}

/// Sends requests at fixed times. Returns the answers, and the memory after a third of the time and at its end.
async fn send_all(server: &Server, rate: f64, total: u64) -> (Vec<Answer>, Result<(u64, u64)>) {
    let (probe, reference) = (photo("astronaut.jpg"), photo("hopper.jpg"));
    let bodies = Rc::new(Bodies {
        same: verify_body("ID", &probe, &probe),
        different: verify_body("ID", &probe, &reference),
    });
    let (local, idle, start) = (LocalSet::new(), Idle::default(), Instant::now());
    let mut warm = Ok(0);
    let sent = local.run_until(async {
        let mut sent: Vec<JoinHandle<Answer>> = Vec::new();
        for number in 0..total {
            let due = start + Duration::from_secs_f64(number as f64 / rate);
            tokio::time::sleep_until(due.into()).await;
            sent.push(tokio::task::spawn_local(ask(
                server.address,
                number,
                Rc::clone(&bodies),
                Rc::clone(&idle),
            )));
            if number == total / 3 {
                warm = server.resident_kib();
            }
        }
        sent
    });
    let sent = sent.await;
    let end = server.resident_kib();
    let answers = local.run_until(async {
        let mut answers = Vec::new();
        for answer in sent {
            answers.push(answer.await.unwrap_or_else(|panic| Answer::Wrong(panic.to_string())));
        }
        answers
    });
    (answers.await, warm.and_then(|warm| Ok((warm, end?))))
}

async fn ask(address: SocketAddr, number: u64, bodies: Rc<Bodies>, idle: Idle) -> Answer {
    let same = number.is_multiple_of(2);
    let id = number.to_string();
    let body = if same { &bodies.same } else { &bodies.different };
    let request = post(VERIFY, &with_id(body, &id));
    let start = Instant::now();
    let waiting = idle.borrow_mut().pop();
    let connection = match waiting {
        Some((connection, since)) if since.elapsed() < REST => Ok(connection),
        _ => Connection::open(address).await,
    };
    let result = match connection {
        Ok(mut connection) => connection.ask(&request).await.map(|reply| (reply, connection)),
        Err(error) => Err(error),
    };
    let time = milliseconds(start.elapsed());
    let (reply, connection) = match result {
        Ok(both) => both,
        Err(error) => return Answer::Wrong(format!("request {id}: {error}")),
    };
    idle.borrow_mut().push((connection, Instant::now()));
    if reply.status == 503 && reply.json()["error"] == "OVERLOADED" && reply.header("retry-after").is_some() {
        return Answer::Refusal(time);
    }
    let json = reply.json();
    let matches = json["score"].as_u64().map(|score| score >= 27);
    if reply.status == 200 && json["sessionId"] == *id && matches == Some(same) {
        Answer::Verdict(time)
    } else {
        Answer::Wrong(format!("request {id}: {} {json}", reply.status))
    }
}

/// The body with another session in place of `"sessionId":"ID"`.
fn with_id(body: &[u8], id: &str) -> Vec<u8> {
    const MARK: &[u8] = b"\"sessionId\":\"ID\"";
    let at = body.windows(MARK.len()).rposition(|window| window == MARK).expect("the mark is there");
    [&body[..at], format!("\"sessionId\":\"{id}\"").as_bytes(), &body[at + MARK.len()..]].concat()
}
