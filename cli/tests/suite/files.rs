//! Paths that are missing, not files, endless, or strangely named.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use testkit::files::golden;

use crate::program::{args, run};

#[test]
fn what_cannot_be_read_is_named() {
    let sound = golden("hopper.jpg");
    for path in [golden("no-such-photo.jpg"), golden("")] {
        for arguments in [args!["verify", path, sound], args!["verify", sound, path], args!["detect", path]] {
            let run = run(arguments);
            run.fails_with("FILE_UNREADABLE");
            assert!(run.stderr.contains(path.to_str().unwrap()), "{}", run.stderr);
        }
    }
    let error = &run(args!["verify", sound, golden("no-such-photo.jpg"), "--json"]).json()["error"];
    assert_eq!((&error["number"], &error["side"]), (&6.into(), &"reference".into()));
}

#[test]
fn no_more_is_read_than_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("huge.jpg");
    File::create(&huge).unwrap().set_len(1 << 40).unwrap();
    let sound = golden("hopper.jpg");
    for path in [Path::new("/dev/zero"), &huge] {
        let run = run(args!["verify", sound, path, "--set", "max_bytes=100000", "--json"]);
        let error = &run.json()["error"];
        assert_eq!(
            (error["name"].as_str(), error["side"].as_str()),
            (Some("IMAGE_TOO_LARGE"), Some("reference"))
        );
    }
    // An unreadable probe is reported before a reference that is too large.
    let arguments = args!["verify", golden("truncated-50.jpg"), huge, "--set", "max_bytes=100000"];
    run(arguments).fails_with("CORRUPT_IMAGE");
    run(args!["compare", huge, huge]).fails_with("TEMPLATE_MALFORMED");
    run(args!["eval", "/dev/zero"]).fails_with("FILE_MALFORMED");
    run(args!["calibrate", folder.path(), "--check", huge]).fails_with("FILE_MALFORMED");
}

#[test]
fn names_need_not_be_utf8() {
    let folder = tempfile::tempdir().unwrap();
    let name = OsStr::from_bytes(b"caf\xe9 \x1b[31m.jpg");
    let photo = folder.path().join(name);
    fs::copy(golden("astronaut.jpg"), &photo).unwrap();
    assert_eq!(run(args!["verify", photo, photo, "--json"]).json()["score"], 100.0);
    let run = run(args!["detect", photo]);
    assert_eq!(run.code, 0);
    // Nor may they control the terminal.
    assert!(run.text().contains("\\u{1b}[31m.jpg") && !run.text().contains('\x1b'), "{}", run.text());
}
