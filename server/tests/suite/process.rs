//! The program itself: how it starts, what it prints, how it ends.

use std::process::Output;

use crate::common::{self, Program};

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = Program::command(arguments, variables).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn without_credentials_it_does_not_start() {
    let (code, stderr) = run(&["--listen", "127.0.0.1:0"], &[]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("no credentials"), "{stderr}");
}

#[test]
fn invalid_settings_are_reported() {
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
fn options_override_variables_which_override_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, "workers = 3\nqueue-length = 3\nmax-connections = 3\n").unwrap();
    let arguments = ["--check-config", "--dev", "--config", path.to_str().unwrap(), "--max-connections", "5"];
    let variables = [("VISAVIS_QUEUE_LENGTH", "4"), ("VISAVIS_MAX_CONNECTIONS", "4")];
    let Output { status, stdout, .. } = Program::command(&arguments, &variables).output().unwrap();
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(status.success());
    for line in ["workers = 3", "queue-length = 4", "max-connections = 5"] {
        assert!(stdout.lines().any(|known| known == line), "{line} is not in\n{stdout}");
    }
}

#[test]
fn a_development_password_is_generated_and_works() {
    let (program, lines) = Program::start(&["--dev"]);
    let line = lines.iter().find(|line| line.contains("password")).unwrap();
    let password = line.trim().rsplit(' ').next().unwrap();
    assert_eq!(password.len(), 16);
    program.post(&format!("dev:{password}"), b"{}").assert_error(200, "MISSING_PROBE_IMAGE", None);
    assert!(!program.end().contains(password));
}

#[test]
fn users_are_read_again_on_a_hangup_and_mistakes_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users");
    std::fs::write(&path, format!("ann:{}\n", Program::hash("one"))).unwrap();
    let (program, _) = Program::start(&["--credentials-file", path.to_str().unwrap()]);
    program.post("ann:one", b"{}").assert_error(200, "MISSING_PROBE_IMAGE", None);
    for (content, word, login) in [
        (format!("bob:{}\n", Program::hash("two")), "read again", "bob:two"),
        ("no colon".to_owned(), "nothing changes", "bob:two"),
    ] {
        std::fs::write(&path, content).unwrap();
        program.signal("HUP");
        program.wait_for(word);
        program.post(login, b"{}").assert_error(200, "MISSING_PROBE_IMAGE", None);
        program.post("ann:one", b"{}").assert_error(401, "UNAUTHORIZED", None);
    }
    program.end();
}

#[test]
fn the_log_is_json_and_holds_names_but_nothing_biometric() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users");
    let hashed = Program::hash("battery staple");
    std::fs::write(&path, format!("ann:{{PLAIN}}correct horse\nbob:{hashed}\n")).unwrap();
    let (program, _) = Program::start(&[
        "--credentials-file",
        path.to_str().unwrap(),
        "--log-format",
        "json",
        "--log-level",
        "trace",
    ]);
    let photo = common::photo("astronaut.jpg");
    let body = common::verify_body("the \n session", &photo, &photo);
    program.post("ann:correct horse", &body).assert_score(Some("the \n session"));
    program.post("ann:wrong cow", &body).assert_error(401, "UNAUTHORIZED", Some("the \n session"));
    program.post("bob:battery staple", b"{}").assert_error(200, "MISSING_PROBE_IMAGE", None);
    let log = program.end();
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let answers: Vec<_> = lines.iter().filter(|line| line["message"] == "answered").collect();
    assert_eq!(answers.len(), 3);
    assert_eq!((&answers[0]["status"], &answers[0]["route"]), (&200.into(), &"verify".into()));
    assert_eq!(answers[0]["session_id"], "the \n session");
    assert_eq!((&answers[0]["user"], &answers[0]["outcome"]), (&"ann".into(), &"OK".into()));
    assert_eq!((&answers[1]["outcome"], &answers[1]["user"]), (&"UNAUTHORIZED".into(), &().into()));
    let text = String::from_utf8(body).unwrap();
    let [login, other] = ["ann:correct horse", "bob:battery staple"].map(common::authorization);
    let secrets =
        ["correct horse", "wrong cow", "battery", &login[6..], &other[6..], &hashed[30..], &text[60..100]];
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn what_clients_send_cannot_forge_a_line_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users");
    std::fs::write(&path, "ann:{PLAIN}correct horse\n").unwrap();
    let (program, _) = Program::start(&["--credentials-file", path.to_str().unwrap()]);
    let forged = "\n2026-01-01T00:00:00Z ERROR forged\r\u{1b}[31m\u{9b}2J\u{202e}\u{2028}\0";
    let id = format!("{forged}{}", "x".repeat(256 - forged.chars().count()));
    let body = serde_json::json!({ "sessionId": id }).to_string();
    program.post("ann:correct horse", body.as_bytes()).assert_error(200, "MISSING_PROBE_IMAGE", Some(&id));
    let headers = [("X-Request-Id", "a\tERROR forged"), ("Traceparent", "\u{fc}\u{1b}[31mforged")];
    let reply = program.raw(&common::request("GET", "/forged%0aforged", &headers, b""));
    assert!(matches!(reply.status, 400 | 404));
    let log = program.end();
    let answered = log.lines().filter(|line| line.contains("answered")).count();
    assert!(matches!(answered, 1 | 2), "{log}");
    let quoted = |line: &str| line.contains("session_id=\"\\n20") || line.contains("path=\"/forged%0a");
    assert!(!log.lines().any(|line| line.contains("forged") && !quoted(line)), "{log}");
    let control =
        |letter: char| letter != '\n' && (letter.is_control() || "\u{202e}\u{2028}".contains(letter));
    assert!(!log.contains(control), "{log:?}");
}
