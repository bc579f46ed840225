//! What is reported about a request at its end: in the log, and as a span of its trace.

use std::net::IpAddr;
use std::time::Duration;

use http::{Method, StatusCode};

/// The reported fields. None of them is biometric or secret.
pub(crate) struct Span {
    pub(crate) client: IpAddr,
    pub(crate) method: Method,
    /// Without the query, which could contain anything, and truncated.
    pub(crate) path: String,
    /// One of a fixed set.
    pub(crate) route: &'static str,
    /// The user, once the login is verified.
    pub(crate) user: Option<String>,
    /// `None` if the client left before the reply.
    pub(crate) status: Option<StatusCode>,
    pub(crate) outcome: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) body_bytes: usize,
    /// How long it waited for a worker, and how long the verification took.
    pub(crate) queued: Duration,
    pub(crate) verified: Duration,
    pub(crate) took: Duration,
}

/// The longest path that is reported.
const MAX_PATH: usize = 200;

impl Span {
    pub(crate) fn new(client: IpAddr, method: Method, mut path: String) -> Self {
        path.truncate(path.floor_char_boundary(MAX_PATH));
        Span {
            client,
            method,
            path,
            route: "other",
            user: None,
            status: None,
            outcome: "",
            reason: None,
            body_bytes: 0,
            queued: Duration::ZERO,
            verified: Duration::ZERO,
            took: Duration::ZERO,
        }
    }
}
