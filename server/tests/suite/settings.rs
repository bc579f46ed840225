//! Invalid settings, and how they are reported.

use std::process::Output;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::common::{LOGIN, Program, VERIFY, photo, post, verify_body};

fn login() -> [(&'static str, &'static str); 2] {
    let (name, password) = LOGIN.split_once(':').unwrap();
    [("VISAVIS_USERNAME", name), ("VISAVIS_PASSWORD", password)]
}

/// Exit status, and what was printed to either stream.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let variables = [&login()[..], variables].concat();
    let Output { status, stdout, stderr } = Program::command(arguments, &variables).output().unwrap();
    (status.code(), [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat())
}

#[test]
fn check_config_refuses_what_cannot_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
    std::fs::write(path("cert.pem"), parameters.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(path("key.pem"), key.serialize_pem()).unwrap();
    let (certificate, key) = (path("cert.pem"), path("key.pem"));
    for (arguments, why) in [
        (vec!["--tls-certificate", &certificate, "--tls-key", &key], "has expired"),
        (vec!["--header-timeout", "1e-9"], "header-timeout must be at least 0.1 s"),
        (vec!["--min-face", "4000000000"], "min-face must be in"),
        (vec!["--threshold", "101"], "threshold"),
        (vec!["--trusted-proxies", "10.0.0.0/33"], "trusted-proxies: \"10.0.0.0/33\" is not an address"),
        (vec!["--cors-origins", "app.example"], "cors-origins: \"app.example\" is not an origin"),
        (vec!["--admin-listen", "everywhere"], "admin-listen must be an address"),
        (vec!["--web", "/nowhere"], "/nowhere"),
        (vec!["--web", env!("CARGO_MANIFEST_DIR")], "has no visavis_bg.wasm"),
    ] {
        let (code, printed) = run(&[&["--check-config"], &arguments[..]].concat(), &[]);
        assert!(code == Some(2) && printed.contains(why), "{arguments:?}: {printed}");
    }
}

#[test]
fn an_unknown_variable_is_an_error_and_an_empty_one_is_absent() {
    let (code, printed) = run(&["--check-config"], &[("VISAVIS_WORKER", "3")]);
    assert!(code == Some(2) && printed.contains("VISAVIS_WORKER is not a setting"), "{printed}");
    let (code, printed) = run(&["--check-config"], &[("VISAVIS_WORKERS", "three")]);
    assert!(code == Some(2) && printed.contains("VISAVIS_WORKERS: invalid value"), "{printed}");
    let variables = [
        ("VISAVIS_WORKERS", ""),
        ("VISAVIS_CONFIG", ""),
        ("VISAVIS_LOG_FORMAT", "json"),
        // Kubernetes sets these for a service of this name.
        ("VISAVIS_SERVICE_HOST", "10.0.0.1"),
        ("VISAVIS_PORT_80_TCP_ADDR", "10.0.0.1"),
    ];
    let (code, printed) = run(&["--check-config"], &variables);
    assert!(code == Some(0) && printed.contains("log-format = \"json\""), "{printed}");
}

#[test]
fn a_mistake_in_a_file_is_reported_without_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    for (content, why) in [
        ("workers = 2\npassword = \"hunter2\"", "line 2: unknown field `password`"),
        ("\n\nworkers = \"hunter2\"", "line 3: invalid type"),
        ("log-format = \"hunter2\"", "line 1: unknown variant ..., expected `text` or `json`"),
        ("workers = 'a\"hunter2'", "line 1: invalid type: string ..., expected usize"),
        ("log-format = 'a`hunter2'", "line 1: "),
        ("workers = hunter2", "line 1: "),
    ] {
        std::fs::write(&path, content).unwrap();
        let (code, printed) = run(&["--check-config", "--config", path.to_str().unwrap()], &[]);
        assert!(code == Some(2) && printed.contains(why), "{content:?}: {printed}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}

#[test]
fn options_mean_the_same_on_either_side_of_a_command() {
    let program = Program::serving(&[]);
    for arguments in
        [["healthcheck", "--listen", &program.address], ["--listen", &program.address, "healthcheck"]]
    {
        let (code, printed) = run(&arguments, &[]);
        assert_eq!(code, Some(0), "{arguments:?}: {printed}");
    }
}

#[test]
fn a_reload_reports_what_was_read() {
    let program = Program::serving(&[]);
    program.signal("HUP");
    let written = program.wait_for("again");
    assert!(written.last().unwrap().contains("there is nothing to read again"), "{written:#?}");
}

#[test]
fn the_threshold_is_a_setting() {
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    for (threshold, is_match) in [("0", true), ("100", false)] {
        let program = Program::serving(&["--threshold", threshold]);
        let details = &program.raw(&post(&format!("{VERIFY}?details=true"), &body)).json()["details"];
        assert_eq!(details["isMatch"], is_match, "{details}");
        assert_eq!(details["threshold"].as_f64(), threshold.parse().ok());
    }
}
