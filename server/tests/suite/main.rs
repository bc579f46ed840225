//! The server, over real sockets and as a program.

mod common;
mod connections;
mod contract;
mod credentials;
mod departures;
mod deploy;
mod golden;
mod healthcheck;
mod hostile;
mod openapi;
mod operations;
mod process;
mod protocol;
mod settings;
mod sharing;
mod tls;
#[cfg(feature = "otlp")]
mod traces;
mod transport;
