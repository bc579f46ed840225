//! The program as a library: in the caller's process, on the caller's streams.

use std::ffi::OsString;

use crate::program::args;
use testkit::files::golden;

fn run(arguments: Vec<OsString>) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = [vec!["visavis".into()], arguments].concat();
    let status = visavis_cli::run(arguments, &mut out, &mut err);
    (status, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn one_process_runs_any_number_of_commands() {
    let pairs = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&pairs, format!("path_a,path_b,same\n{0},{0},1\n", golden("hopper.jpg").display()))
        .unwrap();
    for _ in 0..2 {
        let (status, out, err) = run(args!["verify", golden("astronaut.jpg"), golden("hopper.jpg")]);
        assert_eq!((status, err.as_str()), (1, ""));
        assert!(out.starts_with("different people: score "), "{out}");
        let (status, out, _) = run(args!["eval", pairs.path()]);
        assert!(status == 0 && out.starts_with("1 pairs (1 same, 0 different) of 1 photos"), "{out}");
    }
}

#[test]
fn help_and_wrong_usage_return_to_the_caller() {
    let (status, out, err) = run(args!["--help"]);
    assert!(status == 0 && out.contains("Usage: visavis") && err.is_empty(), "{out}{err}");
    let (status, out, err) = run(args!["recognise"]);
    assert!(status == 2 && out.is_empty() && err.contains("Usage: visavis"), "{out}{err}");
    let (status, out, err) = run(args!["detect", "no-such-photo", "--json"]);
    assert_eq!((status, err.lines().count()), (2, 1));
    assert!(out.starts_with("{\"error\":{\"name\":\"FILE_UNREADABLE\""), "{out}");
}

#[test]
fn defaults_hold_where_no_argument_says_otherwise() {
    let mut defaults = visavis::Options::default();
    defaults.threshold = 0.0;
    let status = |more: &[&str]| {
        let mut arguments = args!["visavis", "verify", golden("astronaut.jpg"), golden("hopper.jpg")];
        arguments.extend(more.iter().map(Into::into));
        visavis_cli::run_with(defaults.clone(), arguments, &mut Vec::new(), &mut Vec::new())
    };
    assert_eq!((status(&[]), status(&["--set", "threshold=99"])), (0, 1));
}
