//! The program `examples/verify.rs`, for what only a process of its own can show.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The example, ready to be given arguments.
pub(crate) fn verify() -> Command {
    Command::new(verify_path())
}

/// The program that cargo built along with this test.
pub(crate) fn verify_path() -> PathBuf {
    let test = std::env::current_exe().expect("the test has a path");
    let profile = test.ancestors().nth(2).expect("tests lie in TARGET/PROFILE/deps");
    let example = profile.join("examples/verify");
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = [crate_folder.join("src"), crate_folder.join("examples")];
    let newest = sources.iter().map(|folder| newest(folder)).max().expect("there are two folders");
    // `cargo test --test NAME` does not build examples.
    assert!(
        modified(&example) > newest,
        "{} is missing or older than the sources: run `cargo build -p visavis --examples` first",
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
