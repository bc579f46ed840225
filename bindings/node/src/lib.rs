//! The native half of the npm package `visavis`: thin over the core.

use napi_derive::napi;

/// The version of this package.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
