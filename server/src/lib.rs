//! Face verification over HTTP: the documented contract over the `visavis` core.
//!
//! The binary is a thin shell over this library; tests start the same server in their own process. What is public is
//! what they and the fuzzing targets use.

pub mod app;
mod auth;
pub mod base64_text;
mod body;
pub mod config;
pub mod contract;
mod details;
mod handlers;
pub mod healthcheck;
mod judge;
mod limiter;
mod login;
pub mod logs;
mod metrics;
mod outcome;
mod page;
mod queue;
mod record;
mod reply;
mod request;
mod routes;
pub mod serve;
pub mod tls;
pub mod users;
