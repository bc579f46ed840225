//! Processes and threads, and their replacements in WebAssembly, which has neither: there, the standard library panics when
//! asked for its process.

use std::{io, process, thread};

/// Whether the library is a module in a web page.
const WEB: bool = cfg!(all(target_family = "wasm", target_os = "unknown"));

/// The number of this process, which changes in a child of `fork`.
pub(crate) fn process() -> u32 {
    if WEB { 0 } else { process::id() }
}

/// Whether a thread can be started. On the web there are none and none is needed: the caller's does all work.
pub(crate) fn check_thread() -> io::Result<()> {
    if WEB {
        return Ok(());
    }
    let ended = thread::Builder::new().spawn(|| {})?.join();
    ended.map_err(|_| io::Error::other("a thread does not end"))
}
