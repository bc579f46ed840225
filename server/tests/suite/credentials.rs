//! Users, their credentials, and attempts to guess them.

use std::io::{BufReader, Read, Write};
use std::path::PathBuf;

use tempfile::TempDir;

use crate::common::{Program, Reply, VERIFY, authorization, request};

/// A file of users, and the temporary folder that it is in.
fn users(content: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn start(content: &str, arguments: &[&str]) -> (TempDir, PathBuf, Program) {
    let (folder, path) = users(content);
    let (program, _) = Program::start(&[&["--credentials-file", path.to_str().unwrap()], arguments].concat());
    (folder, path, program)
}

/// Asks with these headers; returns the status.
fn status(program: &Program, login: &str, headers: &[(&str, &str)]) -> u16 {
    let login = authorization(login);
    let headers = [&[("Authorization", &*login)], headers].concat();
    program.raw(&request("POST", VERIFY, &headers, b"{}")).status
}

#[test]
fn a_hash_of_another_kind_is_not_a_password() {
    for (content, why) in [
        ("ann:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=", "line 1: neither"),
        ("# people\nann:secret", "line 2: neither"),
        ("\u{feff}ann:{PLAIN}secret", "line 1: there is a space or a byte order mark"),
        ("ann:{PLAIN}secret \n", "line 1: there is a space"),
    ] {
        let (_folder, path) = users(content);
        let output = Program::command(&["--credentials-file", path.to_str().unwrap()], &[]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && stderr.contains(why), "{content:?}: {stderr}");
        assert!(!stderr.contains("secret") && !stderr.contains("0DPi"), "{stderr}");
    }
}

#[test]
fn a_reload_warns_of_plain_passwords_too() {
    let (_folder, path, program) = start(&format!("ann:{}\n", Program::hash("apple")), &[]);
    std::fs::write(&path, "ann:{PLAIN}apple\n").unwrap();
    program.signal("HUP");
    let written = program.wait_for("read again");
    assert!(written.iter().any(|line| line.contains("plain passwords")), "{written:#?}");
    assert_eq!(status(&program, "ann:apple", &[]), 200);
}

#[test]
fn wrong_passwords_do_not_lock_out_users_known_at_the_same_address() {
    let content = format!("ann:{}\nbob:{{PLAIN}}berry\ncy:{{PLAIN}}c\n", Program::hash("apple"));
    let (_folder, _, program) = start(&content, &["--auth-failures", "2"]);
    assert_eq!(status(&program, "ann:apple", &[]), 200);
    for _ in 0..4 {
        assert_eq!(status(&program, "ann:wrong", &[]), 401);
    }
    assert_eq!(status(&program, "ann:apple", &[]), 200, "she is known here");
    for expected in [401, 401, 429] {
        assert_eq!(status(&program, "nobody:wrong", &[]), expected);
        assert_eq!(status(&program, "cy:wrong", &[]), expected);
    }
    assert_eq!(status(&program, "cy:c", &[]), 429, "he is not known here");
    assert_eq!(status(&program, "bob:berry", &[]), 200, "nobody tried his name");
}

#[test]
fn a_first_login_does_not_wait_behind_wrong_passwords() {
    let content = format!("ann:{}\nbob:{}\n", Program::hash("apple"), Program::hash("berry"));
    let (_folder, _, program) = start(&content, &["--auth-failures", "0"]);
    let wrong = |login: &str| {
        let login = authorization(login);
        let mut stream = program.connect();
        stream.write_all(&request("POST", VERIFY, &[("Authorization", &*login)], b"{}")).unwrap();
        BufReader::new(stream)
    };
    // More than may wait to be hashed in total.
    let mut attack: Vec<_> = (0..300).map(|number| wrong(["ann:x", "nobody:x"][number % 2])).collect();
    assert_eq!(status(&program, "bob:berry", &[]), 200);
    let statuses: Vec<_> = attack.iter_mut().map(|stream| Reply::read(stream).unwrap().status).collect();
    assert!(statuses.iter().all(|status| matches!(status, 401 | 503)), "{statuses:?}");
    assert!(statuses.contains(&401));
}

#[test]
fn a_first_login_does_not_wait_behind_another_user_under_attack() {
    let content = format!("ann:{}\nbob:{}\n", Program::hash("apple"), Program::hash("berry"));
    let (_folder, _, program) = start(&content, &["--auth-failures", "0"]);
    let server = program.address.parse::<std::net::SocketAddr>().unwrap().into();
    let login = authorization("ann:wrong");
    let guess = request("POST", VERIFY, &[("Authorization", &*login)], b"{}");
    // One hash of each address waits: together more than may wait in total.
    let attack = (0..300_u32).map(|number| {
        let from = std::net::Ipv4Addr::from_bits(0x7f00_0100 + number);
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&std::net::SocketAddr::from((from, 0)).into()).unwrap();
        socket.connect(&server).unwrap();
        let mut stream = std::net::TcpStream::from(socket);
        stream.write_all(&guess).unwrap();
        stream
    });
    let _attack: Vec<_> = attack.collect();
    assert_eq!(status(&program, "bob:berry", &[]), 200);
}

#[test]
fn every_login_costs_the_same_hashes_whether_its_name_exists_or_not() {
    let cheap = "$2b$04$7EqJtq98hPqEX7fNZaFWoOa5gr0iUcW4y3vSPTjYWZfSHcz4mHg1K";
    let content = format!(
        "ann:{cheap}\nbob:{}\ncy:{}\ndan:{{PLAIN}}d\n",
        Program::hash("berry"),
        Program::hash("cherry")
    );
    let (_folder, _, program) = start(&content, &["--auth-failures", "0"]);
    let hashes = || {
        let login = authorization("dan:d");
        let text = program.raw(&request("GET", "/metrics", &[("Authorization", &*login)], b"")).body;
        let text = String::from_utf8(text).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("visavis_password_hashes_total "));
        line.unwrap().parse::<u64>().unwrap()
    };
    for name in ["ann", "bob", "cy", "dan", "nobody", ""] {
        let before = hashes();
        assert_eq!(status(&program, &format!("{name}:wrong"), &[]), 401);
        assert_eq!(hashes() - before, 2, "one of each cost for {name:?}");
    }
}

#[test]
fn a_generated_api_key_admits_its_user() {
    let output = Program::command(&["make-key"], &[]).output().unwrap();
    let [key, digest] = [output.stderr, output.stdout].map(|text| String::from_utf8(text).unwrap());
    let (key, digest) = (key.trim(), digest.trim());
    assert!(output.status.success() && digest.starts_with("{KEY}") && !digest.contains(key), "{digest}");
    let content = format!("job:{digest}\nann:{}\n", Program::hash("apple"));
    let (_folder, path, program) = start(&content, &["--auth-failures", "2", "--log-format", "json"]);
    let ask = |headers: &[(&str, &str)]| program.raw(&request("POST", VERIFY, headers, b"{}")).status;
    let bearer = format!("Bearer {key}");
    let (bearer, api_key) = ([("Authorization", bearer.as_str())], [("X-API-Key", key)]);
    assert_eq!((ask(&bearer), ask(&api_key)), (200, 200));
    for expected in [401, 401, 429] {
        assert_eq!(ask(&[("X-API-Key", &key[..key.len() - 1])]), expected);
    }
    assert_eq!(ask(&api_key), 200, "failures with wrong keys lock out only wrong keys");
    assert_eq!(ask(&[bearer[0], api_key[0]]), 401, "two credentials are ambiguous");
    assert_eq!(status(&program, &format!("job:{key}"), &[]), 401, "it is not a password");
    std::fs::write(path, "ann:{PLAIN}apple\n").unwrap();
    program.signal("HUP");
    program.wait_for("read again");
    assert_ne!(ask(&api_key), 200, "its line is gone");
    let log = program.end();
    assert!(!log.contains(&key[8..20]), "{log}");
}

#[test]
fn clients_behind_a_trusted_proxy_are_distinguished() {
    let content = "ann:{PLAIN}a\n";
    let limits = ["--auth-failures", "1", "--log-format", "json"];
    let trusting = [&limits[..], &["--trusted-proxies", "127.0.0.0/8"]].concat();
    let (_folder, _, program) = start(content, &trusting);
    let one = [("X-Forwarded-For", "6.6.6.6, 203.0.113.1")];
    for (headers, login, expected) in [
        (&one[..], "ann:wrong", 401),
        (&one, "ann:a", 429),
        (&[("X-Forwarded-For", "203.0.113.1, 203.0.113.2")], "ann:a", 200),
        (&[("Forwarded", "for=203.0.113.1")], "ann:a", 429),
        (&[("Forwarded", "for=\"[2001:db8::1]:80\";proto=https")], "ann:a", 200),
    ] {
        assert_eq!(status(&program, login, headers), expected, "{headers:?}");
    }
    let log = program.end();
    assert!(log.contains(r#""client":"203.0.113.2""#) && !log.contains(r#""client":"6.6.6.6""#), "{log}");

    // From an untrusted address, the header is ignored.
    let (_folder, _, program) = start(content, &limits);
    assert_eq!(status(&program, "ann:wrong", &one), 401);
    assert_eq!(status(&program, "ann:a", &[("X-Forwarded-For", "203.0.113.2")]), 429);
}

/// The PROXY header of a client in both versions.
fn proxy_headers(client: [u8; 4]) -> [Vec<u8>; 2] {
    let [a, b, c, d] = client;
    let text = format!("PROXY TCP4 {a}.{b}.{c}.{d} 192.0.2.1 4711 443\r\n");
    let mut binary = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c".to_vec();
    binary.extend_from_slice(&client);
    binary.extend_from_slice(&[192, 0, 2, 1, 0x12, 0x67, 0x01, 0xbb]);
    [text.into(), binary]
}

#[test]
fn the_proxy_protocol_is_read_from_trusted_proxies_and_refused_from_others() {
    let ask = |program: &Program, header: &[u8], login: &str, in_parts: bool| {
        let login = authorization(login);
        let mut stream = program.connect();
        stream.set_nodelay(true).unwrap();
        let (start, rest) = header.split_at(if in_parts { 9 } else { 0 });
        stream.write_all(start).unwrap();
        if in_parts {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        stream.write_all(rest).unwrap();
        stream.write_all(&request("POST", VERIFY, &[("Authorization", &*login)], b"{}")).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).ok()?;
        String::from_utf8_lossy(&status[9..]).parse::<u16>().ok()
    };
    let (_folder, _, program) =
        start("ann:{PLAIN}a\n", &["--auth-failures", "1", "--trusted-proxies", "127.0.0.1"]);
    for (version, header) in proxy_headers([203, 0, 113, 1]).iter().enumerate() {
        let other = &proxy_headers([203, 0, 113, 20 + version as u8])[version];
        assert_eq!(ask(&program, other, "ann:wrong", false), Some(401), "version {}", version + 1);
        assert_eq!(ask(&program, other, "ann:a", true), Some(429), "version {}", version + 1);
        assert_eq!(ask(&program, header, "ann:a", true), Some(200), "version {}", version + 1);
    }
    assert_eq!(ask(&program, b"", "ann:a", false), Some(200), "a proxy may do without");
    let (_folder, _, program) = start("ann:{PLAIN}a\n", &[]);
    for header in proxy_headers([203, 0, 113, 1]) {
        assert!(matches!(ask(&program, &header, "ann:a", false), None | Some(400)));
    }
}
