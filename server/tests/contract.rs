//! The documented contract, line by line, over a real socket.

mod common;

use std::io::{BufReader, Write};
use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use common::{ALIAS, LOGIN, Reply, Running, VERIFY, authorization, photo, post, request, verify_body};

static SERVER: LazyLock<Running> = LazyLock::new(Running::start);
static ASTRONAUT: LazyLock<String> = LazyLock::new(|| STANDARD.encode(photo("astronaut.jpg")));

/// Of each way in which a photo can be wrong, in the order in which they are told.
const STATES: [&str; 4] = ["missing", "unreadable", "faceless", "good"];

fn photo_in_state(state: &str) -> Value {
    match state {
        "missing" => Value::Null,
        "unreadable" => json!({ "imageBase64": STANDARD.encode("no image") }),
        "faceless" => json!({ "imageBase64": STANDARD.encode(photo("gray.png")) }),
        _ => json!({ "imageBase64": *ASTRONAUT }),
    }
}

fn send(body: &Value) -> Reply {
    SERVER.post(body.to_string().as_bytes())
}

fn with_probe(probe: &Value) -> Reply {
    send(&json!({ "sessionId": "s", "probe": probe, "reference": photo_in_state("good") }))
}

#[test]
fn the_same_person_passes_and_another_does_not() {
    let same = SERVER.verify(&photo("astronaut.jpg"), &photo("astronaut-mirrored.jpg"));
    assert!(same.assert_score(Some("s")) >= 27);
    let other = SERVER.verify(&photo("astronaut.jpg"), &photo("hopper.jpg"));
    assert!(other.assert_score(Some("s")) < 27);
}

#[test]
fn the_score_is_the_cores_rounded_down() {
    let (probe, reference) = (photo("astronaut.jpg"), photo("astronaut-blurred.jpg"));
    let comparison = common::verifier().verify(&probe, &reference).unwrap().comparison;
    let score = SERVER.verify(&probe, &reference).assert_score(Some("s"));
    assert_eq!(score, u64::from(comparison.integer_score()));
    assert_eq!(score, comparison.score.floor() as u64);
}

#[test]
fn the_alias_is_the_same() {
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    let scores = [VERIFY, ALIAS].map(|path| SERVER.raw(&post(path, &body)).assert_score(Some("s")));
    assert_eq!(scores[0], scores[1]);
    SERVER.raw(&post(ALIAS, b"{}")).assert_error(200, "MISSING_PROBE_IMAGE", None);
}

#[test]
fn when_several_things_are_wrong_the_order_decides() {
    for (probe_rank, probe) in STATES.iter().enumerate() {
        for (reference_rank, reference) in STATES.iter().enumerate() {
            let body = json!({ "sessionId": "s", "probe": photo_in_state(probe), "reference": photo_in_state(reference) });
            let reply = send(&body);
            // The earlier state is told; of two equal ones the probe's.
            let code = match (probe_rank.min(reference_rank), probe_rank <= reference_rank) {
                (0 | 1, true) => "MISSING_PROBE_IMAGE",
                (0 | 1, false) => "MISSING_REFERENCE_IMAGE",
                (2, true) => "PROBE_FACE_NOT_FOUND",
                (2, false) => "REFERENCE_FACE_NOT_FOUND",
                _ => {
                    assert_eq!(reply.assert_score(Some("s")), 100);
                    continue;
                }
            };
            reply.assert_error(200, code, Some("s"));
        }
    }
}

#[test]
fn what_is_not_base64_is_missing_in_the_order_of_the_checks() {
    let no_base64 = json!({ "imageBase64": "***" });
    for (probe, reference, code) in [
        (&no_base64, photo_in_state("good"), "MISSING_PROBE_IMAGE"),
        (&no_base64, photo_in_state("unreadable"), "MISSING_PROBE_IMAGE"),
        (&no_base64, photo_in_state("missing"), "MISSING_REFERENCE_IMAGE"),
        (&photo_in_state("unreadable"), no_base64.clone(), "MISSING_PROBE_IMAGE"),
        (&photo_in_state("faceless"), no_base64.clone(), "MISSING_REFERENCE_IMAGE"),
        (&photo_in_state("good"), no_base64.clone(), "MISSING_REFERENCE_IMAGE"),
    ] {
        let reply = send(&json!({ "sessionId": "s", "probe": probe, "reference": reference }));
        reply.assert_error(200, code, Some("s"));
    }
}

#[test]
fn a_missing_photo_may_be_absent_null_or_empty() {
    for probe in [Value::Null, json!({}), json!({ "imageBase64": null }), json!({ "imageBase64": "" })] {
        with_probe(&probe).assert_error(200, "MISSING_PROBE_IMAGE", Some("s"));
    }
    let absent = json!({ "sessionId": "s", "probe": photo_in_state("good") });
    send(&absent).assert_error(200, "MISSING_REFERENCE_IMAGE", Some("s"));
}

#[test]
fn base64_is_read_in_every_usual_form() {
    let bytes = photo("astronaut.jpg");
    let in_lines: Vec<&str> =
        ASTRONAUT.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect();
    for text in [
        URL_SAFE_NO_PAD.encode(&bytes),
        ASTRONAUT.trim_end_matches('=').to_owned(),
        in_lines.join("\r\n") + "\n",
        format!("data:image/png;charset=x;base64,{}", *ASTRONAUT),
    ] {
        assert_eq!(with_probe(&json!({ "imageBase64": text })).assert_score(Some("s")), 100);
    }
    // As PHP writes it: every slash escaped.
    let escaped = ASTRONAUT.replace('/', "\\/");
    let body =
        format!(r#"{{"probe":{{"imageBase64":"{escaped}"}},"reference":{{"imageBase64":"{escaped}"}}}}"#);
    assert_eq!(SERVER.post(body.as_bytes()).assert_score(None), 100);
}

#[test]
fn images_are_never_fetched() {
    let path = common::golden().join("images/astronaut.jpg").display().to_string();
    for text in ["https://example.org/a.jpg", "file:///etc/hostname", &path] {
        with_probe(&json!({ "imageBase64": text })).assert_error(200, "MISSING_PROBE_IMAGE", Some("s"));
        let url = json!({ "imageUrl": text, "url": text });
        with_probe(&url).assert_error(200, "MISSING_PROBE_IMAGE", Some("s"));
    }
}

#[test]
fn session_ids_come_back_as_they_were() {
    for id in [
        String::new(),
        "3fa85f64-5717-4562-b3fc-2c963f66afa6".into(),
        "é\"\\\n\u{0}😀".into(),
        "ü".repeat(256),
    ] {
        let reply = send(&json!({ "sessionId": id }));
        reply.assert_error(200, "MISSING_PROBE_IMAGE", Some(&id));
    }
    send(&json!({ "sessionId": null })).assert_error(200, "MISSING_PROBE_IMAGE", None);
    for id in [json!(7), json!(true), json!({}), json!(["a"]), json!("ü".repeat(257))] {
        send(&json!({ "sessionId": id })).assert_error(400, "INVALID_REQUEST", None);
    }
}

#[test]
fn unknown_members_are_ignored_and_wrong_types_are_not() {
    let body = json!({ "sessionId": "s", "probe": photo_in_state("good"), "more": {"a": [1e300]}, "reference":
        { "imageBase64": *ASTRONAUT, "type": 3 } });
    assert_eq!(send(&body).assert_score(Some("s")), 100);
    for wrong in
        [json!("text"), json!(1), json!([]), json!({ "imageBase64": 1 }), json!({ "imageBase64": {} })]
    {
        with_probe(&wrong).assert_error(400, "INVALID_REQUEST", Some("s"));
        // Types belong to the JSON: they are checked before anything is missing.
        send(&json!({ "sessionId": "s", "reference": wrong })).assert_error(
            400,
            "INVALID_REQUEST",
            Some("s"),
        );
    }
}

#[test]
fn what_is_not_json_is_invalid() {
    for body in ["", "x", "[]", "\"text\"", "{", "{}}", "{\"sessionId\":\"a\",}"] {
        SERVER.post(body.as_bytes()).assert_error(400, "INVALID_REQUEST", None);
    }
}

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
fn health_and_readiness_need_no_credentials_and_say_only_that() {
    let mut server = Running::with("shutdown-delay = 0.5");
    assert_eq!(
        (server.get("/health").status, server.get("/health").json()),
        (200, json!({ "status": "up" }))
    );
    assert_eq!(
        (server.get("/ready").status, server.get("/ready").json()),
        (200, json!({ "status": "ready" }))
    );
    server.stop();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!((server.get("/health").status, server.get("/ready").status), (200, 503));
    assert_eq!(server.get("/ready").header("connection"), Some("close"));
    assert!(server.wait());
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
        reply.assert_error(503, "OVERLOADED", None);
        assert_eq!(reply.header("retry-after"), Some("1"));
    }
}

#[test]
fn who_waits_too_long_for_a_turn_is_told_to_come_again() {
    let server = Running::with("workers = 1\nqueue-length = 9\nrequest-timeout = 0.001");
    let reply = server.verify(&photo("astronaut.jpg"), &photo("hopper.jpg"));
    reply.assert_error(503, "OVERLOADED", None);
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
fn details_come_only_when_asked_for() {
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    let send = |query: &str| SERVER.raw(&post(&format!("{VERIFY}?{query}"), &body));
    for query in ["", "details=false", "other=1&more", "xdetails=true"] {
        send(query).assert_score(Some("s"));
    }
    for query in ["details=yes", "details=", "details=true&details=true"] {
        send(query).assert_error(400, "INVALID_REQUEST", None);
    }
    let reply = send("x=1&details=true").json();
    let details = &reply["details"];
    let score = details["exactScore"].as_f64().unwrap();
    assert_eq!(reply["score"].as_u64().unwrap(), score.floor() as u64);
    assert_eq!(details["isMatch"], json!(score >= 27.0));
    assert!((details["falseMatchRate"].as_f64().unwrap() - 10_f64.powf(-score / 10.0)).abs() < 1e-6);
    for (side, height) in [("probe", 512), ("reference", 600)] {
        let photo = &details[side];
        assert_eq!((&photo["width"], &photo["height"]), (&json!(512), &json!(height)), "{side}");
        assert_eq!(photo["faceCount"], 1);
        assert_eq!(photo["face"]["landmarks"].as_array().unwrap().len(), 5);
        let quality = &photo["quality"];
        assert!(quality["interEyeDistance"].as_f64().unwrap() > 20.0);
        assert!((0.2..0.8).contains(&quality["brightness"].as_f64().unwrap()), "{quality}");
        assert!(
            quality["roll"].as_f64().unwrap().abs() < 30.0 && quality["yaw"].as_f64().unwrap().abs() < 45.0
        );
        assert!(photo["milliseconds"]["detect"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn request_ids_are_taken_over_or_made() {
    let send = |headers: &[(&str, &str)]| SERVER.raw(&request("GET", "/health", headers, b""));
    assert_eq!(send(&[("X-Request-Id", "mine-1")]).header("x-request-id"), Some("mine-1"));
    let made = [send(&[]), send(&[("X-Request-Id", "not mine")])];
    assert!(made.iter().all(|reply| reply.header("x-request-id").unwrap().len() == 16));
    assert_ne!(made[0].header("x-request-id"), made[1].header("x-request-id"));
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
    assert_eq!(reply.header("retry-after"), Some("60"));
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn metrics_count_what_happened() {
    let server = Running::start();
    server.post(b"{}").assert_error(200, "MISSING_PROBE_IMAGE", None);
    server.post(b"x").assert_error(400, "INVALID_REQUEST", None);
    let score = server.verify(&photo("astronaut.jpg"), &photo("astronaut.jpg")).assert_score(Some("s"));
    assert_eq!(server.get("/a-path-that-must-not-become-a-label").status, 404);
    let login = authorization(LOGIN);
    let text =
        String::from_utf8(server.raw(&request("GET", "/metrics", &[("Authorization", &*login)], b"")).body)
            .unwrap();
    for line in [
        r#"visavis_requests_total{outcome="MISSING_PROBE_IMAGE",route="verify"} 1"#,
        r#"visavis_requests_total{outcome="INVALID_REQUEST",route="verify"} 1"#,
        r#"visavis_requests_total{outcome="OK",route="verify"} 1"#,
        r#"visavis_requests_total{outcome="NOT_FOUND",route="other"} 1"#,
        r#"visavis_stage_seconds_count{stage="extract"} 2"#,
        &format!("visavis_score_sum {score}"),
        "visavis_body_bytes 0",
        "visavis_queue_length 0",
        "visavis_requests_in_flight 1",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
    }
    assert!(text.contains("visavis_info{detector=\"retinaface") && !text.contains("a-path"));
}
