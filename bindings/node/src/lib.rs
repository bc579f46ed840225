//! The native half of the npm package `visavis`: thin over the core.
//!
//! What can fail returns a [`failure::Failure`] as data instead of throwing: the JavaScript half (`lib/`) makes the
//! error objects, so that there is one class of them. No panic crosses this boundary: every export has
//! `catch_unwind`, and so has every task on a thread of ours.

#![allow(
    clippy::result_large_err,
    reason = "a failure is moved a few times in a call, which takes milliseconds"
)]
#![allow(
    clippy::needless_pass_by_value,
    clippy::implicit_hasher,
    reason = "exports own what JavaScript gives them"
)]

// Public, because the exports reach JavaScript that way; no Rust program links this.
pub mod answer;
pub mod exit;
pub mod failure;
mod handle;
mod pending;
mod photo;
mod queue;
pub mod request;
pub mod template;
pub mod verifier;

use std::path::PathBuf;
use std::{io, iter};

use napi::Env;
use napi::bindgen_prelude::{Buffer, Either, Object};
use napi_derive::napi;
use visavis::{Error, ErrorKind, Limits, Options};

use crate::failure::Failure;

/// The version of this package.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The bytes of a photo that arrived as text: Base64, or a `data:` URL of it.
#[napi(catch_unwind)]
pub fn from_base64(text: String, max_bytes: Option<f64>) -> Either<Buffer, Failure> {
    let most = match max_bytes {
        None => Ok(Limits::default().max_bytes),
        Some(most) if most >= 0.0 => Ok(most as usize),
        Some(most) => Err(Error::new(ErrorKind::InvalidArgument, format!("maxBytes cannot be {most}"))),
    };
    match most.and_then(|most| visavis::from_base64(&text, most)) {
        Ok(bytes) => Either::A(bytes.into()),
        Err(error) => Either::B(error.into()),
    }
}

/// Runs the command line and returns its exit status. `hint` is an ONNX Runtime to try that the user did not name.
#[napi(catch_unwind)]
pub fn command_line(arguments: Vec<String>, hint: Option<String>) -> u8 {
    let mut defaults = Options::default();
    defaults.onnxruntime_hint = hint.map(PathBuf::from);
    let arguments = iter::once("visavis".to_owned()).chain(arguments);
    visavis_cli::run_with(defaults, arguments, &mut io::stdout(), &mut io::stderr())
}

/// Runs once for each environment that loads the module: the main program's and every worker's.
#[napi(module_exports)]
pub fn init(_exports: Object<'_>, env: Env) -> napi::Result<()> {
    env.add_env_cleanup_hook((), |()| exit::close()).map(drop)
}
