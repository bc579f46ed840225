//! `visavis-server healthcheck`, as a container runs it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// The program with these settings and no others.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_visavis-server"));
    command.args(arguments).env_clear().stderr(Stdio::piped());
    command
}

/// Exit status and error output of a health check.
fn check(arguments: &[&str]) -> (Option<i32>, String) {
    let output = program(&[arguments, &["healthcheck"]].concat()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// A server on this address, ready; ends when dropped.
struct Serving(Child);

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program(&[arguments, &["--dev"]].concat()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("ready")), "the server starts");
        std::thread::spawn(move || lines.for_each(drop));
        Serving(child)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_server_that_is_up_is_healthy_and_another_is_not() {
    // Everywhere, as in an image: the check goes to this machine's own address.
    let everywhere = format!("0.0.0.0:{}", free_port());
    let (code, why) = check(&["--listen", &everywhere]);
    assert_eq!(code, Some(2), "{why}");
    assert!(why.contains("refused"), "{why}");
    let _server = Serving::start(&["--listen", &everywhere]);
    assert_eq!(check(&["--listen", &everywhere]), (Some(0), String::new()));
}

#[test]
fn tls_is_asked_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["elsewhere.example".to_owned()]).unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (certificate, key) = (path("cert.pem"), path("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    let settings = ["--listen", &listen, "--tls-certificate", &certificate, "--tls-key", &key];
    let _server = Serving::start(&settings);
    assert_eq!(check(&settings), (Some(0), String::new()));
    assert_eq!(check(&["--listen", &listen]).0, Some(2), "plain HTTP to a TLS server");
}

#[test]
fn what_does_not_answer_as_the_server_is_not_healthy() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stranger = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        std::io::Write::write_all(&mut stream, b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
        stream
    });
    let (code, why) = check(&["--listen", &address]);
    assert!(code == Some(2) && why.contains("503"), "{why}");
    drop(stranger.join());
}
