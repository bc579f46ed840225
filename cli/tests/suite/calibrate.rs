//! `calibrate`: the table and the manifest.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use testkit::files::{golden, root};
use visavis::ScoreTable;

use crate::eval::small_set;
use crate::program::{Run, args, run};

#[derive(serde::Deserialize)]
struct Manifest {
    calibration: ScoreTable,
}

fn table(text: &str) -> ScoreTable {
    toml::from_str::<Manifest>(text).unwrap().calibration
}

fn calibrate(folder: &Path, options: &[&str]) -> Run {
    let mut arguments = args!["calibrate", folder, "--tail-count", "1", "--name", "two \"people\""];
    arguments.extend(options.iter().map(std::ffi::OsString::from));
    run(arguments)
}

/// A folder with a copy of the models' manifest and links to the models.
fn models() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in fs::read_dir(root().join("models")).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_some_and(|extension| extension == "onnx") {
            std::os::unix::fs::symlink(&file, folder.path().join(file.file_name().unwrap())).unwrap();
        }
    }
    fs::copy(root().join("models/manifest.toml"), folder.path().join("manifest.toml")).unwrap();
    folder
}

#[test]
fn the_table_is_the_same_each_time() {
    let (folder, _) = small_set();
    let [first, second] = ["1", "4"].map(|workers| calibrate(folder.path(), &["--workers", workers]));
    assert_eq!((first.code, first.stderr.as_str(), first.text()), (0, "", second.text()));
    let table = table(first.text());
    assert_eq!(table.comparisons, 12);
    for words in [
        "two \"people\": all comparisons",
        "9 photos of 2 identities",
        "2 failures to extract",
        "at least 1 comparisons",
    ] {
        assert!(table.protocol.contains(words), "{}", table.protocol);
    }
    assert!(table.knots.len() > 1);
    assert!(table.knots.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] < pair[1][1]));
    // 1 of 12 comparisons is score 10.8: the table claims no more.
    assert!(table.knots.last().unwrap()[1] <= 10.0);
}

#[test]
fn a_manifest_gets_the_table_and_keeps_the_rest() {
    let (folder, _) = small_set();
    let models = models();
    let manifest = models.path().join("manifest.toml");
    let before = fs::read_to_string(&manifest).unwrap();
    let path = manifest.to_str().unwrap();
    assert_eq!(calibrate(folder.path(), &["--check", path]).code, 1);
    let written = calibrate(folder.path(), &["--write", path]);
    assert_eq!((written.code, written.text(), written.stderr.as_str()), (0, "", ""));
    let after = fs::read_to_string(&manifest).unwrap();
    let start = before.find("\n[calibration]").unwrap() + 1;
    assert_eq!(after[..start], before[..start]);
    assert_eq!(table(&after).comparisons, 12);
    // The engine accepts the table, which differs from the one before.
    let score = |options: &[&str]| {
        let mut arguments = args!["verify", "--json", golden("astronaut.jpg"), golden("hopper.jpg")];
        arguments.extend(options.iter().map(std::ffi::OsString::from));
        run(arguments).json()["score"].as_f64().unwrap()
    };
    assert!((score(&[]) - score(&["--models", models.path().to_str().unwrap()])).abs() > 0.1);
    check_differences(folder.path(), &manifest, &after);
}

fn check_differences(folder: &Path, manifest: &Path, text: &str) {
    let check = || calibrate(folder, &["--check", manifest.to_str().unwrap()]);
    let agrees = check();
    assert_eq!(agrees.code, 0, "{}", agrees.text());
    assert!(agrees.text().ends_with(" agrees\n"));
    fs::write(manifest, text.replace("comparisons = 12", "comparisons = 13")).unwrap();
    let differs = check();
    assert_eq!(differs.code, 1);
    assert!(differs.text().contains(" differs: 12 comparisons were made, not 13"), "{}", differs.text());
}

#[test]
fn the_most_similar_strangers_are_listed() {
    let (folder, _) = small_set();
    let list = folder.path().join("suspects.tsv");
    assert_eq!(calibrate(folder.path(), &["--suspects", list.to_str().unwrap()]).code, 0);
    let list = fs::read_to_string(&list).unwrap();
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((lines.len(), &lines[0][..]), (13, &["similarity", "path_a", "path_b"][..]));
    assert!(lines[1..].iter().all(|cells| cells[1].contains("/collins/") && cells[2].contains("/hopper/")));
    let similarities: Vec<f32> = lines[1..].iter().map(|cells| cells[0].parse().unwrap()).collect();
    assert!(similarities.is_sorted_by(|one, other| one >= other));
}

#[test]
fn what_cannot_be_calibrated_is_refused() {
    let (folder, pairs) = small_set();
    run(args!["calibrate", "no-such-folder"]).fails_with("FILE_UNREADABLE");
    run(args!["calibrate", pairs]).fails_with("FILE_UNREADABLE");
    // Without two people there is no comparison; twelve are fewer than the hundred that are required.
    run(args!["calibrate", folder.path().join("hopper")]).fails_with("INVALID_ARGUMENT");
    run(args!["calibrate", folder.path()]).fails_with("INVALID_ARGUMENT");
    run(args!["calibrate", folder.path(), "--tail-count", "1", "--name", "a\nb"])
        .fails_with("INVALID_ARGUMENT");
    run(args!["calibrate", folder.path(), "--write", "no-such.toml"]).fails_with("FILE_UNREADABLE");
    run(args!["calibrate", folder.path(), "--check", pairs]).fails_with("FILE_MALFORMED");
}
