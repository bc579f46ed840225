//! Clients that leave in every possible way, and the end of the server.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use testkit::files::blank_png;

use crate::common::{Program, Reply, VERIFY, photo, post, request, verify_body};

/// Ends a connection by a reset instead of a close.
fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
}

/// Sends half of a request, and waits until the server has seen it.
fn half_sent(program: &Program, body: &[u8]) -> TcpStream {
    let whole = post(VERIFY, body);
    let mut stream = program.connect();
    stream.write_all(&whole[..whole.len() - body.len() / 2]).unwrap();
    program.wait_for_metric("visavis_requests_in_flight 2");
    stream
}

#[test]
fn a_client_that_half_closes_is_answered() {
    let program = Program::serving(&[]);
    let photos = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    for body in [&b"{}"[..], &photos] {
        for _ in 0..5 {
            let mut stream = program.connect();
            stream.write_all(&post(VERIFY, body)).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            let mut reader = BufReader::new(stream);
            let reply = Reply::read(&mut reader).expect("a reply");
            assert_eq!(reply.status, 200);
            assert!(Reply::read(&mut reader).is_none(), "then the server closes its side");
        }
    }
}

#[test]
fn a_client_that_goes_away_is_counted_and_logged() {
    let program = Program::serving(&["--log-format", "json"]);
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    reset(half_sent(&program, &body));
    let gone = "visavis_requests_total{outcome=\"CLIENT_GONE\",route=\"verify\"}";
    program.wait_for_metric(&format!("{gone} 1"));
    drop(half_sent(&program, &body));
    program.wait_for_metric(&format!("{gone} 2"));
    let log = program.end();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("CLIENT_GONE")).collect();
    assert_eq!(lines.len(), 2, "{log}");
    for line in lines {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["user"], &line["client"]), (&"ann".into(), &"127.0.0.1".into()), "{line}");
    }
}

#[test]
fn clients_that_are_reset_in_the_queue_are_counted_and_never_have_their_turn() {
    let program = Program::serving(&["--workers", "1", "--queue-length", "20", "--search", "thorough"]);
    // Takes seconds, since there is no face to be found.
    let slow = verify_body("s", &blank_png(2000), &photo("hopper.jpg"));
    let mut first = BufReader::new(program.connect());
    first.get_mut().write_all(&post(VERIFY, &slow)).unwrap();
    program.wait_for_metric("visavis_workers_busy 1");
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    let mut clients: Vec<_> = (0..20).map(|_| program.connect()).collect();
    for client in &mut clients {
        client.write_all(&post(VERIFY, &body)).unwrap();
    }
    program.wait_for_metric("visavis_queue_length 20");
    clients.drain(..).for_each(reset);
    program.wait_for_metric("visavis_requests_total{outcome=\"CLIENT_GONE\",route=\"verify\"} 20");
    program.wait_for_metric("visavis_workers_busy 1");
    Reply::read(&mut first).unwrap().assert_error(200, "PROBE_FACE_NOT_FOUND", Some("s"));
    program.wait_for_metric("visavis_queue_length 0");
    program.wait_for_metric("visavis_workers_busy 0");
    // How many requests have had their turn.
    program.wait_for_metric("visavis_queue_seconds_count 1");
}

#[test]
fn an_unfinished_refused_body_does_not_delay_the_end() {
    let long = ["--body-timeout", "3600", "--shutdown-timeout", "3600", "--shutdown-delay", "0"];
    let mut program = Program::serving(&long);
    let mut stream = BufReader::new(program.connect());
    let mut unfinished = request("POST", VERIFY, &[], &[b' '; 1000]);
    unfinished.truncate(unfinished.len() - 500);
    stream.get_mut().write_all(&unfinished).unwrap();
    Reply::read(&mut stream).unwrap().assert_error(401, "UNAUTHORIZED", None);
    program.signal("TERM");
    assert_eq!(program.wait(), Some(0));
    drop(stream);
}

#[test]
fn an_unfinished_head_does_not_delay_the_end() {
    let long = ["--header-timeout", "3600", "--shutdown-timeout", "3600", "--shutdown-delay", "0"];
    let mut program = Program::serving(&[&long[..], &["--trusted-proxies", "127.0.0.1"]].concat());
    let parts = ["", "PROXY TCP4 ", "POST /api/v1/face/verify HTTP/1.1\r\nHost: a"];
    let open = parts.map(|part| {
        let mut stream = program.connect();
        stream.write_all(part.as_bytes()).unwrap();
        stream
    });
    program.wait_for_metric("visavis_connections 4");
    program.signal("TERM");
    assert_eq!(program.wait(), Some(0));
    drop(open);
}

#[test]
fn a_second_signal_ends_the_program() {
    let long = ["--body-timeout", "3600", "--request-timeout", "3600", "--shutdown-timeout", "3600"];
    for (first, second) in [("TERM", "TERM"), ("INT", "TERM")] {
        let mut program = Program::serving(&long);
        // An unfinished body would delay the end for an hour.
        let stuck = half_sent(&program, &vec![b' '; 100_000]);
        program.signal(first);
        program.wait_for("stopping");
        program.signal(second);
        assert_eq!(program.wait(), None, "{first}, {second}");
        drop(stuck);
    }
}

#[test]
fn an_early_hangup_does_not_end_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("users");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // A pipe opens for writing only when the program opens it for reading, so the program is then starting, and it waits
    // for its users.
    let give = || File::options().write(true).open(&pipe).unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--credentials-file", pipe.to_str().unwrap()];
    let mut child = Program::command(&arguments, &[]).spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let mut users = give();
    let id = child.id().to_string();
    let kill = |signal: &str| std::process::Command::new("kill").args([signal, &id]).status();
    assert!(kill("-HUP").unwrap().success());
    let line = b"ann:{PLAIN}apple\n";
    users.write_all(line).unwrap();
    drop(users);
    let mut written = stderr.lines().map_while(Result::ok);
    assert!(written.any(|line| line.contains("ready")), "it ended: {:?}", child.wait());
    give().write_all(line).unwrap();
    assert!(written.any(|line| line.contains("read again: users")), "the signal was lost");
    assert!(kill("-TERM").unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
