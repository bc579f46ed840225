//! A stop under load: every accepted request is answered, and the program exits with 0.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use testkit::wire::{VERIFY, post, request};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Result;
use crate::child::Server;
use crate::client::{self, Connection, usual_request};
use crate::figures::require;

const CLIENTS: usize = 24;

/// How long the server continues to accept requests after the signal.
const DELAY: Duration = Duration::from_secs(5);

/// How long it waits for running requests after that, in the test in which one never ends.
const LIMIT: Duration = Duration::from_secs(2);

/// What clients saw.
#[derive(Default)]
struct Seen {
    answered: usize,
    /// Of these, after the signal.
    late: usize,
    /// Requests that were sent and not answered.
    lost: Vec<String>,
}

pub(crate) fn command(program: &Path, seconds: u64) -> Result {
    under_load(program, Duration::from_secs(seconds))?;
    with_a_stuck_client(program)
}

fn under_load(program: &Path, time: Duration) -> Result {
    let mut server =
        Server::start(program, &["--shutdown-delay", &DELAY.as_secs().to_string(), "--queue-length", "64"])?;
    let (address, request) = (server.address, usual_request());
    let signal = Instant::now() + time;
    let outcome: Result<(Seen, Duration)> = client::run(async {
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            clients.spawn(ask_until_closed(address, request.clone(), signal, number));
        }
        let mut waiting = Connection::open(address).await.map_err(|error| error.to_string())?;
        sleep(signal - Instant::now()).await;
        server.terminate()?;
        let unready = wait_until_unready(address).await?;
        // A connection from before the signal, and a new one: both are answered and then closed.
        let mut new = Connection::open(address).await.map_err(|error| error.to_string())?;
        for connection in [&mut waiting, &mut new] {
            let reply = connection.ask(&post(VERIFY, b"{}")).await.map_err(|error| error.to_string())?;
            require(
                reply.status == 200 && reply.header("connection") == Some("close"),
                "a late request is answered",
            )?;
        }
        let seen = clients.join_all().await.into_iter().fold(Seen::default(), Seen::and);
        Ok((seen, unready))
    });
    let (seen, unready) = outcome?;
    let status = server.wait()?;
    println!(
        "TERM under load of {CLIENTS} clients: {} requests answered, {} of them after the signal, {} lost; \
         not ready after {:.0} ms; {status}",
        seen.answered,
        seen.late,
        seen.lost.len(),
        unready.as_secs_f64() * 1000.0
    );
    require(seen.lost.is_empty(), &format!("no accepted request is lost: {:?}", seen.lost.first()))?;
    require(seen.late >= CLIENTS, "the signal came while every client was asking")?;
    require(status.success(), "the program ends with 0")
}

/// Sends requests until half of the delay after the signal has passed, as a balancer would for a while after the first
/// "not ready". Every third client opens a new connection for every request.
async fn ask_until_closed(address: SocketAddr, request: Vec<u8>, signal: Instant, number: usize) -> Seen {
    let (mut seen, mut kept) = (Seen::default(), None);
    let last = signal + DELAY / 2;
    while Instant::now() < last {
        let connection = match kept.take() {
            Some(connection) => Ok(connection),
            None => Connection::open(address).await,
        };
        let reply = match connection {
            Ok(mut connection) => connection.ask(&request).await.map(|reply| (reply, connection)),
            Err(error) => Err(error),
        };
        match reply {
            Ok((reply, connection)) => {
                reply.assert_score(Some("s"));
                seen.answered += 1;
                seen.late += usize::from(Instant::now() > signal);
                if !number.is_multiple_of(3) && reply.header("connection") != Some("close") {
                    kept = Some(connection);
                }
            }
            Err(error) => seen.lost.push(error.to_string()),
        }
    }
    seen
}

/// How long it takes until `/ready` answers 503.
async fn wait_until_unready(address: SocketAddr) -> Result<Duration> {
    let start = Instant::now();
    loop {
        let mut connection = Connection::open(address).await.map_err(|error| error.to_string())?;
        let reply = connection.ask(&request("GET", "/ready", &[], b"")).await;
        let status = reply.map_err(|error| format!("/ready: {error}"))?.status;
        if status == 503 {
            return Ok(start.elapsed());
        }
        require(start.elapsed() < DELAY, "/ready answers 503 while requests are still accepted")?;
        sleep(Duration::from_millis(5)).await;
    }
}

/// A client that never sends its body cannot keep the program from ending.
fn with_a_stuck_client(program: &Path) -> Result {
    let limit = LIMIT.as_secs().to_string();
    let options = ["--shutdown-delay", "0", "--shutdown-timeout", &limit, "--body-timeout", "600"];
    let mut server = Server::start(program, &options)?;
    let request = usual_request();
    let stuck = client::run(async {
        let mut connection = Connection::open(server.address).await?;
        connection.stream.write_all(&request[..1000]).await?;
        // Its head is read before the signal is sent.
        sleep(Duration::from_millis(300)).await;
        Ok::<_, std::io::Error>(connection)
    });
    let stuck = stuck.map_err(|error| error.to_string())?;
    let start = Instant::now();
    server.terminate()?;
    let status = server.wait()?;
    let took = start.elapsed();
    drop(stuck);
    println!(
        "TERM with a client that never sends its body: ends after {:.1} s; {status}",
        took.as_secs_f64()
    );
    require(
        took >= LIMIT && took < LIMIT + Duration::from_secs(2),
        "it ends when the shutdown timeout is over",
    )?;
    require(status.code() == Some(1), "its exit status 1 reports that a request was not finished")
}

impl Seen {
    fn and(mut self, mut other: Seen) -> Seen {
        self.answered += other.answered;
        self.late += other.late;
        self.lost.append(&mut other.lost);
        self
    }
}
