//! Traces are sent to the configured collector and to no other.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use crate::common::{LOGIN, Program, VERIFY, authorization, request};

/// A collector that accepts one request, answers it and returns it.
fn collector() -> (SocketAddr, JoinHandle<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
        }
        head.make_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut body).unwrap();
        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        (head, body)
    });
    (address, thread)
}

fn holds(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

#[test]
fn requests_are_spans_of_the_traces_that_they_name() {
    let (address, taken) = collector();
    let (name, password) = LOGIN.split_once(':').unwrap();
    // Variables that other programs obey must not send anything elsewhere.
    let others = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
    let elsewhere = others.map(|variable| (variable, "http://127.0.0.1:9"));
    let login = [("VISAVIS_USERNAME", name), ("VISAVIS_PASSWORD", password)];
    let endpoint = format!("http://{address}");
    let (program, _) =
        Program::start_with(&["--otlp-endpoint", &endpoint], &[&login[..], &elsewhere].concat());
    let login = authorization(LOGIN);
    let ask = |trace: &str, flags: &str| {
        let parent = format!("00-{trace}-b7ad6b7169203331-{flags}");
        let headers = [("Authorization", login.as_str()), ("traceparent", &parent)];
        program.raw(&request("POST", &format!("{VERIFY}?secret"), &headers, br#"{"sessionId":"session"}"#));
    };
    ask("0af7651916cd43dd8448eb211c80319c", "01");
    ask("11111111111111111111111111111111", "00");
    program.raw(&request("GET", "/health", &[], b""));
    let log = program.end();
    assert!(log.contains("0af7651916cd43dd8448eb211c80319c"), "{log}");
    let (head, body) = taken.join().unwrap();
    assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
    assert!(head.contains("content-type: application/x-protobuf"), "{head}");
    let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
    let parent = 0xb7ad_6b71_6920_3331_u64.to_be_bytes();
    for part in
        [&trace[..], &parent, b"POST verify", VERIFY.as_bytes(), b"MISSING_PROBE_IMAGE", b"visavis-server"]
    {
        assert!(holds(&body, part), "{}", String::from_utf8_lossy(part));
    }
    assert!(holds(&body, name.as_bytes()));
    for part in [&[0x11; 16][..], b"health", password.as_bytes(), b"secret", &login.as_bytes()[6..]] {
        assert!(!holds(&body, part), "{}", String::from_utf8_lossy(part));
    }
}

#[test]
fn an_unreachable_collector_costs_only_a_log_line() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let program = Program::serving(&["--otlp-endpoint", &format!("http://{gone}")]);
    assert_eq!(program.post(LOGIN, b"{}").status, 200);
    let log = program.end();
    assert_eq!(log.matches("the collector does not accept traces").count(), 1, "{log}");
}
