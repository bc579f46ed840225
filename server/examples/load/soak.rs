//! Good and bad requests, mixed, for a long time: memory stays constant, nothing fails, equal requests get equal replies.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::{LocalSet, spawn_local};

use crate::Result;
use crate::child::Server;
use crate::client::{self, Connection};
use crate::figures::{cores, require};
use crate::mix::{self, Kind, MAX_BODY_BYTES};

/// One request in this many has photos to compare; those without a face take the longest.
const PHOTO_EVERY: u64 = 5;

/// A reply without what differs between equal requests: request ids, times in details.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    status: u16,
    error: Option<String>,
    score: Option<u64>,
    session_id: Option<String>,
}

/// The state that all clients share: the next request, and the replies so far.
struct Round {
    /// The photos first.
    kinds: Vec<Kind>,
    photos: usize,
    next: Cell<u64>,
    end: Cell<u64>,
    said: RefCell<BTreeMap<usize, Said>>,
    outcomes: RefCell<BTreeMap<String, u64>>,
    wrong: RefCell<Vec<String>>,
}

pub(crate) fn command(program: &Path, requests: u64) -> Result {
    let most = MAX_BODY_BYTES.to_string();
    // All wrong passwords come from one address here.
    let options = ["--max-body-bytes", most.as_str(), "--auth-failures", "0", "--log-format", "json"];
    let server = Server::start(program, &options)?;
    let round = Rc::new(Round::new()?);
    // Every photo at least three times.
    let warm_up = (requests / 10).max(3 * PHOTO_EVERY * round.photos as u64);
    let start = Instant::now();
    round.run(server.address, warm_up);
    let warm = server.resident_kib()?;
    round.run(server.address, requests);
    let (end, seconds) = (server.resident_kib()?, start.elapsed().as_secs_f64());
    let (kinds, photos) = (round.kinds.len(), round.photos);
    println!(
        "{requests} requests of {kinds} kinds, {photos} of them photos, after {warm_up} to warm up, in {seconds:.0} s:"
    );
    for (outcome, count) in &*round.outcomes.borrow() {
        println!("  {count:>7} {outcome}");
    }
    let growth = 100.0 * (end as f64 / warm as f64 - 1.0);
    println!("resident: {warm} KiB after warming up, {end} KiB at the end ({growth:+.1} %)");
    let wrong = round.wrong.borrow();
    require(wrong.is_empty(), &format!("{} wrong answers: {:?}", wrong.len(), wrong.first()))?;
    require(end as f64 <= 1.05 * warm as f64, "memory within 5 % of what it was after warming up")?;
    let log = server.log()?;
    let secrets = mix::traces_of_photos();
    require(!secrets.iter().any(|secret| log.contains(secret)), "no part of a photo in the log")
}

impl Round {
    fn new() -> Result<Self> {
        let (mut kinds, others) = (mix::photos()?, mix::others());
        let photos = kinds.len();
        kinds.extend(others);
        Ok(Round {
            kinds,
            photos,
            next: Cell::default(),
            end: Cell::default(),
            said: RefCell::default(),
            outcomes: RefCell::default(),
            wrong: RefCell::default(),
        })
    }

    /// Sends this many more requests, with twice as many in flight as there are workers.
    fn run(self: &Rc<Self>, address: SocketAddr, requests: u64) {
        self.end.set(self.end.get() + requests);
        client::run(LocalSet::new().run_until(async {
            let clients: Vec<_> =
                (0..2 * cores()).map(|_| spawn_local(Rc::clone(self).ask_all(address))).collect();
            for client in clients {
                if let Err(panic) = client.await {
                    self.wrong.borrow_mut().push(panic.to_string());
                }
            }
        }));
    }

    async fn ask_all(self: Rc<Self>, address: SocketAddr) {
        let mut kept = None;
        while self.next.get() < self.end.get() {
            let number = self.next.replace(self.next.get() + 1);
            let kind = self.kind(number);
            let connection = match kept.take() {
                Some(connection) => Ok(connection),
                None => Connection::open(address).await,
            };
            match connection {
                Ok(connection) => kept = self.ask(connection, kind).await,
                Err(error) => self.wrong.borrow_mut().push(format!("no connection: {error}")),
            }
        }
    }

    /// One photo in every `PHOTO_EVERY` requests, cheap kinds between them; each group in turn.
    fn kind(&self, number: u64) -> usize {
        let (turn, place) = (number / PHOTO_EVERY, number % PHOTO_EVERY);
        let others = self.kinds.len() - self.photos;
        if place == 0 {
            turn as usize % self.photos
        } else {
            self.photos + (turn * (PHOTO_EVERY - 1) + place - 1) as usize % others
        }
    }

    /// Asks once; returns the connection if it can be used again.
    async fn ask(&self, mut connection: Connection, number: usize) -> Option<Connection> {
        let kind = &self.kinds[number];
        if kind.ends {
            let _ = connection.stream.write_all(&kind.bytes).await;
            let _ = connection.stream.shutdown().await;
            let _ = connection.stream.read_to_end(&mut Vec::new()).await;
            self.count("connection ended by the client".to_owned());
            return None;
        }
        match connection.ask(&kind.bytes).await {
            Ok(reply) => {
                self.judge(number, &Said::of(&reply));
                Some(connection).filter(|_| reply.header("connection") != Some("close"))
            }
            Err(error) => {
                self.wrong.borrow_mut().push(format!("{}: {error}", kind.name));
                None
            }
        }
    }

    /// Every reply to a kind of request must equal the first one.
    fn judge(&self, number: usize, said: &Said) {
        let result = said.error.clone().unwrap_or_else(|| "no error".to_owned());
        self.count(format!("{} {result}", said.status));
        let name = &self.kinds[number].name;
        let mut known = self.said.borrow_mut();
        let first = known.entry(number).or_insert_with(|| said.clone());
        if said.status >= 500 || first != said {
            self.wrong.borrow_mut().push(format!("{name}: {said:?} after {first:?}"));
        }
    }

    fn count(&self, outcome: String) {
        *self.outcomes.borrow_mut().entry(outcome).or_default() += 1;
    }
}

impl Said {
    fn of(reply: &testkit::wire::Reply) -> Self {
        let json = serde_json::from_slice::<serde_json::Value>(&reply.body).unwrap_or_default();
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Said {
            status: reply.status,
            error: text("error"),
            score: json["score"].as_u64(),
            session_id: text("sessionId"),
        }
    }
}
