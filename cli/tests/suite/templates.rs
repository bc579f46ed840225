//! `extract` and `compare`: templates as files.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use testkit::files::golden;

use crate::program::{Run, args, command, keys, run, run_with_input};

fn extracted(folder: &TempDir, photo: &str) -> PathBuf {
    let path = folder.path().join(photo).with_extension("vavt");
    let run = run(args!["extract", golden(photo), "-o", path]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    path
}

#[test]
fn templates_compare_as_their_photos_do() {
    let folder = tempfile::tempdir().unwrap();
    let [one, same, other] =
        ["astronaut.jpg", "astronaut-q10.jpg", "hopper.jpg"].map(|photo| extracted(&folder, photo));
    assert!(run(args!["compare", one, same]).text().starts_with("same person: score "));
    for (reference, photo, code) in [(&same, "astronaut-q10.jpg", 0), (&other, "hopper.jpg", 1)] {
        let compared = run(args!["compare", one, reference, "--json"]);
        assert_eq!(compared.code, code);
        let (compared, verified) =
            (compared.json(), run(args!["verify", golden("astronaut.jpg"), golden(photo), "--json"]).json());
        assert_eq!(keys(&compared), ["is_match", "score", "similarity", "threshold"]);
        assert!(
            keys(&compared).into_iter().all(|key| compared[key] == verified[key]),
            "{compared} {verified}"
        );
    }
}

#[test]
fn a_template_file_is_private_and_not_replaced_by_accident() {
    let folder = tempfile::tempdir().unwrap();
    let path = extracted(&folder, "astronaut.jpg");
    let about = path.metadata().unwrap();
    assert_eq!((about.mode() & 0o7777, about.len()), (0o600, 24 + 4 * 192 + 4));
    let first = fs::read(&path).unwrap();
    run(args!["extract", golden("hopper.jpg"), "-o", path]).fails_with("FILE_EXISTS");
    assert!(fs::read(&path).unwrap() == first);
    // A failure leaves the old file.
    run(args!["extract", golden("gray.png"), "-o", path, "--force"]).fails_with("NO_FACE");
    assert!(fs::read(&path).unwrap() == first);
    let link = folder.path().join("link.vavt");
    symlink(&path, &link).unwrap();
    let replaced = run(args!["extract", golden("hopper.jpg"), "-o", link, "--force", "--json"]);
    assert_eq!(replaced.code, 0);
    assert!(fs::read(&path).unwrap() != first && link.is_symlink());
    assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left over");
    let reply = replaced.json();
    assert_eq!(
        keys(&reply),
        ["bytes", "dimensions", "engine", "milliseconds", "model", "sample", "template"]
    );
    assert_eq!((&reply["bytes"], &reply["dimensions"]), (&796.into(), &192.into()));
}

#[test]
fn unusable_outputs_are_refused() {
    let photo = golden("hopper.jpg");
    let folder = tempfile::tempdir().unwrap();
    run(args!["extract", photo, "-o", folder.path()]).fails_with("FILE_EXISTS");
    run(args!["extract", photo, "-o", folder.path(), "--force"]).fails_with("FILE_UNWRITABLE");
    run(args!["extract", photo, "-o", "/dev/null", "--force"]).fails_with("FILE_UNWRITABLE");
    run(args!["extract", photo, "-o", folder.path().join("no/such.vavt")]).fails_with("FILE_UNWRITABLE");
    assert!(!Path::new("/dev/null").is_file());
    let run = run(args!["extract", photo, "-o", "-", "--json"]);
    assert_eq!((run.code, &run.json()["error"]["name"]), (2, &"INVALID_ARGUMENT".into()));
}

#[test]
fn templates_go_through_pipes() {
    let folder = tempfile::tempdir().unwrap();
    let stored = extracted(&folder, "astronaut.jpg");
    let photo = golden("astronaut.jpg");
    let extracted = run_with_input(args!["extract", "-", "-o", "-"], &photo);
    assert_eq!(extracted.code, 0);
    assert!(extracted.stdout == fs::read(&stored).unwrap());
    let mut compare = command(args!["compare", "-", stored]);
    let mut child = compare.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&extracted.stdout).unwrap();
    assert_eq!(Run::from(child.wait_with_output().unwrap()).code, 0);
    run(args!["compare", "-", "-"]).fails_with("INVALID_ARGUMENT");
}

#[test]
fn what_is_not_a_template_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sound = extracted(&folder, "hopper.jpg");
    let damaged = folder.path().join("damaged.vavt");
    let mut bytes = fs::read(&sound).unwrap();
    bytes[100] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    for wrong in [damaged, golden("hopper.jpg"), golden("empty.jpg")] {
        let run = run(args!["compare", sound, wrong, "--json"]);
        let error = &run.json()["error"];
        assert_eq!(
            (run.code, &error["name"], &error["side"]),
            (2, &"TEMPLATE_MALFORMED".into(), &"reference".into())
        );
        assert_eq!(error["path"], wrong.to_str().unwrap());
    }
    run(args!["compare", sound, "no-such.vavt"]).fails_with("FILE_UNREADABLE");
    // The record of a failure to extract is a template, but gives no score.
    let failed = folder.path().join("failed.vavt");
    fs::write(&failed, visavis::Template::failed().to_bytes()).unwrap();
    run(args!["compare", failed, sound]).fails_with("TEMPLATE_FAILED");
}
