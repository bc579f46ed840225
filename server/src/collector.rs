//! One POST to a collector of traces, over plain HTTP: the collector is on the same machine or close by.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use tracing::{info, warn};

use crate::endpoint;

/// The time limit of each step.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Only the status of a reply is used; the rest is ignored.
const MAX_REPLY: u64 = 64 << 10;

/// Sends from the exporter's own thread, which may block. Logs when traces begin to be lost, and when they are accepted
/// again.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    is_lost: AtomicBool,
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let result = post(&request);
        let why = match &result {
            Ok(status) if (200..300).contains(status) => None,
            Ok(status) => Some(format!("it answered {status}")),
            Err(error) => Some(error.to_string()),
        };
        match why {
            Some(why) if !self.is_lost.swap(true, Ordering::Relaxed) => {
                warn!(why, "the collector does not accept traces");
            }
            None if self.is_lost.swap(false, Ordering::Relaxed) => {
                info!("the collector accepts traces again");
            }
            _ => {}
        }
        Ok(Response::builder().status(result?).body(Bytes::new())?)
    }
}

/// Connects to the first address of a host that answers: `localhost` has two, and a collector often listens on one.
fn connect(host: &str, port: u16) -> std::io::Result<TcpStream> {
    let mut tried = Err(std::io::Error::new(std::io::ErrorKind::NotFound, "no such host"));
    for address in (host, port).to_socket_addrs()? {
        tried = TcpStream::connect_timeout(&address, TIMEOUT);
        if tried.is_ok() {
            break;
        }
    }
    tried
}

fn post(request: &Request<Bytes>) -> std::io::Result<u16> {
    let invalid = |what| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
    let (host, port) = endpoint::host(request.uri()).ok_or_else(|| invalid("not an address"))?;
    let mut stream = connect(host, port)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let mut head = format!(
        "POST {} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\nContent-Length: {}\r\n",
        request.uri().path(),
        request.body().len()
    )
    .into_bytes();
    for (name, value) in request.headers() {
        head.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head)?;
    stream.write_all(request.body())?;
    let mut reply = Vec::new();
    stream.take(MAX_REPLY).read_to_end(&mut reply)?;
    let status = reply.strip_prefix(b"HTTP/1.1 ").and_then(|rest| std::str::from_utf8(rest.get(..3)?).ok());
    status.and_then(|status| status.parse().ok()).ok_or_else(|| invalid("no HTTP reply"))
}
