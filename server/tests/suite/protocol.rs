//! Unusual and malformed HTTP: the server must see the same requests as any proxy in front of it.

use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::LazyLock;
use std::time::Duration;

use crate::common::{LOGIN, Reply, Running, VERIFY, authorization, photo, post, request, verify_body};

static SERVER: LazyLock<Running> = LazyLock::new(Running::start);

/// Sends bytes and reads every reply up to the end of the connection, which the last request asks for.
fn replies(bytes: &[u8]) -> Vec<Reply> {
    let mut stream = SERVER.connect();
    // It may close before everything is sent.
    let _ = stream.write_all(bytes);
    let mut reader = BufReader::new(stream);
    std::iter::from_fn(|| Reply::read(&mut reader)).collect()
}

fn statuses(bytes: &[u8]) -> Vec<u16> {
    replies(bytes).iter().map(|reply| reply.status).collect()
}

/// A verify request with these lines in its head, and what follows the head.
fn verify_with(lines: &str, rest: &str) -> Vec<u8> {
    let login = authorization(LOGIN);
    format!(
        "POST {VERIFY} HTTP/1.1\r\nHost: a\r\nAuthorization: {login}\r\nContent-Type: application/json\r\n\
         {lines}\r\n\r\n{rest}"
    )
    .into()
}

#[test]
fn lengths_that_contradict_each_other_smuggle_nothing() {
    let next = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for (lines, body, expected) in [
        // Chunks take precedence over a length, and nothing after them is read as a request (RFC 9112, 6.1).
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n", &[200][..]),
        ("Transfer-Encoding: chunked\r\nContent-Length: 400", "2\r\n{}\r\n0\r\n\r\n", &[200]),
        ("Content-Length: 2\r\nContent-Length: 2", "{}", &[200, 200]),
        ("Content-Length: 2\r\nContent-Length: 30", "{}", &[400]),
        ("Content-Length: 2, 30", "{}", &[400]),
        ("Content-Length: -2", "{}", &[400]),
        ("Content-Length: +2", "{}", &[400]),
        ("Content-Length: 0x2", "{}", &[400]),
        ("Content-Length: 99999999999999999999", "{}", &[400]),
        ("Transfer-Encoding: gzip", "{}", &[400]),
        ("Transfer-Encoding: xchunked", "2\r\n{}\r\n0\r\n\r\n", &[400]),
        ("Transfer-Encoding: chunked, identity", "2\r\n{}\r\n0\r\n\r\n", &[400]),
        ("Transfer-Encoding : chunked", "2\r\n{}\r\n0\r\n\r\n", &[400]),
        ("X: y\r\n Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n", &[400]),
        ("X: a\0b\r\nContent-Length: 2", "{}", &[400]),
    ] {
        let got = statuses(&verify_with(lines, &format!("{body}{next}")));
        assert_eq!(got, expected, "{lines:?}");
    }
    let old =
        format!("POST {VERIFY} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{next}");
    assert_eq!(statuses(old.as_bytes()), [400]);
}

#[test]
fn http2_is_declined_and_never_begun() {
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    assert!(replies(preface.as_bytes()).iter().all(|reply| (400..=505).contains(&reply.status)));
    let upgrade = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n\
        HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n";
    let replies = replies(upgrade.as_bytes());
    assert_eq!((replies.len(), replies[0].status), (1, 200), "an upgrade that is not understood is ignored");
}

#[test]
fn targets_may_be_absolute_and_are_never_other_servers() {
    let reply = SERVER.raw(&request("GET", "http://elsewhere.example/health", &[], b""));
    assert_eq!(reply.json()["status"], "up");
    SERVER.raw(&post(&format!("http://elsewhere.example{VERIFY}"), b"{}")).assert_error(
        200,
        "MISSING_PROBE_IMAGE",
        None,
    );
    for target in ["CONNECT elsewhere.example:443", "OPTIONS *", "GET *", "GET health", "GET  /health"] {
        let statuses =
            statuses(format!("{target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes());
        assert!(matches!(statuses[..], [400 | 401 | 404 | 405]), "{target}: {statuses:?}");
    }
}

#[test]
fn unusual_paths_open_nothing() {
    for path in [
        "//metrics",
        "/./metrics",
        "/health/../metrics",
        "/health/..;/metrics",
        "/health/%2e%2e/metrics",
        "/%6detrics",
        "/metrics%00",
        "/metrics;a=b",
        "/Metrics",
        "/metrics\\",
        "/health%2f..%2fmetrics",
        "/.",
        "/..",
        "//",
        "/server/page/index.html",
        "/page.js/",
        "/openapi.json%20",
    ] {
        for reply in replies(&request("GET", path, &[("Connection", "close")], b"")) {
            assert!(matches!(reply.status, 400 | 401 | 404), "{path}: {reply:?}");
        }
    }
    for path in [VERIFY.replace("/v1", "//v1"), VERIFY.replace("verify", "%76erify"), format!("/{VERIFY}")] {
        SERVER.raw(&post(&path, b"{}")).assert_error(404, "NOT_FOUND", None);
    }
}

#[test]
fn heads_are_answered_without_a_body() {
    let login = authorization(LOGIN);
    for (path, status) in
        [("/health", 200), ("/ready", 200), ("/metrics", 200), ("/", 200), (VERIFY, 405), ("/x", 404)]
    {
        let mut stream = SERVER.connect();
        let head = request("HEAD", path, &[("Authorization", &login), ("Connection", "close")], b"");
        stream.write_all(&head).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {text}");
        assert!(text.ends_with("\r\n\r\n") && text.matches("\r\n\r\n").count() == 1, "{path}: {text}");
    }
}

#[test]
fn heads_are_bounded() {
    let flood = "X-Flood: 1\r\n".repeat(500);
    let long = format!("X: {}\r\n", "x".repeat(100_000));
    for lines in [&flood, &long] {
        let statuses = statuses(
            format!("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{lines}\r\n").as_bytes(),
        );
        assert!(matches!(statuses[..], [] | [400 | 431]), "{statuses:?}");
    }
    let target = format!("GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "x".repeat(100_000));
    let statuses = statuses(target.as_bytes());
    assert!(matches!(statuses[..], [] | [400 | 404 | 414 | 431]), "{statuses:?}");
    assert_eq!(SERVER.get("/health").status, 200);
}

#[test]
fn connections_that_break_leave_nothing_behind() {
    let server = Running::start();
    let whole = post(VERIFY, &verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg")));
    for part in [10, 200, 5_000, whole.len() / 2, whole.len() - 1] {
        for linger in [None, Some(Duration::ZERO)] {
            let stream = server.connect();
            // With a linger time of zero the connection is reset, not closed.
            socket2::SockRef::from(&stream).set_linger(linger).unwrap();
            (&stream).write_all(&whole[..part]).unwrap();
            std::thread::sleep(Duration::from_millis(20));
            drop(stream);
        }
    }
    let login = authorization(LOGIN);
    let is_clean = || {
        let reply = server.raw(&request("GET", "/metrics", &[("Authorization", &*login)], b""));
        let text = String::from_utf8(reply.body).unwrap();
        let clean = ["visavis_body_bytes 0", "visavis_queue_length 0", "visavis_requests_in_flight 1"];
        clean.iter().all(|line| text.lines().any(|known| known == *line))
    };
    assert!((0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        is_clean()
    }));
}

/// The replies fill the buffers on both sides; then the server closes the connection.
#[test]
#[cfg(target_os = "linux")]
fn a_client_that_never_reads_is_disconnected() {
    let server = Running::with("body-timeout = 0.5");
    let mut stream = server.connect();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let login = authorization(LOGIN);
    let asks = request("GET", "/openapi.json", &[("Authorization", &*login)], b"").repeat(100);
    let end = std::time::Instant::now() + Duration::from_mins(1);
    while stream.write_all(&asks).is_ok() {
        assert!(std::time::Instant::now() < end, "the server still reads");
    }
    assert_ne!(
        stream.take_error().unwrap().map(|error| error.kind()),
        Some(std::io::ErrorKind::WouldBlock),
        "the connection is closed, not only full"
    );
}

#[test]
fn half_closed_connections_hold_nothing() {
    let mut stream: TcpStream = SERVER.connect();
    stream.write_all(&post(VERIFY, b"{}")[..50]).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert!(stream.read_to_end(&mut Vec::new()).is_ok(), "the server closes its half, too");
}
