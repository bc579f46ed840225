//! Limits on connections, and the connections of monitoring.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use tempfile::TempDir;

use crate::common::{LOGIN, Program, Reply, VERIFY, authorization, post, request};

type Stream = BufReader<TcpStream>;

/// An open connection on which a request was answered.
fn kept(program: &Program, bytes: &[u8]) -> Stream {
    let mut stream = BufReader::new(program.connect());
    ask(&mut stream, bytes).expect("a reply");
    stream
}

fn ask(stream: &mut Stream, bytes: &[u8]) -> Option<Reply> {
    stream.get_mut().write_all(bytes).ok()?;
    Reply::read(stream)
}

fn health() -> Vec<u8> {
    request("GET", "/health", &[], b"")
}

fn is_closed(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0; 100]), Ok(0) | Err(_))
}

#[test]
fn an_idle_connection_outlives_the_time_for_a_head() {
    let program = Program::serving(&["--header-timeout", "0.3", "--idle-timeout", "30"]);
    let mut stream = kept(&program, &post(VERIFY, b"{}"));
    std::thread::sleep(Duration::from_secs(1));
    let reply = ask(&mut stream, &post(VERIFY, b"{}")).expect("a reply on a connection that was idle");
    reply.assert_error(200, "MISSING_PROBE_IMAGE", None);
    // A head that has begun to arrive has the shorter limit, also on a connection that was idle.
    stream.get_mut().write_all(b"POST /api").unwrap();
    assert!(is_closed(stream.get_mut()));
    program.wait_for_metric(r#"visavis_connections_closed_total{cause="slow_head"} 1"#);
}

#[test]
fn one_address_cannot_take_every_connection() {
    let program = Program::serving(&["--max-connections-per-address", "2"]);
    let mut first = kept(&program, &health());
    let second = kept(&program, &health());
    assert!(is_closed(&mut program.connect()), "a third connection is refused");
    drop(second);
    // The place is free again once the server has seen the end of the second connection.
    let free = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        ask(&mut BufReader::new(program.connect()), &health()).is_some()
    });
    assert!(free && ask(&mut first, &health()).is_some());
}

#[test]
fn connections_without_a_login_make_room() {
    let long = ["--max-connections", "3", "--header-timeout", "3600", "--anonymous-timeout", "3600"];
    let program = Program::serving(&[&long[..], &["--idle-timeout", "3600"]].concat());
    let mut user = kept(&program, &post(VERIFY, b"{}"));
    let mut strangers: Vec<_> = (0..2).map(|_| kept(&program, &health())).collect();
    let mut late = kept(&program, &post(VERIFY, b"{}"));
    assert!(is_closed(strangers[0].get_mut()), "the oldest stranger was closed");
    for stream in [&mut user, &mut late] {
        ask(stream, &post(VERIFY, b"{}")).unwrap().assert_error(200, "MISSING_PROBE_IMAGE", None);
    }
}

#[test]
fn connections_without_a_login_are_closed() {
    let program = Program::serving(&["--anonymous-timeout", "0.5"]);
    let (mut stranger, mut user) = (kept(&program, &health()), kept(&program, &post(VERIFY, b"{}")));
    while ask(&mut stranger, &health()).is_some() {
        std::thread::sleep(Duration::from_millis(50));
    }
    program.wait_for_metric(r#"visavis_connections_closed_total{cause="anonymous"} 1"#);
    assert!(ask(&mut user, &health()).is_some());
}

#[test]
fn connections_without_valid_http_are_counted() {
    let program = Program::serving(&[]);
    assert_eq!(program.raw(b"\x16\x03\x01\x02\x00\r\n\r\n").status, 400);
    program.wait_for_metric(r#"visavis_connections_closed_total{cause="bad_head"} 1"#);
}

/// The options for TLS with a new certificate, whose files are written to this folder.
fn tls_options(folder: &TempDir) -> [String; 4] {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    ["--tls-certificate".to_owned(), path("cert.pem"), "--tls-key".to_owned(), path("key.pem")]
}

#[test]
fn connections_in_a_handshake_make_room() {
    let folder = tempfile::tempdir().unwrap();
    let tls = tls_options(&folder);
    let mut settings: Vec<_> = tls.iter().map(String::as_str).collect();
    let long = ["--max-connections", "2", "--header-timeout", "3600", "--anonymous-timeout", "3600"];
    settings.extend(long);
    let program = Program::serving(&settings);
    let mut silent: Vec<_> = (0..2).map(|_| program.connect()).collect();
    settings.extend(["--listen", &program.address, "healthcheck"]);
    let check = Program::command(&settings, &[]).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    assert!(is_closed(&mut silent[0]), "the oldest was closed");
}

#[test]
fn a_port_check_by_a_proxy_leaves_nothing_behind() {
    let program = Program::serving(&["--trusted-proxies", "127.0.0.1", "--header-timeout", "3600"]);
    for _ in 0..3 {
        drop(program.connect());
    }
    // The metrics are requested on a separate connection, which is the one counted.
    program.wait_for_metric("visavis_connections 1");
    assert!(!program.metrics().contains("slow_head\"} 1"));
}

#[test]
fn a_reply_may_take_longer_to_read_than_the_idle_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..24 << 20).map(|at| (at >> 8) as u8).collect();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    std::fs::write(folder.path().join("visavis_bg.wasm"), &content).unwrap();
    let program = Program::serving(&["--web", folder.path().to_str().unwrap(), "--idle-timeout", "0.5"]);
    let login = authorization(LOGIN);
    let get = |path: &str| request("GET", path, &[("Authorization", &*login)], b"");
    let page = String::from_utf8(program.raw(&get("/")).body).unwrap();
    let (_, place) = page.split_once("data-device=\"").unwrap();
    let path = format!("/{}visavis_bg.wasm", place.split('"').next().unwrap());
    let mut stream = program.connect();
    stream.write_all(&get(&path)).unwrap();
    // Slow but steady: when the idle timeout is over, more is left than the system's buffers hold.
    let mut slow = Vec::new();
    while slow.len() < content.len() / 2 {
        std::thread::sleep(Duration::from_millis(100));
        (&stream).take(1 << 20).read_to_end(&mut slow).unwrap();
    }
    let reply = Reply::read(&mut BufReader::new(slow.as_slice().chain(&mut stream))).expect("a whole reply");
    assert!(reply.status == 200 && reply.body == content);
}

#[test]
fn health_checks_have_a_separate_address() {
    let folder = tempfile::tempdir().unwrap();
    let tls = tls_options(&folder);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let admin = format!("127.0.0.1:{port}");
    let mut settings: Vec<_> = tls.iter().map(String::as_str).collect();
    settings.extend(["--admin-listen", &admin, "--max-connections", "1"]);
    let program = Program::serving(&settings);
    // The only connection allowed on the public address is waiting for a handshake.
    let _held = program.connect();
    let ask = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(&admin).unwrap();
        stream.write_all(bytes).unwrap();
        Reply::read(&mut BufReader::new(stream)).unwrap()
    };
    assert_eq!((ask(&health()).status, ask(&request("GET", "/ready", &[], b"")).status), (200, 200));
    ask(&request("GET", "/metrics", &[], b"")).assert_error(401, "UNAUTHORIZED", None);
    ask(&post(VERIFY, b"{}")).assert_error(404, "NOT_FOUND", None);
    ask(&request("GET", "/", &[], b"")).assert_error(404, "NOT_FOUND", None);
    let check = Program::command(&[&settings[..], &["healthcheck"]].concat(), &[]).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}
