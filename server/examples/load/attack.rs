//! Hostile clients, on their own thread and addresses, for as long as something else is measured.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use testkit::files::blank_png;
use testkit::wire::{VERIFY, authorization, post, request, verify_body};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Result;
use crate::client::{self, Connection};

/// One kind of hostile clients, and their number.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Each sends two photos of 49 million pixels again and again, and waits a second when it is refused.
    Bombs(usize),
    /// Each keeps a connection and asks `/health` every five seconds without credentials.
    Idle(usize),
    /// Each tries wrong passwords, for a user or for an unknown name, from its own address.
    Guesses(usize),
}

/// How many connections of one kind share an address: no more than the server allows.
const PER_ADDRESS: usize = 900;

/// The pause between two requests; some kinds use a multiple or a fraction of it.
const PAUSE: Duration = Duration::from_secs(1);

/// An attack that runs until it is ended.
pub(crate) struct Attack {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    seen: Seen,
}

/// How often each status was received, or each kind of failure.
type Seen = Arc<Mutex<BTreeMap<String, u64>>>;

impl Attack {
    /// Starts the attack, and returns when all clients have had time to connect.
    pub(crate) fn start(address: SocketAddr, kinds: &[Kind]) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let (seen, kinds) = (Seen::default(), kinds.to_vec());
        let shared = Arc::clone(&seen);
        let photo = blank_png(7000);
        let bomb: Arc<[u8]> = post(VERIFY, &verify_body("bomb", &photo, &photo)).into();
        let thread = std::thread::spawn(move || {
            client::run(async {
                let mut clients = JoinSet::new();
                for kind in kinds {
                    spawn(&mut clients, address, kind, &bomb, &shared);
                }
                let _ = stopped.await;
                clients.shutdown().await;
            });
        });
        std::thread::sleep(Duration::from_secs(3));
        Attack { stop: Some(stop), thread: Some(thread), seen }
    }

    /// Ends the attack and returns what its clients received.
    pub(crate) fn end(mut self) -> Result<BTreeMap<String, u64>> {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        ended.transpose().map_err(|_| "an attacker failed".to_owned())?;
        Ok(self.seen.lock().map_err(|_| "an attacker failed")?.clone())
    }
}

fn spawn(clients: &mut JoinSet<()>, server: SocketAddr, kind: Kind, bomb: &Arc<[u8]>, seen: &Seen) {
    let (count, network, pause) = match kind {
        Kind::Bombs(count) => (count, 1, PAUSE),
        Kind::Idle(count) => (count, 2, 5 * PAUSE),
        Kind::Guesses(count) => (count, 3, PAUSE / 10),
    };
    for number in 0..count {
        // Each guessing client has its own address, since limits apply per address.
        let host = if network == 3 { number } else { number / PER_ADDRESS };
        let from = Ipv4Addr::new(127, network, (host / 250) as u8, (host % 250 + 1) as u8).into();
        let request = match kind {
            Kind::Bombs(_) => Arc::clone(bomb),
            Kind::Idle(_) => request("GET", "/health", &[], b"").into(),
            Kind::Guesses(_) => guess(number).into(),
        };
        clients.spawn(repeat(server, from, request, pause, Arc::clone(seen)));
    }
}

/// A request with a wrong password for a user or for an unknown name.
fn guess(number: usize) -> Vec<u8> {
    let login = authorization(&format!("{}:wrong {number}", ["ann", "nobody"][number % 2]));
    request("POST", VERIFY, &[("Authorization", &login)], b"{}")
}

/// Repeats a request forever, on a new connection whenever the old one is closed.
async fn repeat(server: SocketAddr, from: IpAddr, request: Arc<[u8]>, pause: Duration, seen: Seen) {
    let mut kept = None;
    loop {
        let connection = match kept.take() {
            Some(connection) => Ok(connection),
            None => Connection::open_from(from, server).await,
        };
        let reply = match connection {
            Ok(mut connection) => connection.ask(&request).await.map(|reply| (reply, connection)),
            Err(error) => Err(error),
        };
        let result = match reply {
            Ok((reply, connection)) => {
                kept = Some(connection).filter(|_| reply.header("connection") != Some("close"));
                reply.status.to_string()
            }
            Err(error) => error.kind().to_string(),
        };
        if let Ok(mut seen) = seen.lock() {
            *seen.entry(result).or_default() += 1;
        }
        sleep(pause).await;
    }
}
