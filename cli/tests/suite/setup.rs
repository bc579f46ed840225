//! The options of every command.

use std::fs;

use testkit::files::{golden, root};

use crate::program::{args, run};

fn verify_with(options: &[&str]) -> crate::program::Run {
    let mut arguments = args!["verify", golden("astronaut.jpg"), golden("hopper.jpg"), "--json"];
    arguments.extend(options.iter().map(Into::into));
    run(arguments)
}

#[test]
fn options_reach_the_engine() {
    let reply = verify_with(&["--engine", "embedded", "--workers", "1", "--set", "threshold=0"]);
    assert_eq!((reply.code, reply.json()["engine"]["name"].as_str()), (0, Some("embedded")));
    // The last one counts.
    let reply = verify_with(&["--set", "engine=embedded", "--set", "threshold=0", "--set", "threshold=99.5"]);
    assert_eq!((reply.code, reply.json()["threshold"].as_f64()), (1, Some(99.5)));
}

#[test]
fn another_folder_of_models_is_used() {
    let folder = tempfile::tempdir().unwrap();
    for file in fs::read_dir(root().join("models")).unwrap().map(|entry| entry.unwrap().path()) {
        if file.is_file() {
            fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
        }
    }
    let models = folder.path().to_str().unwrap();
    assert_eq!(verify_with(&["--models", models]).code, 1);
    fs::write(folder.path().join("mobilefacenet.onnx"), "no model").unwrap();
    assert_eq!(verify_with(&["--models", models]).json()["error"]["name"], "MODEL_HASH_MISMATCH");
}

#[test]
fn what_cannot_be_set_is_refused() {
    for (options, name) in [
        (&["--engine", "abacus"][..], "INVALID_ARGUMENT"),
        (&["--workers", "0"], "INVALID_ARGUMENT"),
        (&["--set", "colour=red"], "INVALID_ARGUMENT"),
        (&["--set", "threshold"], "INVALID_ARGUMENT"),
        (&["--set", "min_face=-1"], "INVALID_ARGUMENT"),
        (&["--models", "no-such-folder"], "MODEL_NOT_FOUND"),
        (&["--engine", "onnxruntime", "--set", "onnxruntime=no-such-library"], "ENGINE_UNAVAILABLE"),
    ] {
        let run = verify_with(options);
        assert_eq!((run.code, run.json()["error"]["name"].as_str()), (2, Some(name)), "{options:?}");
        assert!(run.stderr.contains(name), "{options:?}: {}", run.stderr);
    }
}

#[test]
fn wrong_usage_is_an_error_and_help_is_not() {
    for arguments in [&[][..], &["verify"], &["verify", "a"], &["recognise"], &["verify", "a", "b", "--jsn"]]
    {
        let run = run(arguments);
        assert_eq!((run.code, run.text()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains("Usage:"), "{}", run.stderr);
    }
    for command in [
        &["verify"][..],
        &["detect"],
        &["extract"],
        &["enroll"],
        &["compare"],
        &["eval"],
        &["conditions"],
        &["calibrate"],
        &["models", "check"],
    ] {
        let run = run([command, &["--help"]].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert!(run.text().contains("--engine <ENGINE>"), "{}", run.text());
    }
    assert_eq!(run(["--version"]).text(), concat!("visavis ", env!("CARGO_PKG_VERSION"), "\n"));
}
