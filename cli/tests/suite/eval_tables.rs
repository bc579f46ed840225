//! `eval`: tables of pairs, good and bad.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use testkit::files::golden;

use crate::eval::small_set;
use crate::program::{args, command, run};

#[test]
fn a_wrong_table_is_reported_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = folder.path().join("pairs.csv");
    let photo = golden("hopper.jpg").display().to_string();
    for (text, words) in [
        (String::new(), "line 1: there is no column named path_a"),
        ("path_a,path_b,same\n".into(), "it has no pairs"),
        (
            format!("path_a,path_b,same\r\n{photo},{photo},1\r\n{photo},{photo}\r\n"),
            "line 3: 2 columns where the header has 3",
        ),
        (
            format!("path_a,path_b,same\n\n{photo},{photo},maybe\n"),
            "line 3: same must be 1 or 0, not \"maybe\"",
        ),
        (format!("path_a,path_b,same,fold\n{photo},{photo},1,\n"), "line 2: the fold is empty"),
    ] {
        fs::write(&pairs, text).unwrap();
        let run = run(args!["eval", pairs]);
        run.fails_with("FILE_MALFORMED");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    // A picture is not a table.
    run(args!["eval", golden("hopper.jpg")]).fails_with("FILE_MALFORMED");
    run(args!["eval", "no-such.csv"]).fails_with("FILE_UNREADABLE");
    run(args!["eval", folder.path()]).fails_with("FILE_UNREADABLE");
}

#[test]
fn a_missing_photo_ends_the_work_before_it_begins() {
    let (folder, pairs) = small_set();
    fs::remove_file(folder.path().join("hopper/3.jpg")).unwrap();
    let missing = run(args!["eval", pairs]);
    missing.fails_with("FILE_UNREADABLE");
    assert!(missing.stderr.contains("hopper/3.jpg"), "{}", missing.stderr);
    fs::create_dir(folder.path().join("hopper/3.jpg")).unwrap();
    run(args!["eval", pairs]).fails_with("FILE_UNREADABLE");
}

#[test]
fn a_table_may_come_from_standard_input_and_its_names_need_not_be_utf8() {
    let folder = tempfile::tempdir().unwrap();
    let name = OsStr::from_bytes(b"\xff.jpg");
    fs::copy(golden("hopper.jpg"), folder.path().join(name)).unwrap();
    let table = folder.path().join("table");
    fs::write(&table, b"path_b,same,path_a\n\xff.jpg,1,\xff.jpg\n").unwrap();
    let output = command(args!["eval", "-", "--scores", "-"])
        .current_dir(folder.path())
        .stdin(fs::File::open(&table).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success());
    let line = output.stdout.split(|&byte| byte == b'\n').nth(1).unwrap();
    assert_eq!(line, b"\xff.jpg\t\xff.jpg\t1\t1\t100\t");
}

#[test]
fn pairs_of_one_kind_have_one_rate() {
    let (folder, pairs) = small_set();
    fs::write(&pairs, "path_a,path_b,same\nhopper/1.jpg,hopper/2.jpg,1\n").unwrap();
    let report_folder = folder.path().join("report");
    let run = run(args!["eval", pairs, "--report", report_folder, "--cross"]);
    assert_eq!(run.code, 0);
    assert!(run.text().contains("   27  no such pairs "), "{}", run.text());
    assert!(run.text().contains("FMR over all 0 comparisons between 1 folders"), "{}", run.text());
    assert!(!report_folder.join("det.svg").exists());
    assert!(fs::read_to_string(report_folder.join("index.html")).unwrap().contains("No DET curve"));
}

#[test]
fn outputs_that_cannot_be_written_are_refused() {
    let (folder, pairs) = small_set();
    let nowhere = folder.path().join("no/such");
    for option in ["--json", "--scores"] {
        run(args!["eval", pairs, option, nowhere]).fails_with("FILE_UNWRITABLE");
    }
    run(args!["eval", pairs, "--report", pairs]).fails_with("FILE_UNWRITABLE");
    let both = run(args!["eval", pairs, "--scores", "-", "--json", "-"]);
    assert_eq!((both.code, &both.json()["error"]["name"]), (2, &"INVALID_ARGUMENT".into()));
}
