//! `enroll`: several photos, one template file.

use std::fs;
use std::os::unix::fs::MetadataExt;

use testkit::enrolment::{self, Expected};
use testkit::files::golden;
use testkit::report;

use crate::program::{Run, args, command, keys, run, run_with_input};

/// Runs `enroll` with these photos, and then more arguments.
fn enroll(photos: &[&str], more: &[&std::ffi::OsStr]) -> Run {
    let mut command = command(["enroll"]);
    command.args(photos.iter().map(|photo| golden(photo))).args(more).output().unwrap().into()
}

#[test]
fn every_golden_enrolment_holds() {
    let folder = tempfile::tempdir().unwrap();
    let cases = enrolment::read();
    for case in &cases {
        let (file, probe) = (folder.path().join(&case.name), folder.path().join("probe"));
        let photos: Vec<&str> = case.photos.iter().map(String::as_str).collect();
        if photos.is_empty() {
            // The command line's own check.
            assert_eq!(enroll(&photos, &["-o".as_ref(), file.as_os_str()]).code, 2);
            continue;
        }
        let made = enroll(
            &photos,
            &["-o".as_ref(), file.as_os_str(), "--keep-outliers".as_ref(), "--json".as_ref()],
        );
        match &case.expected {
            Expected::Error(kind, index) => {
                let error = &made.json()["error"];
                assert_eq!((made.code, error["name"].as_str()), (2, Some(kind.as_str())), "{}", case.name);
                assert_eq!(error["index"].as_u64().map(|index| index as usize), *index, "{}", case.name);
                assert!(!file.exists(), "{}", case.name);
            }
            Expected::Score(expected) => {
                assert_eq!(made.code, 0, "{}: {}", case.name, made.stderr);
                assert_eq!(run(args!["extract", golden(&case.probe), "-o", probe, "--force"]).code, 0);
                let score = run(args!["compare", probe, file, "--json"]).json()["score"].as_f64().unwrap();
                let distance = (score.floor() - f64::from(expected.unwrap())).abs();
                assert!(distance <= 1.0, "{}: {score}, not {expected:?}", case.name);
            }
        }
    }
    report::note(&format!("{} golden enrolments on the command line", cases.len()));
}

#[test]
fn a_photo_of_another_person_is_not_enrolled_silently() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("template");
    let photos = ["astronaut.jpg", "hopper.jpg", "astronaut-mirrored.jpg"];
    let refused = enroll(&photos, &["-o".as_ref(), file.as_os_str()]);
    assert_eq!((refused.code, refused.stderr.as_str(), file.exists()), (1, "", false));
    let text = refused.text();
    assert!(text.starts_with("no template: a photo does not match the others\n"), "{text}");
    assert_eq!(text.matches("not the same person?").count(), 1, "{text}");
    let json = enroll(&photos, &["-o".as_ref(), file.as_os_str(), "--json".as_ref()]);
    assert_eq!((json.code, keys(&json.json())), (1, vec!["milliseconds", "photos"]));
    assert_eq!(json.json()["photos"][1]["others"]["is_match"], false);
    let kept = enroll(&photos, &["-o".as_ref(), file.as_os_str(), "--keep-outliers".as_ref()]);
    assert_eq!((kept.code, file.metadata().unwrap().mode() & 0o7777), (0, 0o600), "{}", kept.stderr);
    assert!(kept.text().starts_with("template of 3 photos written to "), "{}", kept.text());
}

#[test]
fn the_photo_that_fails_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("template");
    let failed = enroll(&["astronaut.jpg", "gray.png"], &["-o".as_ref(), file.as_os_str()]);
    failed.fails_with("NO_FACE");
    assert!(failed.stderr.contains("gray.png: index 1: no face was found"), "{}", failed.stderr);
    enroll(&["astronaut.jpg", "no-such.jpg"], &["-o".as_ref(), file.as_os_str()])
        .fails_with("FILE_UNREADABLE");
    run(args!["enroll", "-", "-", "-o", file]).fails_with("INVALID_ARGUMENT");
    assert!(!file.exists());
    // One photo may come from a pipe, and the template may go to one.
    let piped =
        run_with_input(args!["enroll", golden("hopper.jpg"), "-", "-o", "-"], &golden("hopper-128.png"));
    assert_eq!((piped.code, &piped.stdout[..4]), (0, &b"VAVT"[..]), "{}", piped.stderr);
    fs::write(&file, "").unwrap();
    enroll(&["hopper.jpg"], &["-o".as_ref(), file.as_os_str()]).fails_with("FILE_EXISTS");
}
