//! The server as a process, for tests that send it requests.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::{Result, project};

/// The login that it accepts.
pub(super) const USER: &str = "ann";
pub(super) const PASSWORD: &str = "correct horse";

/// A server that runs; killed when dropped.
pub(super) struct Server {
    child: Child,
    pub(super) address: String,
}

impl Server {
    /// Starts what was built on a free port.
    pub(super) fn start() -> Result<Self> {
        let mut server = project::program(project::target()?.join("debug/visavis-server"));
        server
            .args(["--listen", "127.0.0.1:0", "--auth-failures", "0"])
            .env("VISAVIS_USERNAME", USER)
            .env("VISAVIS_PASSWORD", PASSWORD)
            .stderr(Stdio::piped());
        let mut child = server.spawn().map_err(|error| format!("the server cannot be run: {error}"))?;
        let log = child.stderr.take();
        // From here on, dropping it kills the process.
        let mut server = Server { child, address: String::new() };
        let mut lines =
            BufReader::new(log.ok_or("the server has no log")?).lines().map_while(std::io::Result::ok);
        let address = lines.find_map(|line| Some(line.split_once("address=")?.1.to_owned()));
        server.address = address.ok_or("the server does not start")?;
        // An unread log would fill its pipe and block the server.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
