//! Lines that are read even when every test passes, and tests that cannot run here.

use std::io::Write;

/// Writes a line past the test harness, which hides the output of tests that pass.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "    {line}");
}

/// Notes what is not tested and why. Under CI nothing that an installation can provide may be missing.
pub fn skip(what: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what} must not be skipped under CI: {why}");
    note(&format!("SKIPPED: {what}: {why}"));
}
