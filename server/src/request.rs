//! One request: its parts for the handlers, and how it ends.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use http::header::{EXPECT, HeaderValue};
use http::{HeaderMap, Method};
use tokio::time::timeout;
use warp::reply::Response;

use crate::app::App;
use crate::body::{Incoming, discard};
use crate::connection::Connection;
use crate::contract::Code;
use crate::names::REQUEST_ID;
use crate::outcome::{Answer, Outcome};
use crate::record::Record;
use crate::reply::{self, Context};
use crate::session::Search;

/// How long a refusal waits for the session in the request's body.
const SEARCH_TIME: Duration = Duration::from_secs(1);

/// How much of a refused body is read and discarded, in multiples of the largest accepted body.
const DISCARDED: usize = 8;

/// How long that may continue while the server stops.
const DISCARD_WHILE_STOPPING: Duration = Duration::from_secs(1);

/// The parts of a request.
pub(crate) struct Request {
    /// The state that all requests share.
    pub(crate) app: Arc<App>,
    pub(crate) connection: Arc<Connection>,
    /// Its address: the other end of the connection, or the address that a trusted proxy names.
    pub(crate) client: IpAddr,
    pub(crate) method: Method,
    /// The part of the target after the question mark.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// Its body, until it is read to the end.
    pub(crate) body: Option<Incoming>,
    /// The search for the session in its body, if it is refused.
    pub(crate) search: Search,
    /// Whether details are requested.
    pub(crate) with_details: bool,
    /// What will be counted and logged.
    pub(crate) record: Record,
}

impl Request {
    /// Renders the outcome, counts it and logs it.
    pub(crate) async fn finish(mut self, outcome: &Outcome) -> Response {
        let code = outcome.as_ref().err().map(|failure| failure.code);
        // A client that waits for 100 Continue sends no body after a refusal. A body that timed out is not awaited again.
        let is_over = self.headers.contains_key(EXPECT) || code == Some(Code::RequestTimeout);
        self.body = self.body.take().filter(|_| !is_over);
        if code.is_some() && self.record.session_id.is_none() {
            self.search_session().await;
        }
        let wait = match code {
            Some(Code::TooManyRequests) => self.app.auth.wait(&self.headers, self.client),
            Some(Code::Overloaded) => {
                self.app.queue.wait().max(self.app.auth.wait(&self.headers, self.client))
            }
            _ => Duration::ZERO,
        };
        let session_id = self.record.session_id.as_deref();
        let context = Context { session_id, with_details: self.with_details, wait };
        let mut response = reply::render(outcome, &context);
        if let Ok(id) = HeaderValue::from_str(&self.record.names.request) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let is_preflight = matches!(outcome, Ok(Answer::Preflight));
        self.app.origins.admit(&self.headers, is_preflight, &mut response);
        if let Some(body) = self.body.take() {
            self.discard(body);
        }
        self.record.end(outcome, response.status());
        response
    }

    /// Searches the body of a refused request for its session: what has arrived, and what arrives within a moment.
    async fn search_session(&mut self) {
        if let Some(body) = &mut self.body {
            let search = &mut self.search;
            let mut left = self.app.config.max_body_bytes.saturating_mul(DISCARDED);
            let read = async {
                while !search.is_over() && left > 0 {
                    let Some(Ok(chunk)) = body.next().await else { return };
                    search.read(&chunk);
                    left = left.saturating_sub(chunk.len());
                }
            };
            // After a timeout, everything that has arrived was searched.
            let _ = timeout(SEARCH_TIME, read).await;
        }
        self.record.session_id = self.search.found();
    }

    fn discard(&self, body: Incoming) {
        let app = Arc::clone(&self.app);
        tokio::spawn(async move {
            let most = app.config.max_body_bytes.saturating_mul(DISCARDED);
            let stopping = async {
                app.stopped().await;
                tokio::time::sleep(DISCARD_WHILE_STOPPING).await;
            };
            tokio::select! {
                _ = timeout(app.config.body_timeout.get(), discard(body, most)) => {}
                () = stopping => {}
            }
        });
    }
}
