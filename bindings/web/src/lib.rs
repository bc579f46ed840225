//! The core as a WebAssembly module, called by a worker of the page. Answers and failures are JSON, in the form of the Node
//! package; photos and templates are bytes.

mod answer;
mod core;
mod failure;
mod source;

use std::panic;

use wasm_bindgen::prelude::wasm_bindgen;

/// Turns a panic into an exception with its message. After either, the module cannot be used any more.
#[wasm_bindgen(start)]
pub fn start() {
    panic::set_hook(Box::new(|what| {
        let why = what.payload_as_str().unwrap_or("of an unknown kind");
        wasm_bindgen::throw_str(&format!("a defect in the library: {why}"))
    }));
}

/// The version of this package.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
