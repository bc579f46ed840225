//! Hostile clients, and careless ones.

use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::common::{LOGIN, Reply, Running, VERIFY, authorization, photo, post, request, verify_body};

/// Reads to the end of the connection; returns whether it was closed in time.
fn is_closed_within(stream: &mut TcpStream, time: Duration) -> bool {
    stream.set_read_timeout(Some(time)).unwrap();
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

/// Bytes that look random and are the same in every run (xorshift).
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect()
}

#[test]
fn slow_heads_and_idle_connections_are_closed() {
    let server = Running::with("header-timeout = 0.3\nidle-timeout = 0.3");
    for start in ["", "POST ", "POST /api/v1/face/verify HTTP/1.1\r\nHost: a\r\n"] {
        let mut stream = server.connect();
        stream.write_all(start.as_bytes()).unwrap();
        assert!(is_closed_within(&mut stream, Duration::from_secs(5)), "{start:?}");
    }
    let mut stream = BufReader::new(server.connect());
    stream.get_mut().write_all(&request("GET", "/health", &[], b"")).unwrap();
    assert_eq!(Reply::read(&mut stream).unwrap().status, 200);
    assert!(is_closed_within(stream.get_mut(), Duration::from_secs(5)));
}

#[test]
fn slow_clients_hold_no_worker_and_no_memory() {
    let server = Running::with("workers = 1\nqueue-length = 1\nmax-memory-bytes = 33554432");
    let mut head = post(VERIFY, &vec![b' '; 1_000_000]);
    head.truncate(2000);
    let slow: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(&head).unwrap();
            stream
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    server.verify(&photo("astronaut.jpg"), &photo("astronaut.jpg")).assert_score(Some("s"));
    drop(slow);
}

#[test]
fn clients_that_only_close_do_not_fill_the_queue_for_good() {
    let server = Running::with("workers = 1\nqueue-length = 3");
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    for _ in 0..20 {
        let mut stream = server.connect();
        stream.write_all(&post(VERIFY, &body)).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    }
    let start = Instant::now();
    while server.post(&body).status == 503 {
        assert!(start.elapsed() < Duration::from_secs(30), "the queue stays full");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_is_not_http_is_refused_and_the_server_survives() {
    let server = Running::start();
    let flood = format!("GET /health HTTP/1.1\r\n{}\r\n", "X-Flood: 1\r\n".repeat(200));
    let long = format!("GET /health HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let noise: Vec<Vec<u8>> = (1..50).map(|seed| noise(seed, 600)).collect();
    let texts = [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /health HTTP/3.0\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "POST /api/v1/face/verify HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /api/v1/face/verify HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "POST /api/v1/face/verify HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        "POST /api/v1/face/verify HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        &flood,
        &long,
    ];
    for bytes in texts.iter().map(|text| text.as_bytes()).chain(noise.iter().map(Vec::as_slice)) {
        let mut stream = server.connect();
        // It may close before everything is sent.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        if let Some(reply) = Reply::read(&mut BufReader::new(stream)) {
            assert!((400..500).contains(&reply.status), "{reply:?}");
        }
    }
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn malformed_chunks_are_refused() {
    let server = Running::start();
    let mut head = post(VERIFY, b"");
    head.truncate(head.len() - 2);
    head.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
    for chunks in ["zz\r\n{}\r\n0\r\n\r\n", "ffffffffffffffffff\r\n", "2\r\n{}", "2;x=y\r\n{}XX0\r\n\r\n"] {
        let mut stream = server.connect();
        stream.write_all(&[&head, chunks.as_bytes()].concat()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        if let Some(reply) = Reply::read(&mut BufReader::new(stream)) {
            assert_eq!(reply.status, 400, "{chunks:?}");
        }
    }
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn bodies_of_noise_are_invalid_requests() {
    let server = Running::start();
    for seed in 1..200 {
        let bytes = noise(seed, 1 + seed as usize * 3);
        server.post(&bytes).assert_error(400, "INVALID_REQUEST", None);
        // A good body with one wrong byte is answered one way or the other.
        let mut body =
            br#"{"sessionId":"s","probe":{"imageBase64":"AAAA"},"reference":{"imageBase64":"AAAA"}}"#
                .to_vec();
        let at = seed as usize % body.len();
        body[at] = bytes[0];
        let reply = server.post(&body);
        assert!(matches!(reply.status, 200 | 400), "{reply:?}");
        assert_eq!(reply.json()["hasError"], true);
    }
}

#[test]
fn malicious_json_is_answered() {
    let server = Running::start();
    let deep =
        |depth: usize| format!(r#"{{"sessionId":"s","x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    server.post(deep(500_000).as_bytes()).assert_error(200, "MISSING_PROBE_IMAGE", Some("s"));
    let unclosed = format!(r#"{{"sessionId":"s","probe":{}"#, r#"{"a":"#.repeat(500_000));
    server.post(unclosed.as_bytes()).assert_error(400, "INVALID_REQUEST", Some("s"));
    for (member, status, session) in [
        (r#""x":1e999999999"#, 200, Some("s")),
        (&*format!(r#""x":{}"#, "9".repeat(100_000)), 200, Some("s")),
        (r#""probe":1e999999999"#, 400, Some("s")),
        (r#""probe":{"imageBase64":"\ud800"}"#, 400, Some("s")),
        (r#""probe":{},"probe":{}"#, 400, Some("s")),
        (r#""sessionId":"t""#, 400, Some("s")),
        (r#""x":1,"x":2"#, 200, Some("s")),
    ] {
        let code = if status == 200 { "MISSING_PROBE_IMAGE" } else { "INVALID_REQUEST" };
        server
            .post(format!(r#"{{"sessionId":"s",{member}}}"#).as_bytes())
            .assert_error(status, code, session);
    }
    server.post(b"{\"sessionId\":\"\xff\xfe\"}").assert_error(400, "INVALID_REQUEST", None);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Running::start();
    let mut stream = server.connect();
    let ids: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let requests: Vec<u8> =
        ids.iter().flat_map(|id| post(VERIFY, format!(r#"{{"sessionId":"{id}"}}"#).as_bytes())).collect();
    stream.write_all(&requests).unwrap();
    let mut reader = BufReader::new(stream);
    for id in &ids {
        Reply::read(&mut reader).unwrap().assert_error(200, "MISSING_PROBE_IMAGE", Some(id));
    }
}

#[test]
fn a_refusal_can_be_read_although_the_body_is_large() {
    let server = Running::start();
    let body = vec![b' '; 40 << 20];
    server.post(&body).assert_error(413, "REQUEST_TOO_LARGE", None);
    server
        .raw(&request("POST", VERIFY, &[("Content-Type", "application/json")], &body[..20 << 20]))
        .assert_error(401, "UNAUTHORIZED", None);
}

#[test]
fn a_client_that_expects_100_continue_is_answered_before_its_body() {
    let server = Running::start();
    let login = authorization(LOGIN);
    let head = |login: &str| {
        let headers = [
            ("Authorization", login),
            ("Content-Type", "application/json"),
            ("Expect", "100-continue"),
            ("Content-Length", "2"),
        ];
        request("POST", VERIFY, &headers, b"")
    };
    server.raw(&head("Basic nobody")).assert_error(401, "UNAUTHORIZED", None);
    let mut stream = BufReader::new(server.connect());
    stream.get_mut().write_all(&head(&login)).unwrap();
    assert_eq!(Reply::read(&mut stream).unwrap().status, 100);
    stream.get_mut().write_all(b"{}").unwrap();
    Reply::read(&mut stream).unwrap().assert_error(200, "MISSING_PROBE_IMAGE", None);
}

#[test]
fn connections_are_bounded_and_the_next_one_waits() {
    let server = Running::with("max-connections = 3\nidle-timeout = 1");
    let users: Vec<_> = (0..3)
        .map(|_| {
            let mut stream = BufReader::new(server.connect());
            stream.get_mut().write_all(&post(VERIFY, b"{}")).unwrap();
            Reply::read(&mut stream).unwrap().assert_error(200, "MISSING_PROBE_IMAGE", None);
            stream
        })
        .collect();
    let start = Instant::now();
    assert_eq!(server.get("/health").status, 200);
    assert!(start.elapsed() > Duration::from_millis(300), "a fourth connection was answered at once");
    drop(users);
}

#[test]
fn a_stop_under_load_loses_no_request() {
    let mut server = Running::with("workers = 2\nqueue-length = 64\nshutdown-delay = 0.3");
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    let mut clients: Vec<_> = (0..16).map(|_| BufReader::new(server.connect())).collect();
    for client in &mut clients {
        client.get_mut().write_all(&post(VERIFY, &body)).unwrap();
    }
    std::thread::sleep(Duration::from_millis(50));
    server.stop();
    for client in &mut clients {
        let reply = Reply::read(client).expect("an accepted request is answered");
        reply.assert_score(Some("s"));
    }
    assert!(server.wait());
}
