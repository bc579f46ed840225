//! Runs the program.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The result of a run.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// The one JSON object, which is all that standard output may contain.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }

    /// Checks an error: its status, its name, and that nothing is on standard output.
    pub(crate) fn fails_with(&self, name: &str) {
        assert_eq!((self.code, self.text()), (2, ""), "{}", self.stderr);
        assert!(self.stderr.contains(&format!("({name})")), "{}", self.stderr);
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {stderr}"));
        Run { code, stdout: output.stdout, stderr }
    }
}

/// The program, with nothing on standard input.
pub(crate) fn command(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_visavis"));
    command.args(arguments).stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
    command(arguments).output().unwrap().into()
}

/// Runs with a file for standard input.
pub(crate) fn run_with_input(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, input: &Path) -> Run {
    command(arguments).stdin(std::fs::File::open(input).unwrap()).output().unwrap().into()
}

/// Arguments of different types.
macro_rules! args {
    ($($argument:expr),* $(,)?) => {
        vec![$(std::ffi::OsStr::new(&$argument).to_owned()),*]
    };
}
pub(crate) use args;

/// The names of an object's members, sorted.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}
