//! Example programs, for what only a separate process can show.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::files;

/// The program `core/examples/verify.rs`, without arguments yet.
pub fn verify() -> Command {
    Command::new(path("core", "verify"))
}

/// The example `name` of the crate in `folder`, which cargo built along with the running test.
pub fn path(folder: &str, name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("tests are in TARGET/PROFILE/deps");
    let example = profile.join("examples").join(name);
    let sources = ["src", "examples"].map(|sources| newest(&files::root().join(folder).join(sources)));
    // `cargo test --test NAME` does not build examples.
    assert!(
        Some(modified(&example)) > sources.into_iter().max(),
        "{} is missing or older than the sources: run `cargo build --examples` in {folder}/ first",
        example.display()
    );
    example
}

fn newest(folder: &Path) -> SystemTime {
    let entries = std::fs::read_dir(folder).expect("a folder of sources can be read");
    let times = entries.map(|entry| {
        let path = entry.expect("a folder of sources can be read").path();
        if path.is_dir() { newest(&path) } else { modified(&path) }
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

fn modified(path: &Path) -> SystemTime {
    path.metadata().and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}
