//! `visavis-server healthcheck`, as a container runs it.

use std::net::TcpListener;

use crate::common::Program;

/// Exit status and error output of a health check.
fn check(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Program::command(&[arguments, &["healthcheck"]].concat(), &[]).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_server_that_is_up_is_healthy_and_another_is_not() {
    // The server listens on all addresses, as in an image: the check uses the loopback address.
    let everywhere = format!("0.0.0.0:{}", free_port());
    let (code, why) = check(&["--listen", &everywhere]);
    assert_eq!(code, Some(2), "{why}");
    assert!(why.contains("refused"), "{why}");
    let _server = Program::start(&["--listen", &everywhere, "--dev"]);
    assert_eq!(check(&["--listen", &everywhere]), (Some(0), String::new()));
}

#[test]
fn a_tls_server_is_checked_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["elsewhere.example".to_owned()]).unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (certificate, key) = (path("cert.pem"), path("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    let settings = ["--listen", &listen, "--tls-certificate", &certificate, "--tls-key", &key];
    let _server = Program::start(&[&settings[..], &["--dev"]].concat());
    assert_eq!(check(&settings), (Some(0), String::new()));
    assert_eq!(check(&["--listen", &listen]).0, Some(2), "plain HTTP to a TLS server");
}

#[test]
fn a_server_that_answers_503_is_not_healthy() {
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
