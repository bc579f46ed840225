//! `models check`, and a folder of models from its manifest to a verdict.

use std::fs;
use std::path::Path;

use testkit::files::{golden, root};
use testkit::networks::{certain, thumbnail, write_set};

use crate::eval::small_set;
use crate::program::{Run, args, keys, run};

/// A set that finds one face in every photo.
const MANIFEST: &str = r#"format = 3

[detector]
id = "certain"
family = "yunet"
channels = "bgr"
mean = [0.0, 0.0, 0.0]
scale = 1.0
input_sizes = [32]
licence = "none"

[detector.net]
file = "detector.onnx"
sha256 = sha256("detector.onnx")

[[extractors]]
id = "thumbnail"
channels = "rgb"
mean = [127.5, 127.5, 127.5]
scale = 0.0078125
input_size = 112
dimensions = 192
output = "embedding"
flip = true
file = "thumbnail.onnx"
sha256 = sha256("thumbnail.onnx")
"#;

fn write(folder: &Path, manifest: &str) {
    write_set(folder, manifest, &[("detector.onnx", &certain()), ("thumbnail.onnx", &thumbnail(14, 192))]);
}

fn check(folder: &Path, options: &[&str]) -> Run {
    let mut arguments = args!["models", "check", folder];
    arguments.extend(options.iter().map(std::ffi::OsString::from));
    run(arguments)
}

/// The lines that name a problem.
fn problems(run: &Run) -> Vec<&str> {
    run.text().lines().filter_map(|line| line.strip_prefix("problem: ")).collect()
}

#[test]
fn a_folder_is_calibrated_and_then_gives_verdicts() {
    let (photos, _) = small_set();
    let models = tempfile::tempdir().unwrap();
    write(models.path(), MANIFEST);
    let manifest = models.path().join("manifest.toml");
    // Only the calibration is missing, without which there is no verdict.
    let before = check(models.path(), &[]);
    assert_eq!((before.code, problems(&before).len()), (1, 1), "{}", before.text());
    assert!(problems(&before)[0].contains("calibrate") && before.text().ends_with(" is not ready\n"));
    run(args!["verify", golden("astronaut.jpg"), golden("hopper.jpg"), "--models", models.path()])
        .fails_with("MODEL_INVALID");
    let arguments = ["--tail-count", "1", "--name", "few"];
    let mut calibrate = args!["calibrate", photos.path(), "--models", models.path(), "--write", manifest];
    calibrate.extend(arguments.map(std::ffi::OsString::from));
    let calibrated = run(calibrate);
    assert_eq!((calibrated.code, calibrated.text(), calibrated.stderr.as_str()), (0, "", ""));
    let after = check(models.path(), &["--engine", "embedded"]);
    assert_eq!((after.code, problems(&after).len()), (0, 0), "{}", after.text());
    for words in [
        "yunet certain: 0.0 MiB, 32 x 32 pixels, ",
        "licence: none\n",
        "extractor thumbnail: ",
        "licence: not stated\n",
        "calibration: ",
        "engine: embedded rten",
        " is ready\n",
    ] {
        assert!(after.text().contains(words), "{words}: {}", after.text());
    }
    let verdict = run(args![
        "verify",
        golden("astronaut-progressive.jpg"),
        golden("astronaut-q10.jpg"),
        "--json",
        "--models",
        models.path()
    ]);
    assert_eq!(verdict.stderr, "");
    assert!(verdict.json()["similarity"].as_f64().unwrap() > 0.99, "{}", verdict.text());
}

#[test]
fn a_check_as_json() {
    let reply = check(&root().join("models"), &["--json", "--engine", "embedded"]);
    assert_eq!((reply.code, reply.stderr.as_str()), (0, ""));
    let reply = reply.json();
    assert_eq!(keys(&reply), ["calibration", "engine", "folder", "memory", "networks", "problems", "ready"]);
    assert_eq!((&reply["ready"], reply["problems"].as_array().unwrap().len()), (&true.into(), 0));
    let networks = reply["networks"].as_array().unwrap();
    assert_eq!(networks.len(), 2);
    assert_eq!(keys(&networks[0]), ["bytes", "id", "input_size", "kind", "licence", "milliseconds"]);
    assert_eq!((&networks[0]["kind"], &networks[1]["kind"]), (&"retinaface".into(), &"extractor".into()));
    assert!(networks.iter().all(|network| network["milliseconds"].as_f64().unwrap() > 0.0));
    if cfg!(target_os = "linux") {
        let memory = |name: &str| reply["memory"][name].as_u64().unwrap();
        assert!(memory("with_one_worker") > memory("before") && memory("before") > 1 << 20);
    }
    assert_eq!(reply["calibration"]["highest_measured_score"].as_f64(), Some(50.0));
}

#[test]
fn all_problems_are_reported_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = MANIFEST
        .replace("\"yunet\"", "\"mtcnn\"")
        .replace("dimensions = 192", "dimensions = 191")
        .replace("output = \"embedding\"\n", "")
        + "\n[[extractors]]\nid = \"absent\"\nchannels = \"rgb\"\nmean = [0, 0, 0]\nscale = 1.0\ninput_size = 112\n\
           dimensions = 8\nfile = \"absent.onnx\"\nsha256 = \"00\"\n\
           \n[[extractors]]\nid = \"other\"\nchannels = \"rgb\"\nmean = [0, 0, 0]\nscale = 1.0\ninput_size = 112\n\
           dimensions = 8\nfile = \"detector.onnx\"\nsha256 = \"00\"\nflips = true\n";
    write(folder.path(), &manifest);
    let found = check(folder.path(), &["--engine", "embedded"]);
    assert_eq!(found.code, 1);
    let problems = problems(&found);
    for words in [
        "unknown variant `mtcnn`",
        "absent.onnx cannot be read",
        "unknown field `flips`",
        "192 numbers instead of 191",
        "no [calibration]",
    ] {
        assert_eq!(
            problems.iter().filter(|problem| problem.contains(words)).count(),
            1,
            "{words}: {problems:#?}"
        );
    }
    assert_eq!(problems.len(), 5, "{problems:#?}");
    let names: Vec<String> = check(folder.path(), &["--json"]).json()["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        names.contains(&"MODEL_NOT_FOUND".into()) && names.contains(&"MODEL_INVALID".into()),
        "{names:?}"
    );
}

#[test]
fn a_calibration_that_cannot_be_read_is_one_problem_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let calibration =
        "\n[calibration]\nprotocol = \"few\"\ncomparisons = \"many\"\nknots = [[-1.0, 0.0], [1.0, 100.0]]\n";
    write(folder.path(), &(MANIFEST.to_owned() + calibration));
    let found = check(folder.path(), &["--engine", "embedded"]);
    let problems = problems(&found);
    assert_eq!((found.code, problems.len()), (1, 1), "{}", found.text());
    assert!(problems[0].contains("[calibration] of the manifest: invalid type"), "{problems:?}");
    assert!(
        found.text().contains("yunet certain: ") && !found.text().contains("calibration: "),
        "{}",
        found.text()
    );
    assert!(check(folder.path(), &["--json"]).json()["calibration"].is_null());
}

#[test]
fn a_wrong_hash_is_reported_with_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), MANIFEST);
    let path = folder.path().join("thumbnail.onnx");
    fs::write(&path, thumbnail(28, 48)).unwrap();
    let found = check(folder.path(), &[]);
    let hash = testkit::networks::sha256(&thumbnail(28, 48));
    assert!(problems(&found)[0].contains(&format!("thumbnail.onnx has SHA-256 {hash}")), "{}", found.text());
    // The detector is intact, and still run.
    assert!(found.text().contains("yunet certain: "), "{}", found.text());
}

#[test]
fn a_folder_without_models_is_a_problem_and_a_missing_engine_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let found = check(folder.path(), &[]);
    assert_eq!((found.code, problems(&found).len()), (1, 1));
    assert!(problems(&found)[0].contains("manifest.toml cannot be read"), "{}", found.text());
    fs::write(folder.path().join("manifest.toml"), "format = 2\n").unwrap();
    let found = check(folder.path(), &[]);
    assert_eq!(problems(&found).len(), 1, "{}", found.text());
    assert!(problems(&found)[0].contains("format 2; this version reads 3"));
    write(folder.path(), MANIFEST);
    let wrong = ["--engine", "onnxruntime", "--set", "onnxruntime=no-such-library"];
    check(folder.path(), &wrong).fails_with("ENGINE_UNAVAILABLE");
    assert_eq!(check(folder.path(), &["--jsn"]).code, 2);
    assert_eq!(run(["models"]).code, 2);
}
