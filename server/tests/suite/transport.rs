//! Faults of transport: credentials, sizes, media types, paths, methods, times and overload.

use std::io::{BufReader, Write};
use std::sync::LazyLock;

use crate::common::{ALIAS, LOGIN, Reply, Running, VERIFY, authorization, photo, post, request, verify_body};

static SERVER: LazyLock<Running> = LazyLock::new(Running::start);

#[test]
fn requests_without_valid_credentials_are_refused() {
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
            reply.assert_error(401, "UNAUTHORIZED", Some("s"));
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
    SERVER.post(&body).assert_error(413, "REQUEST_TOO_LARGE", Some("s"));
}

#[test]
fn bodies_count_as_json_with_every_usual_content_type() {
    let login = authorization(LOGIN);
    let send = |headers: &[(&str, &str)], body: &[u8]| {
        let headers = [&[("Authorization", &*login)], headers].concat();
        SERVER.raw(&request("POST", VERIFY, &headers, body))
    };
    for kind in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;x=y",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "",
    ] {
        send(&[("Content-Type", kind)], b"{}").assert_error(200, "MISSING_PROBE_IMAGE", None);
    }
    send(&[], b"{}").assert_error(200, "MISSING_PROBE_IMAGE", None);
    for headers in [&[][..], &[("Content-Type", "application/x-www-form-urlencoded")]] {
        send(headers, b"probe=AAAA&reference=AAAA").assert_error(400, "INVALID_REQUEST", None);
    }
    let identity = [("Content-Type", "application/json"), ("Content-Encoding", "identity")];
    send(&identity, b"{}").assert_error(200, "MISSING_PROBE_IMAGE", None);
    let session = br#"{"sessionId":"s"}"#;
    for kind in ["text/plain", "application/jsonp", "multipart/form-data", "image/jpeg"] {
        send(&[("Content-Type", kind)], session).assert_error(415, "UNSUPPORTED_MEDIA_TYPE", Some("s"));
    }
    let compressed = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")];
    send(&compressed, session).assert_error(415, "UNSUPPORTED_MEDIA_TYPE", Some("s"));
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
        let reply = SERVER.raw(&request("POST", path, &[], br#"{"sessionId":"s"}"#));
        reply.assert_error(405, "METHOD_NOT_ALLOWED", Some("s"));
        assert_eq!(reply.header("allow"), Some("GET, HEAD"));
    }
}

#[test]
fn a_body_that_does_not_arrive_times_out() {
    let server = Running::with("body-timeout = 0.2");
    for (body, session_id) in [(&b"{}"[..], None), (br#"{"sessionId":"s","probe":{}"#, Some("s"))] {
        let mut unfinished = post(VERIFY, body);
        unfinished.pop();
        let mut stream = BufReader::new(server.connect());
        stream.get_mut().write_all(&unfinished).unwrap();
        let reply = Reply::read(&mut stream).unwrap();
        reply.assert_error(408, "REQUEST_TIMEOUT", session_id);
        // The rest of the body would be read as the next request.
        assert_eq!(reply.header("connection"), Some("close"));
        assert!(Reply::read(&mut stream).is_none());
    }
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
    refusals.into_iter().for_each(assert_overloaded);
}

/// The client is told when to try again.
fn assert_overloaded(reply: &Reply) {
    reply.assert_error(503, "OVERLOADED", Some("s"));
    let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}

#[test]
fn a_wait_that_is_too_long_ends_as_overloaded() {
    let server = Running::with("workers = 1\nqueue-length = 9\nrequest-timeout = 0.001");
    assert_overloaded(&server.verify(&photo("astronaut.jpg"), &photo("hopper.jpg")));
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
    let session = [r#"{"sessionId":"s","x":""#, &kilobyte, &kilobyte];
    chunked(&session).assert_error(413, "REQUEST_TOO_LARGE", Some("s"));
}

#[test]
fn a_refused_body_is_searched_for_its_session_up_to_its_end() {
    let server = Running::with("max-body-bytes = 100000");
    let login = authorization(LOGIN);
    let login = ("Authorization", login.as_str());
    let long = |length| format!(r#"{{"x":"{}","sessionId":"s"}}"#, "x".repeat(length)).into_bytes();
    let text = ("Content-Type", "text/plain");
    for (method, path, headers, length, status, code) in [
        ("POST", VERIFY, &[][..], 90_000, 401, "UNAUTHORIZED"),
        ("POST", VERIFY, &[login, text], 90_000, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", VERIFY, &[login], 700_000, 413, "REQUEST_TOO_LARGE"),
        ("POST", "/elsewhere", &[login], 90_000, 404, "NOT_FOUND"),
        ("PUT", VERIFY, &[login], 90_000, 405, "METHOD_NOT_ALLOWED"),
    ] {
        server.raw(&request(method, path, headers, &long(length))).assert_error(status, code, Some("s"));
    }
    // In a body without a declared length, the search continues after the part that was kept.
    let mut chunked = request("POST", VERIFY, &[login, ("Transfer-Encoding", "chunked")], b"");
    for chunk in long(150_000).chunks(40_000) {
        write!(chunked, "{:x}\r\n", chunk.len()).unwrap();
        chunked.extend_from_slice(&[chunk, b"\r\n"].concat());
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    server.raw(&chunked).assert_error(413, "REQUEST_TOO_LARGE", Some("s"));
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
    // The connection is also kept after a refused body.
    for body in [&b"{\"sessionId\":"[..], b"}"] {
        stream.get_mut().write_all(&request("POST", VERIFY, &[], body)).unwrap();
        Reply::read(&mut stream).unwrap().assert_error(401, "UNAUTHORIZED", None);
    }
}

#[test]
fn all_other_paths_need_credentials_and_allow_only_reading() {
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
    let reply = server.post(br#"{"sessionId":"s"}"#);
    reply.assert_error(429, "TOO_MANY_REQUESTS", Some("s"));
    let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((30..=60).contains(&wait), "the rest of the minute, not {wait} s");
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn an_error_with_details_says_what_to_do() {
    let good = photo("astronaut.jpg");
    let ask = |path: &str, body: &[u8]| SERVER.raw(&post(path, body)).json();
    let with_details = format!("{VERIFY}?details=true");
    let heic = photo("photo.heic");
    for (body, error, code) in [
        (b"{}".to_vec(), "MISSING_PROBE_IMAGE", "ABSENT"),
        (
            br#"{"probe":{"imageBase64":"*"},"reference":{"imageBase64":""}}"#.to_vec(),
            "MISSING_PROBE_IMAGE",
            "NOT_BASE64",
        ),
        (verify_body("s", &good, b""), "MISSING_REFERENCE_IMAGE", "EMPTY_IMAGE"),
        (verify_body("s", &heic, &good), "MISSING_PROBE_IMAGE", "UNSUPPORTED_FORMAT"),
        (verify_body("s", &good[..2000], &good), "MISSING_PROBE_IMAGE", "CORRUPT_IMAGE"),
        (verify_body("s", &good, &photo("gray.png")), "REFERENCE_FACE_NOT_FOUND", "NO_FACE"),
    ] {
        let reply = ask(&with_details, &body);
        assert_eq!((&reply["error"], &reply["details"]["code"]), (&error.into(), &code.into()), "{reply}");
        let words = reply["details"]["message"].as_str().unwrap();
        assert!(words.contains(": ") && words.len() > 20, "{words}");
        assert!(ask(VERIFY, &body).get("details").is_none(), "{code}: only on request");
    }
}

#[test]
fn only_pages_of_listed_origins_may_call_the_api() {
    let server = Running::with("cors-origins = 'https://app.example, http://localhost:3000'");
    let preflight = |server: &Running, origin: &str| {
        let headers = [("Origin", origin), ("Access-Control-Request-Method", "POST")];
        server.raw(&request("OPTIONS", VERIFY, &headers, b""))
    };
    for origin in ["https://app.example", "http://localhost:3000"] {
        let reply = preflight(&server, origin);
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (204, Some(origin)));
        assert_eq!(reply.header("access-control-allow-methods"), Some("POST"));
        assert!(reply.header("access-control-allow-headers").unwrap().contains("authorization"));
        // The page can read refusals too.
        let reply = server.raw(&request("POST", VERIFY, &[("Origin", origin)], b"{}"));
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (401, Some(origin)));
        assert!(reply.header("access-control-expose-headers").unwrap().contains("retry-after"));
    }
    for (server, origin) in
        [(&server, "https://evil.example"), (&server, "null"), (&*SERVER, "https://app.example")]
    {
        let reply = preflight(server, origin);
        reply.assert_error(405, "METHOD_NOT_ALLOWED", None);
        assert_eq!(reply.header("access-control-allow-origin"), None, "{origin}");
    }
    assert_eq!(preflight(&server, "https://evil.example").header("vary"), Some("origin"));
    assert_eq!(SERVER.get("/health").header("vary"), None);
}
