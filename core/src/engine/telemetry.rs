//! ONNX Runtime's telemetry: turned off for a library that is loaded from now on, and reported for one that was loaded
//! before.

use std::ffi::{CString, c_void};
use std::sync::OnceLock;

use crate::engine::process;

/// Builds from 1.29 on report to Microsoft unless one of these is set before the library starts; its documents do not
/// agree on which.
const NO_TELEMETRY: [&str; 2] = ["ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"];

/// The first version with telemetry.
const REPORTS_FROM: [u32; 2] = [1, 29];

/// The libraries that the program had loaded when this library set the variables, of which it had set neither.
static EARLIER: OnceLock<Vec<CString>> = OnceLock::new();

/// Turns off ONNX Runtime's telemetry unless the program has decided about it: sets `ORT_DISABLE_TELEMETRY` and
/// `ORT_TELEMETRY_DISABLED` to 1, each if it is not set. Loading the library does so, too. A binding whose host guards
/// its environment calls this first, from the thread that may change it.
#[allow(unsafe_code)]
pub fn forbid_telemetry() {
    let unset = NO_TELEMETRY.map(|name| std::env::var_os(name).is_none());
    if unset == [true; 2] {
        EARLIER.get_or_init(process::libraries);
    }
    for (name, _) in NO_TELEMETRY.into_iter().zip(unset).filter(|(_, unset)| *unset) {
        // SAFETY: sound unless another thread reads the environment through C's getenv at this very moment. It is
        // written once, at the first load, and there is no other way to reach a library that reads it when it starts.
        unsafe { std::env::set_var(name, "1") };
    }
}

/// What the program should know about a library of this version that has code at this address: that its telemetry may
/// be on, if it was loaded before anything turned that off.
pub(super) fn warning(version: &str, address: *const c_void) -> Option<String> {
    let earlier = EARLIER
        .get()
        .is_some_and(|names| process::file_of(address).is_some_and(|name| names.contains(&name)));
    (earlier && reports(version)).then(|| {
        format!(
            "the program had loaded ONNX Runtime {version} before visavis, which can no longer turn its telemetry off: \
             set ORT_DISABLE_TELEMETRY=1 before that"
        )
    })
}

fn reports(version: &str) -> bool {
    let mut numbers = version.split('.').map_while(|number| number.parse().ok());
    [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)] >= REPORTS_FROM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (version, expected) in [
            ("1.28.0", false),
            ("1.29.0", true),
            ("1.100.0-dev", true),
            ("2.0", true),
            ("1.9", false),
            ("", false),
        ] {
            assert_eq!(reports(version), expected, "{version}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_loaded_library_is_found_by_its_address() {
        let printf = process::file_of(libc::printf as *const c_void).unwrap();
        assert!(process::libraries().contains(&printf), "{printf:?}");
    }
}
