//! What must be read even when every test passes, and tests that cannot run here.

use std::io::Write;

/// Writes a line past the test harness, which hides the output of tests that pass.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "    {line}");
}

/// Says what is not tested and why. Under CI nothing that an installation can mend may be missing.
pub(crate) fn skip(what: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what} must not be skipped under CI: {why}");
    say(&format!("SKIPPED: {what}: {why}"));
}
