//! The program itself: how it starts, what it prints, how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

mod common;

fn server(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_visavis-server"));
    command
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = server(arguments, variables).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

/// Reads standard error up to a line with `word` and returns that line.
fn wait_for(reader: &mut impl BufRead, word: &str) -> String {
    let mut line = String::new();
    while !line.contains(word) {
        line.clear();
        assert_ne!(reader.read_line(&mut line).unwrap(), 0, "no line with {word:?}");
    }
    line
}

fn terminate(child: &Child) {
    let status = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
}

#[test]
fn without_credentials_it_does_not_start() {
    let (code, stderr) = run(&["--listen", "127.0.0.1:0"], &[]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("no credentials"), "{stderr}");
}

#[test]
fn settings_that_cannot_be_meant_are_told() {
    let login = [("VISAVIS_USERNAME", "ann"), ("VISAVIS_PASSWORD", "a")];
    for (arguments, variables, why) in [
        (vec![], vec![login[0]], "both of"),
        (vec!["--credentials-file", "x"], login.to_vec(), "either"),
        (vec!["--credentials-file", "/nonexistent"], vec![], "/nonexistent: No such file"),
        (vec!["--workers", "0"], login.to_vec(), "workers must be"),
        (vec!["--config", "/nonexistent"], login.to_vec(), "/nonexistent: No such file"),
        (vec!["--password", "a"], login.to_vec(), "unexpected argument"),
        (vec![], vec![login[0], login[1], ("VISAVIS_QUEUE_LENGTH", "many")], "invalid value"),
        (vec!["--engine", "onnxruntime", "--onnxruntime", "/nonexistent.so"], login.to_vec(), "nonexistent"),
    ] {
        let (code, stderr) = run(&arguments, &variables);
        assert_eq!(code, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(why), "{arguments:?}: {stderr}");
    }
}

#[test]
fn file_environment_and_command_line_win_in_this_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, "workers = 3\nqueue-length = 3\nmax-connections = 3\n").unwrap();
    let arguments = ["--check-config", "--dev", "--config", path.to_str().unwrap(), "--max-connections", "5"];
    let variables = [("VISAVIS_QUEUE_LENGTH", "4"), ("VISAVIS_MAX_CONNECTIONS", "4")];
    let Output { status, stdout, .. } = server(&arguments, &variables).output().unwrap();
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(status.success());
    for line in ["workers = 3", "queue-length = 4", "max-connections = 5"] {
        assert!(stdout.lines().any(|known| known == line), "{line} is not in\n{stdout}");
    }
}

#[test]
fn a_development_password_is_made_once_and_works() {
    let mut child = server(&["--dev", "--listen", "127.0.0.1:0"], &[]).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let line = wait_for(&mut stderr, "password");
    let password = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(password.len(), 16);
    let line = wait_for(&mut stderr, "address");
    let address = line.split("127.0.0.1:").nth(1).unwrap();
    let port: String = address.chars().take_while(char::is_ascii_digit).collect();
    let headers = [
        ("Authorization", &*common::authorization(&format!("dev:{password}"))),
        ("Content-Type", "application/json"),
    ];
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream.write_all(&common::request("POST", common::VERIFY, &headers, b"{}")).unwrap();
    let reply = common::Reply::read(&mut BufReader::new(stream)).unwrap();
    reply.assert_error(200, "MISSING_PROBE_IMAGE", None);
    terminate(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains(&password), "{rest}");
}
