//! Faults on the way: credentials, sizes, media, paths, methods, times and too much work.

use std::io::{BufReader, Write};
use std::sync::LazyLock;

use crate::common::{ALIAS, LOGIN, Reply, Running, VERIFY, authorization, photo, post, request, verify_body};

static SERVER: LazyLock<Running> = LazyLock::new(Running::start);

#[test]
fn nobody_gets_in_without_credentials() {
    let logins = [
        None,
        Some("Basic"),
        Some("Bearer abc"),
        Some(&*authorization("ann:wrong")),
        Some(&*authorization("bob:correct horse")),
    ]
    .map(|login| login.map(str::to_owned));
    for login in logins {
        for path in [VERIFY, ALIAS] {
            let mut headers = vec![("Content-Type", "application/json")];
            headers.extend(login.as_deref().map(|login| ("Authorization", login)));
            let reply = SERVER.raw(&request("POST", path, &headers, br#"{"sessionId":"s"}"#));
            reply.assert_error(401, "UNAUTHORIZED", None);
            assert_eq!(reply.header("www-authenticate"), Some("Basic realm=\"visavis\""));
        }
    }
}

#[test]
fn authorization_is_checked_before_size_and_size_before_json() {
    let server = Running::with("max-body-bytes = 2000");
    let body = vec![b'x'; 2001];
    server.raw(&request("POST", VERIFY, &[("Content-Type", "application/json")], &body)).assert_error(
        401,
        "UNAUTHORIZED",
        None,
    );
    server.post(&body).assert_error(413, "REQUEST_TOO_LARGE", None);
    server.post(&body[1..]).assert_error(400, "INVALID_REQUEST", None);
}

#[test]
fn twelve_mebibytes_are_read_and_not_one_byte_more() {
    let mut body = br#"{"sessionId":"s","x":""#.to_vec();
    body.resize((12 << 20) - 2, b'a');
    body.extend_from_slice(b"\"}");
    SERVER.post(&body).assert_error(200, "MISSING_PROBE_IMAGE", Some("s"));
    body.insert(30, b'a');
    SERVER.post(&body).assert_error(413, "REQUEST_TOO_LARGE", None);
}

#[test]
fn only_plain_json_is_a_supported_medium() {
    let login = authorization(LOGIN);
    let send = |headers: &[(&str, &str)]| {
        let headers = [&[("Authorization", &*login)], headers].concat();
        SERVER.raw(&request("POST", VERIFY, &headers, b"{}"))
    };
    for kind in
        ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;x=y"]
    {
        send(&[("Content-Type", kind)]).assert_error(200, "MISSING_PROBE_IMAGE", None);
    }
    send(&[("Content-Type", "application/json"), ("Content-Encoding", "identity")]).assert_error(
        200,
        "MISSING_PROBE_IMAGE",
        None,
    );
    for kind in ["text/plain", "application/jsonp", "multipart/form-data", "", "image/jpeg"] {
        send(&[("Content-Type", kind)]).assert_error(415, "UNSUPPORTED_MEDIA_TYPE", None);
    }
    send(&[]).assert_error(415, "UNSUPPORTED_MEDIA_TYPE", None);
    send(&[("Content-Type", "application/json"), ("Content-Encoding", "gzip")]).assert_error(
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        None,
    );
}

#[test]
fn paths_and_methods_that_do_not_exist() {
    for path in [
        "/api",
        "/api/v1/face",
        "/api/v1/face/verify/more",
        "/api/v2/face/verify",
        "/HEALTH",
        "/%00",
        "/health/x",
    ] {
        SERVER.get(path).assert_error(404, "NOT_FOUND", None);
        SERVER.raw(&post(&format!("/x{path}"), b"{}")).assert_error(404, "NOT_FOUND", None);
    }
    for path in [VERIFY, ALIAS] {
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
            let reply = SERVER.raw(&request(method, path, &[], b""));
            reply.assert_error(405, "METHOD_NOT_ALLOWED", None);
            assert_eq!(reply.header("allow"), Some("POST"));
        }
    }
    for path in ["/health", "/ready", "/metrics", "/openapi.json", "/", "/page.js", "/page.css"] {
        let reply = SERVER.raw(&request("POST", path, &[], b"{}"));
        reply.assert_error(405, "METHOD_NOT_ALLOWED", None);
        assert_eq!(reply.header("allow"), Some("GET, HEAD"));
    }
}

#[test]
fn a_body_that_does_not_come_is_a_timeout() {
    let server = Running::with("body-timeout = 0.2");
    let mut head = post(VERIFY, b"{}");
    head.pop();
    server.raw(&head).assert_error(408, "REQUEST_TIMEOUT", None);
}

#[test]
fn more_work_than_fits_is_refused_at_once() {
    let server = Running::with("workers = 1\nqueue-length = 0");
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..12).map(|_| scope.spawn(|| server.post(&body))).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let (verdicts, refusals): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert!(!verdicts.is_empty() && !refusals.is_empty());
    for reply in verdicts {
        reply.assert_score(Some("s"));
    }
    for reply in refusals {
        // Its session is told where its body was read before another request took the last place.
        let session_id = reply.json()["sessionId"].as_str().map(str::to_owned);
        assert!(matches!(session_id.as_deref(), None | Some("s")));
        reply.assert_error(503, "OVERLOADED", session_id.as_deref());
        let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
}

#[test]
fn who_waits_too_long_for_a_turn_is_told_to_come_again() {
    let server = Running::with("workers = 1\nqueue-length = 9\nrequest-timeout = 0.001");
    let reply = server.verify(&photo("astronaut.jpg"), &photo("hopper.jpg"));
    reply.assert_error(503, "OVERLOADED", Some("s"));
}

#[test]
fn chunked_bodies_are_read_and_bounded() {
    let server = Running::with("max-body-bytes = 2000");
    let head = post(VERIFY, b"");
    let chunked = |chunks: &[&str]| {
        let mut request = head[..head.len() - 2].to_vec();
        request.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
        for chunk in chunks {
            write!(request, "{:x}\r\n{chunk}\r\n", chunk.len()).unwrap();
        }
        request.extend_from_slice(b"0\r\n\r\n");
        server.raw(&request)
    };
    chunked(&["{\"sessi", "onId\":\"s\"", "}"]).assert_error(200, "MISSING_PROBE_IMAGE", Some("s"));
    let kilobyte = " ".repeat(1000);
    chunked(&[&kilobyte, &kilobyte]).assert_error(400, "INVALID_REQUEST", None);
    chunked(&[&kilobyte, &kilobyte, "{}"]).assert_error(413, "REQUEST_TOO_LARGE", None);
}

#[test]
fn replies_are_not_stored_and_connections_are_kept() {
    let mut stream = BufReader::new(SERVER.connect());
    for _ in 0..3 {
        stream.get_mut().write_all(&post(VERIFY, b"{}")).unwrap();
        let reply = Reply::read(&mut stream).unwrap();
        reply.assert_error(200, "MISSING_PROBE_IMAGE", None);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    // A refused body does not spoil the connection either.
    for body in [&b"{\"sessionId\":"[..], b"}"] {
        stream.get_mut().write_all(&request("POST", VERIFY, &[], body)).unwrap();
        Reply::read(&mut stream).unwrap().assert_error(401, "UNAUTHORIZED", None);
    }
}

#[test]
fn the_rest_needs_credentials_and_is_for_reading() {
    let login = authorization(LOGIN);
    for path in ["/metrics", "/openapi.json", "/", "/page.js", "/page.css"] {
        SERVER.get(path).assert_error(401, "UNAUTHORIZED", None);
        let reply = SERVER.raw(&request("GET", path, &[("Authorization", &*login)], b""));
        assert!(reply.status == 200 && !reply.body.is_empty(), "{path}");
    }
    let page = SERVER.raw(&request("GET", "/", &[("Authorization", &*login)], b""));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
}

#[test]
fn too_many_wrong_passwords_are_refused_for_a_while() {
    let server = Running::with("auth-failures = 3");
    let wrong = authorization("ann:wrong");
    for _ in 0..3 {
        server.raw(&request("POST", VERIFY, &[("Authorization", &*wrong)], b"{}")).assert_error(
            401,
            "UNAUTHORIZED",
            None,
        );
    }
    let reply = server.post(b"{}");
    reply.assert_error(429, "TOO_MANY_REQUESTS", None);
    let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((30..=60).contains(&wait), "the rest of the minute, not {wait} s");
    assert_eq!(server.get("/health").status, 200);
}
