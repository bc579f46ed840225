//! Lines that are visible even if every test passes, and tests that cannot run here.

use std::io::Write;

/// Writes a line past the test harness, which hides the output of tests that pass.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "    {line}");
}

/// Notes what is not tested and why. Panics under CI, where everything that can be installed must be present.
pub fn skip(what: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what} must not be skipped under CI: {why}");
    note(&format!("SKIPPED: {what}: {why}"));
}
