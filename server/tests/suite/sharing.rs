//! One client cannot take the others' share of memory and workers.

use std::io::{BufReader, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use testkit::files::blank_png;

use crate::common::{LOGIN, Program, Reply, VERIFY, authorization, photo, post, request, verify_body};

#[test]
fn a_stalled_body_times_out_early() {
    let program = Program::serving(&["--body-timeout", "3600", "--request-timeout", "3600"]);
    let whole = post(VERIFY, &vec![b' '; 300_000]);
    let mut stream = program.connect();
    stream.write_all(&whole[..200_000]).unwrap();
    let reply = Reply::read(&mut BufReader::new(stream)).expect("a reply before the body's time is over");
    reply.assert_error(408, "REQUEST_TIMEOUT", None);
}

#[test]
fn one_user_cannot_take_the_memory_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let users = folder.path().join("users");
    std::fs::write(&users, "ann:{PLAIN}a\nbob:{PLAIN}b\n").unwrap();
    let bounds = ["--max-body-bytes", "1048576", "--max-memory-bytes", "4194304"];
    let file = ["--credentials-file", users.to_str().unwrap(), "--log-level", "debug"];
    let (program, _) = Program::start(&[&bounds[..], &file].concat());
    let body = vec![b' '; 1_000_000];
    let login = |login| authorization(login);
    let (ann, bob) = (login("ann:a"), login("bob:b"));
    let send = |login: &str, length: usize| {
        let whole = request("POST", VERIFY, &[("Authorization", login)], &body);
        let mut stream = program.connect();
        stream.write_all(&whole[..whole.len() - body.len() + length]).unwrap();
        stream
    };
    let held: Vec<_> = (0..2).map(|_| send(&ann, 900_000)).collect();
    let taken = || {
        let head = request("GET", "/metrics", &[("Authorization", &*bob)], b"");
        String::from_utf8(program.raw(&head).body).unwrap().contains("visavis_body_bytes 2097152")
    };
    while !taken() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let refused = Reply::read(&mut BufReader::new(send(&ann, 900_000))).unwrap();
    refused.assert_error(503, "OVERLOADED", None);
    let admitted = Reply::read(&mut BufReader::new(send(&bob, body.len()))).unwrap();
    admitted.assert_error(400, "INVALID_REQUEST", None);
    drop(held);
}

/// Does the work while many clients send one body again and again.
fn during_a_flood<T>(program: &Program, login: &str, body: &[u8], work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    let flood = || {
        while !done.load(Ordering::Relaxed) {
            let status = program.post(login, body).status;
            assert!(matches!(status, 200 | 503), "{status}");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(flood);
        }
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}

#[test]
fn one_user_cannot_take_the_queue_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let users = folder.path().join("users");
    std::fs::write(&users, "ann:{PLAIN}a\nbob:{PLAIN}b\n").unwrap();
    let file = ["--credentials-file", users.to_str().unwrap()];
    let (program, _) = Program::start(&[&file[..], &["--workers", "1", "--queue-length", "4"]].concat());
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    let served = || (0..10).map(|_| program.post("bob:b", &body).status).collect::<Vec<_>>();
    assert_eq!(during_a_flood(&program, "ann:a", &body, served), [200; 10]);
}

#[test]
fn huge_photos_leave_other_clients_of_the_same_user_their_share() {
    let program = Program::serving(&["--search", "quick", "--workers", "2", "--queue-length", "2"]);
    let bomb = verify_body("s", &blank_png(6000), &photo("hopper.jpg"));
    let good = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    let served = || (0..5).map(|_| program.post(LOGIN, &good).status).collect::<Vec<_>>();
    assert_eq!(during_a_flood(&program, LOGIN, &bomb, served), [200; 5]);
}
