//! The program itself, with only the settings of a test.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::{LOGIN, Reply, VERIFY, authorization, request};

/// How long a test waits for something to happen.
const PATIENCE: Duration = Duration::from_mins(1);

/// The server as a process; killed when dropped.
pub(crate) struct Program {
    child: Child,
    /// What it writes to standard error, line by line.
    lines: Mutex<Receiver<String>>,
    pub(crate) address: String,
}

impl Program {
    pub(crate) fn command(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_visavis-server"));
        command.args(arguments).env_clear().envs(variables.iter().copied());
        command.stderr(Stdio::piped()).stdout(Stdio::piped());
        command
    }

    /// Starts it on a free port. Also returns what it wrote before it was ready.
    pub(crate) fn start(arguments: &[&str]) -> (Self, Vec<String>) {
        Self::start_with(arguments, &[])
    }

    /// With the credentials of the tests.
    pub(crate) fn serving(arguments: &[&str]) -> Self {
        let (name, password) = LOGIN.split_once(':').unwrap();
        let variables = [("VISAVIS_USERNAME", name), ("VISAVIS_PASSWORD", password)];
        Self::start_with(arguments, &variables).0
    }

    pub(crate) fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> (Self, Vec<String>) {
        // Only if the test does not name an address itself.
        let listen: &[&str] =
            if arguments.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        let mut child = Self::command(&[listen, arguments].concat(), variables).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut program = Program { child, lines: Mutex::new(lines), address: String::new() };
        let written = program.wait_for("address");
        let (_, ready) = written.last().unwrap().split_once("address").unwrap();
        let ready = ready.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let is_part = |letter: &char| letter.is_ascii_digit() || ".:".contains(*letter);
        program.address = ready.chars().take_while(is_part).collect();
        (program, written)
    }

    /// Reads what it writes up to a line with `word`, which is the last of those returned.
    #[track_caller]
    pub(crate) fn wait_for(&self, word: &str) -> Vec<String> {
        let mut read: Vec<String> = Vec::new();
        while !read.last().is_some_and(|line| line.contains(word)) {
            let line = self.lines.lock().unwrap().recv_timeout(PATIENCE);
            read.push(line.unwrap_or_else(|_| panic!("no line with {word:?} in {read:#?}")));
        }
        read
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes as they are and reads one reply.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        Reply::read(&mut BufReader::new(stream)).expect("a reply")
    }

    pub(crate) fn post(&self, login: &str, body: &[u8]) -> Reply {
        let headers = [("Authorization", &*authorization(login)), ("Content-Type", "application/json")];
        self.raw(&request("POST", VERIFY, &headers, body))
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Ends it as a service manager does; returns what it wrote since it was last read.
    pub(crate) fn end(mut self) -> String {
        self.signal("TERM");
        assert_eq!(self.wait(), Some(0));
        self.lines.lock().unwrap().iter().map(|line| line + "\n").collect()
    }

    /// Waits for its end; returns its exit status, or `None` if a signal ended it.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }

    pub(crate) fn metrics(&self) -> String {
        let login = authorization(LOGIN);
        let reply = self.raw(&request("GET", "/metrics", &[("Authorization", &*login)], b""));
        assert_eq!(reply.status, 200);
        String::from_utf8(reply.body).unwrap()
    }

    /// Waits until the metrics have this line.
    #[track_caller]
    pub(crate) fn wait_for_metric(&self, line: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.metrics().lines().any(|known| known == line) {
            assert!(Instant::now() < end, "{line} is not in\n{}", self.metrics());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The hash that the program prints for a password.
    pub(crate) fn hash(password: &str) -> String {
        let mut child = Self::command(&["hash-password"], &[]).stdin(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let hash = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        assert!(hash.starts_with("$argon2id$") && !hash.contains(password), "{hash}");
        hash
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
