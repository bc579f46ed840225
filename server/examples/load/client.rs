//! Clients with little overhead: all on one thread, with requests prepared in advance.

use std::future::Future;
use std::io::{Error, ErrorKind, Result};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use testkit::files::photo;
use testkit::wire::{Reply, VERIFY, post, verify_body};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::figures::milliseconds;

/// The limit for one exchange, far above any expected time.
const PATIENCE: Duration = Duration::from_mins(2);

/// One connection, kept for many requests.
pub(crate) struct Connection {
    pub(crate) stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    /// Connects from a given address of this machine.
    pub(crate) async fn open_from(from: IpAddr, address: SocketAddr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    /// Sends bytes as they are and reads one reply.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Reply> {
        let exchange = async {
            // A server may answer before it has received everything; only its reply matters.
            let sent = self.stream.get_mut().write_all(request).await;
            match self.reply().await {
                Err(error) => Err(sent.err().unwrap_or(error)),
                reply => reply,
            }
        };
        tokio::time::timeout(PATIENCE, exchange).await?
    }

    async fn reply(&mut self) -> Result<Reply> {
        let (mut bytes, mut length) = (Vec::new(), 0);
        loop {
            let start = bytes.len();
            if self.stream.read_until(b'\n', &mut bytes).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let line = String::from_utf8_lossy(&bytes[start..]).to_ascii_lowercase();
            if let Some(number) = line.strip_prefix("content-length:") {
                length = number.trim().parse().map_err(Error::other)?;
            } else if line == "\r\n" {
                break;
            }
        }
        let head = bytes.len();
        bytes.resize(head + length, 0);
        self.stream.read_exact(&mut bytes[head..]).await?;
        Reply::read(&mut &bytes[..]).ok_or_else(|| ErrorKind::InvalidData.into())
    }
}

/// Runs clients on this thread.
pub(crate) fn run<T>(clients: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(clients)
}

/// A request that compares two different people.
pub(crate) fn usual_request() -> Vec<u8> {
    post(VERIFY, &verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg")))
}

/// Lets this many clients repeat a request until the time is over; returns the milliseconds of each exchange.
pub(crate) fn ask_by(clients: usize, address: SocketAddr, request: &[u8], time: Duration) -> Vec<f64> {
    let end = Instant::now() + time;
    run(async {
        let mut asking = JoinSet::new();
        for _ in 0..clients {
            asking.spawn(ask_until(address, request.to_owned(), end));
        }
        asking.join_all().await.concat()
    })
}

/// # Panics
///
/// If a reply is not a score.
async fn ask_until(address: SocketAddr, request: Vec<u8>, end: Instant) -> Vec<f64> {
    let mut connection = Connection::open(address).await.expect("a connection");
    let mut times = Vec::new();
    while Instant::now() < end {
        let start = Instant::now();
        connection.ask(&request).await.expect("a reply").assert_score(Some("s"));
        times.push(milliseconds(start.elapsed()));
    }
    times
}
