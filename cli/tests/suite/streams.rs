//! Readers that close the pipe, and disks that are full.

use std::fs::{self, File};
use std::io::Write;
use std::process::Stdio;

use testkit::files::golden;

use crate::program::{Run, args, command};

#[test]
fn a_reader_that_closes_the_pipe_is_not_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = folder.path().join("pairs.csv");
    // Far more lines than a pipe holds.
    let row = format!("{0},{0},1\n", golden("hopper.jpg").display());
    fs::write(&pairs, "path_a,path_b,same\n".to_owned() + &row.repeat(5000)).unwrap();
    for (arguments, code) in [
        (args!["eval", pairs, "--scores", "-"], 0),
        (args!["verify", golden("astronaut.jpg"), golden("hopper.jpg")], 1),
        (args!["verify", golden("gray.png"), golden("hopper.jpg"), "--json"], 2),
    ] {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let run: Run = child.wait_with_output().unwrap().into();
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    }
}

#[test]
fn a_photo_may_come_through_a_pipe_with_a_name() {
    // As the shell's <(command) passes it.
    let mut child = command(args!["verify", "/dev/stdin", golden("astronaut.jpg")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(golden("astronaut.jpg")).unwrap()).unwrap();
    let run: Run = child.wait_with_output().unwrap().into();
    assert!(run.code == 0 && run.text().starts_with("same person: score 100.0"), "{}", run.text());
}

#[test]
fn a_full_disk_is_an_error() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for json in [&[][..], &["--json"]] {
        let mut command = command(args!["verify", golden("hopper.jpg"), golden("hopper.jpg")]);
        let run: Run = command.args(json).stdout(full()).output().unwrap().into();
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("(FILE_UNWRITABLE)"), "{}", run.stderr);
    }
}
