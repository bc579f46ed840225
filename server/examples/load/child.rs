//! The server as a process: starts, observes and stops it.

use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use testkit::process;
use testkit::wire::LOGIN;

use crate::Result;

/// How long the server may take to start, and to end.
const PATIENCE: Duration = Duration::from_mins(2);

/// A running server; killed when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Child,
    /// Its users and its log.
    folder: TempDir,
}

/// Users with the password of `LOGIN`, for measuring first logins.
pub(crate) fn first_users() -> impl Iterator<Item = String> {
    (0..10).map(|number| format!("user {number}"))
}

/// The processor time of a process, in seconds.
pub(crate) fn processor_seconds(process: u32) -> Result<f64> {
    process::processor_seconds(process).ok_or_else(ended)
}

impl Server {
    /// Starts the server on a free port, with users whose passwords are hashed as in production.
    pub(crate) fn start(program: &Path, options: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(text)?;
        let (users, log) = (folder.path().join("users"), folder.path().join("log"));
        let (name, password) = LOGIN.split_once(':').ok_or("a login has a colon")?;
        let hash = hash(program, password)?;
        let lines =
            std::iter::once(name.to_owned()).chain(first_users()).map(|name| format!("{name}:{hash}\n"));
        fs::write(&users, lines.collect::<String>()).map_err(text)?;
        let mut server = Command::new(program);
        server.args(["--listen", "127.0.0.1:0", "--credentials-file"]).arg(&users).args(options);
        let child = server.stderr(File::create(&log).map_err(text)?).spawn();
        let child = child.map_err(|error| format!("{}: {error}", program.display()))?;
        // From here on, `drop` kills it if something fails.
        let mut server = Server { address: ([127, 0, 0, 1], 0).into(), child, folder };
        server.address = server.wait_for_address()?;
        Ok(server)
    }

    fn wait_for_address(&mut self) -> Result<SocketAddr> {
        let start = Instant::now();
        loop {
            let log = self.log()?;
            if let Some(address) = address_in(&log) {
                let engine = if log.contains("onnxruntime") { "onnxruntime" } else { "embedded" };
                println!("server: process {}, engine {engine}", self.child.id());
                return Ok(address);
            }
            if start.elapsed() > PATIENCE || self.child.try_wait().map_err(text)?.is_some() {
                return Err(format!("the server does not start: {log}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The log so far.
    pub(crate) fn log(&self) -> Result<String> {
        fs::read_to_string(self.folder.path().join("log")).map_err(text)
    }

    /// Its resident memory now.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        process::memory_kib(self.child.id(), "VmRSS").ok_or_else(ended)
    }

    /// Its peak resident memory.
    pub(crate) fn peak_kib(&self) -> Result<u64> {
        process::memory_kib(self.child.id(), "VmHWM").ok_or_else(ended)
    }

    /// Its processor time so far, in seconds.
    pub(crate) fn processor_seconds(&self) -> Result<f64> {
        processor_seconds(self.child.id())
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) -> Result {
        let process = Pid::from_child(&self.child);
        kill_process(process, Signal::TERM).map_err(text)
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().map_err(text)? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("the server does not end".to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the log, in either form of the log.
fn address_in(log: &str) -> Option<SocketAddr> {
    let (_, log) = log.split_once("address")?;
    let start = log.find("127.0.0.1:")?;
    let length = log[start..].find(|letter: char| !matches!(letter, '0'..='9' | '.' | ':'))?;
    log[start..start + length].parse().ok()
}

fn hash(program: &Path, password: &str) -> Result<String> {
    let mut hash = Command::new(program);
    let hash = hash.arg("hash-password").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut hash = hash.map_err(|error| format!("{}: {error}", program.display()))?;
    if let Some(mut stdin) = hash.stdin.take() {
        writeln!(stdin, "{password}").map_err(text)?;
    }
    let output = hash.wait_with_output().map_err(text)?;
    String::from_utf8(output.stdout).map_err(text)
}

fn ended() -> String {
    "the process has ended".to_owned()
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
