//! What `cargo xtask test` runs: one file per language, each with its steps.

mod bench;
mod c;
mod contract;
mod deploy;
mod library;
mod node;
mod python;
mod running;
mod rust;
mod server;
mod step;
mod web;

pub(crate) use step::Step;
use step::tool;

/// Every step, in the order in which they run: those that fail fastest first.
pub(crate) fn steps() -> impl Iterator<Item = &'static Step> {
    [
        rust::STEPS,
        bench::STEPS,
        deploy::STEPS,
        server::STEPS,
        contract::STEPS,
        c::STEPS,
        python::STEPS,
        web::STEPS,
        node::STEPS,
    ]
    .into_iter()
    .flatten()
}
