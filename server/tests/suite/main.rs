//! The server, over real sockets and as a program.

mod common;
mod contract;
mod deploy;
mod golden;
mod healthcheck;
mod hostile;
mod openapi;
mod operations;
mod process;
mod protocol;
mod tls;
mod transport;
