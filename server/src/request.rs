//! One request: what a handler may ask of it, and how it ends.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{EXPECT, HeaderValue};
use http::{HeaderMap, Method};
use warp::reply::Response;

use crate::app::App;
use crate::body::{Incoming, discard};
use crate::contract::Code;
use crate::logs::REQUEST_ID;
use crate::outcome::Outcome;
use crate::record::Record;
use crate::reply;

/// A request, taken apart.
pub(crate) struct Request {
    /// What every request can reach.
    pub(crate) app: Arc<App>,
    /// Where it comes from.
    pub(crate) peer: IpAddr,
    pub(crate) method: Method,
    /// What follows the question mark.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// Its body, while it is not read to its end.
    pub(crate) body: Option<Incoming>,
    /// What will be counted and logged.
    pub(crate) record: Record,
}

impl Request {
    /// Renders what the request came to; then it is counted and logged.
    pub(crate) fn finish(mut self, outcome: &Outcome) -> Response {
        let mut response = reply::render(outcome, self.record.session_id.as_deref(), self.wait(outcome));
        if let Ok(id) = HeaderValue::from_str(&self.record.names.request) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        // Who waits to be asked for the body is best answered and closed.
        if let Some(body) = self.body.take().filter(|_| !self.headers.contains_key(EXPECT)) {
            discard(body, self.app.config.max_body_bytes, self.app.config.body_timeout.get());
        }
        self.record.end(outcome, response.status());
        response
    }

    /// How long the client of a refused request does well to wait.
    fn wait(&self, outcome: &Outcome) -> Duration {
        match outcome.as_ref().err().map(|failure| failure.code) {
            Some(Code::TooManyRequests) => self.app.auth.wait(self.peer),
            Some(Code::Overloaded) => self.app.queue.wait().max(self.app.auth.wait(self.peer)),
            _ => Duration::ZERO,
        }
    }
}
