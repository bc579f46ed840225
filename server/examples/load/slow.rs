//! A thousand very slow clients together with ten good ones.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Result;
use crate::child::Server;
use crate::client::{self, ask_by, usual_request};
use crate::figures::{quantile, require};

const GOOD: usize = 10;
const SLOW: usize = 1000;
const ROUNDS: u32 = 4;

/// The pause of a slow client between two bytes.
const PACE: Duration = Duration::from_millis(500);

pub(crate) fn command(program: &Path, seconds: u64) -> Result {
    // The server's limits must not remove the slow clients while this runs.
    let times = ["--header-timeout", "600", "--body-timeout", "600", "--anonymous-timeout", "600"];
    let bounds = ["--body-rate", "1", "--max-connections-per-address", "4096"];
    let server = Server::start(program, &[&times[..], &bounds].concat())?;
    let request = usual_request();
    let turn = Duration::from_secs(seconds) / (2 * ROUNDS);
    ask_by(GOOD, server.address, &request, turn / 2);
    let (mut alone, mut during) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.extend(ask_by(GOOD, server.address, &request, turn));
        during.extend(with_slow_ones(server.address, &request, turn)?);
    }
    let resident = server.resident_kib()?;
    let counts = [alone.len(), during.len()];
    let (alone, during) = (quantile(&mut alone, 0.99), quantile(&mut during, 0.99));
    println!(
        "p99 of {GOOD} clients: {alone:.1} ms alone ({} requests), {during:.1} ms with {SLOW} slow ones ({}): {:.2} times",
        counts[0],
        counts[1],
        during / alone
    );
    println!("resident after all: {resident} KiB");
    require(during <= 2.0 * alone, "slow clients cost good ones less than a factor of two")
}

/// The good clients' times while all slow clients are connected.
fn with_slow_ones(address: SocketAddr, request: &[u8], time: Duration) -> Result<Vec<f64>> {
    let (there, connected) = channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let shared: Arc<[u8]> = request.into();
    let slow = std::thread::spawn(move || {
        client::run(async {
            let mut clients = JoinSet::new();
            for number in 0..SLOW {
                clients.spawn(dawdle(address, number, Arc::clone(&shared), there.clone()));
            }
            // However the wait ends, the good clients are done.
            let _ = stopped.await;
            clients.shutdown().await;
        });
    });
    for _ in 0..SLOW {
        connected
            .recv_timeout(Duration::from_secs(30))
            .map_err(|_| "a slow client cannot connect".to_owned())?;
    }
    let times = ask_by(GOOD, address, request, time);
    drop(stop);
    slow.join().map_err(|_| "a slow client failed".to_owned())?;
    Ok(times)
}

/// One slow client. A third of them send the head slowly, a third the body, a third close their sending half and wait.
async fn dawdle(address: SocketAddr, number: usize, request: Arc<[u8]>, there: Sender<()>) {
    let body = request.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |end| end + 4);
    let (first, closes) = [(20, false), (body + 100, false), (body + 100, true)][number % 3];
    loop {
        let Ok(mut stream) = TcpStream::connect(address).await else { return };
        let _ = stream.write_all(&request[..first]).await;
        // Nobody receives this any more once all are connected.
        let _ = there.send(());
        if closes {
            let _ = stream.shutdown().await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
            sleep(PACE).await;
        } else {
            for byte in &request[first..] {
                sleep(PACE).await;
                if stream.write_all(&[*byte]).await.is_err() {
                    break;
                }
            }
        }
    }
}
