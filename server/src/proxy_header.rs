//! The PROXY header, in which a proxy that forwards bytes unchanged names its client.

use std::net::IpAddr;
use std::time::Duration;

use ppp::{HeaderResult, PartialResult, v1, v2};
use tokio::time::sleep;

use crate::connection::Connection;

/// The longest PROXY header that is read; those of any proxy in use are shorter.
const MAX_PROXY_HEADER: usize = 536;

/// How long to wait for the rest of a PROXY header between two checks.
const PAUSE: Duration = Duration::from_millis(5);

/// The beginning of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A PROXY header that has not arrived completely.
    Part,
    /// A PROXY header with this number of bytes, and the client that it names, if any.
    Header(usize, Option<IpAddr>),
    /// Something else.
    Other,
}

/// Reads the PROXY header (version 1 or 2) that a connection may begin with, and returns its client. Other bytes are not
/// consumed.
pub(crate) async fn proxy_header(connection: &Connection) -> Option<IpAddr> {
    let mut bytes = [0; MAX_PROXY_HEADER];
    loop {
        let length = connection.peek(&mut bytes).await.ok()?;
        match beginning(&bytes[..length]) {
            // No bytes mean that the other side has closed. A head of HTTP/1 is never a part of either version's header.
            Beginning::Part if (1..bytes.len()).contains(&length) => sleep(PAUSE).await,
            Beginning::Part | Beginning::Other => return None,
            Beginning::Header(length, client) => {
                connection.skip(length);
                return client;
            }
        }
    }
}

/// Classifies the beginning of a connection.
pub fn beginning(bytes: &[u8]) -> Beginning {
    let header = HeaderResult::parse(bytes);
    if header.is_incomplete() {
        return Beginning::Part;
    }
    let (length, client) = match header {
        HeaderResult::V1(Ok(header)) => (header.header.len(), v1_client(&header.addresses)),
        HeaderResult::V2(Ok(header)) => (header.len(), v2_client(&header)),
        HeaderResult::V1(Err(_)) | HeaderResult::V2(Err(_)) => return Beginning::Other,
    };
    Beginning::Header(length, client.map(|address| address.to_canonical()))
}

fn v1_client(addresses: &v1::Addresses) -> Option<IpAddr> {
    match addresses {
        v1::Addresses::Tcp4(tcp) => Some(tcp.source_address.into()),
        v1::Addresses::Tcp6(tcp) => Some(tcp.source_address.into()),
        v1::Addresses::Unknown => None,
    }
}

fn v2_client(header: &v2::Header<'_>) -> Option<IpAddr> {
    match header.addresses {
        // The proxy sends a request of its own; the addresses mean nothing then.
        _ if header.command == v2::Command::Local => None,
        v2::Addresses::IPv4(tcp) => Some(tcp.source_address.into()),
        v2::Addresses::IPv6(tcp) => Some(tcp.source_address.into()),
        v2::Addresses::Unix(_) | v2::Addresses::Unspecified => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_the_proxy_itself_names_no_client() {
        let header = |command: u8| {
            let addresses = [203, 0, 113, 9, 10, 0, 0, 1, 0, 80, 0, 80];
            [&b"\r\n\r\n\0\r\nQUIT\n"[..], &[0x20 | command, 0x11, 0, 12], &addresses].concat()
        };
        let client = IpAddr::from([203, 0, 113, 9]);
        assert_eq!(beginning(&header(1)), Beginning::Header(28, Some(client)));
        assert_eq!(beginning(&header(0)), Beginning::Header(28, None));
        assert_eq!(beginning(&header(1)[..27]), Beginning::Part);
        assert_eq!(beginning(b"PROXY UNKNOWN\r\nGET"), Beginning::Header(15, None));
        assert_eq!(beginning(b"GET / HTTP/1.1\r\n\r\n"), Beginning::Other);
    }
}
