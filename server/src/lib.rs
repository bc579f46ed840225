//! Face verification over HTTP: the documented contract over the `visavis` core.
//!
//! The binary is a thin shell over this library; tests start the same server in their own process. Public is what the
//! binary, the tests and the fuzzing targets use.

pub mod app;
mod auth;
mod base64_text;
mod body;
mod code;
#[cfg(feature = "otlp")]
mod collector;
pub mod config;
mod connection;
pub mod contract;
mod cors;
mod details;
pub mod device;
mod endpoint;
pub mod environment;
mod fair;
mod handlers;
pub mod healthcheck;
mod judge;
mod limiter;
pub mod login;
pub mod logs;
mod metrics;
pub mod names;
mod outcome;
mod page;
mod places;
pub mod proxies;
pub mod proxy_header;
mod queue;
mod record;
mod reply;
mod request;
mod routes;
pub mod secret;
pub mod serve;
mod session;
mod span;
pub mod tls;
#[cfg_attr(not(feature = "otlp"), path = "no_traces.rs")]
mod traces;
mod turns;
mod usage;
pub mod users;
mod values;
pub mod weight;
