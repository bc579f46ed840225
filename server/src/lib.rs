//! Face verification over HTTP: the documented contract over the `visavis` core.
//!
//! The binary is a thin shell over this library; tests start the same server in their own process.

pub mod app;
pub mod auth;
pub mod base64_text;
pub mod body;
pub mod config;
pub mod contract;
pub mod details;
pub mod handlers;
pub mod healthcheck;
pub mod judge;
pub mod limiter;
pub mod logs;
pub mod metrics;
pub mod page;
pub mod queue;
pub mod reply;
pub mod routes;
pub mod serve;
pub mod tls;
pub mod users;
