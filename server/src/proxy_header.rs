//! The PROXY header, by which a proxy that passes bytes on names its client.

use std::net::IpAddr;
use std::time::Duration;

use ppp::{HeaderResult, PartialResult, v1, v2};
use tokio::time::sleep;

use crate::connection::Connection;

/// The longest PROXY header that is read; those of any proxy in use are shorter.
const MAX_PROXY_HEADER: usize = 536;

/// How long to wait for the rest of a PROXY header before looking again.
const PAUSE: Duration = Duration::from_millis(5);

/// Reads the PROXY header (version 1 or 2) that a connection may begin with, and returns its client. What begins with
/// anything else is left as it is.
pub(crate) async fn proxy_header(connection: &Connection) -> Option<IpAddr> {
    let mut bytes = [0; MAX_PROXY_HEADER];
    loop {
        let length = connection.peek(&mut bytes).await.ok()?;
        let header = HeaderResult::parse(&bytes[..length]);
        // A head of HTTP/1 is never the beginning of either version's header.
        if length < bytes.len() && header.is_incomplete() {
            sleep(PAUSE).await;
            continue;
        }
        let (length, client) = match header {
            HeaderResult::V1(Ok(header)) => (header.header.len(), v1_client(&header.addresses)),
            HeaderResult::V2(Ok(header)) => (header.len(), v2_client(&header.addresses)),
            HeaderResult::V1(Err(_)) | HeaderResult::V2(Err(_)) => return None,
        };
        connection.skip(length);
        return client.map(|address| address.to_canonical());
    }
}

fn v1_client(addresses: &v1::Addresses) -> Option<IpAddr> {
    match addresses {
        v1::Addresses::Tcp4(tcp) => Some(tcp.source_address.into()),
        v1::Addresses::Tcp6(tcp) => Some(tcp.source_address.into()),
        v1::Addresses::Unknown => None,
    }
}

fn v2_client(addresses: &v2::Addresses) -> Option<IpAddr> {
    match addresses {
        v2::Addresses::IPv4(tcp) => Some(tcp.source_address.into()),
        v2::Addresses::IPv6(tcp) => Some(tcp.source_address.into()),
        v2::Addresses::Unix(_) | v2::Addresses::Unspecified => None,
    }
}
