//! What is said of a request that is over: in the log, and as a span of its trace.

use std::net::IpAddr;
use std::time::Duration;

/// Nothing in it is biometric or secret.
pub(crate) struct Span<'a> {
    pub(crate) client: IpAddr,
    pub(crate) method: &'a str,
    /// Without the query, cut.
    pub(crate) path: &'a str,
    /// Of a fixed set.
    pub(crate) route: &'static str,
    pub(crate) user: Option<&'a str>,
    /// Without one, nobody was there to be answered.
    pub(crate) status: Option<u16>,
    pub(crate) outcome: &'a str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) body_bytes: usize,
    pub(crate) queued: Duration,
    pub(crate) verified: Duration,
    pub(crate) took: Duration,
}
