//! `cargo xtask fuzz [SECONDS [TARGET]]`: searches for input that breaks a property of fuzz/properties.
//!
//! The targets are those of cargo-fuzz, which can run them too. Here they are built with the pinned compiler, made to
//! accept the flags of a nightly one, so that nothing else has to be installed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, project};

/// The files of fuzz/fuzz_targets.
const TARGETS: &[&str] =
    &["request", "base64", "image", "pixels", "template", "head", "settings", "manifest"];

/// What cargo-fuzz passes to the compiler too: coverage for libFuzzer, and checks of every memory access.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address --cfg fuzzing";

const DEFAULT_SECONDS: &str = "60";

pub(crate) fn command(arguments: &[String]) -> Result {
    let (seconds, targets) = match arguments {
        [] => (DEFAULT_SECONDS, TARGETS.to_vec()),
        [seconds] => (seconds.as_str(), TARGETS.to_vec()),
        [seconds, target] if TARGETS.contains(&target.as_str()) => (seconds.as_str(), vec![target.as_str()]),
        _ => return Err(format!("usage: fuzz [SECONDS [{}]]", TARGETS.join("|"))),
    };
    let programs = build()?;
    targets.into_iter().try_for_each(|target| fuzz(&programs, target, seconds))
}

/// Returns the folder with the programs.
fn build() -> Result<PathBuf> {
    // With a named target, build scripts are not compiled with the sanitizer.
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let folder = project::target()?.join("fuzz");
    let mut cargo = project::cargo();
    cargo.args([
        "build",
        "--release",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "--target",
        &host,
        "--target-dir",
    ]);
    project::run(cargo.arg(&folder).env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", FLAGS))?;
    Ok(folder.join(host).join("release"))
}

/// Runs one target. Its corpus and its findings stay in the target folder from run to run.
fn fuzz(programs: &Path, target: &str, seconds: &str) -> Result {
    let folder = project::target()?.join("fuzz");
    let (corpus, findings) = (folder.join("corpus").join(target), folder.join("findings"));
    for folder in [&corpus, &findings] {
        fs::create_dir_all(folder)
            .map_err(|error| format!("{} cannot be created: {error}", folder.display()))?;
    }
    let seeds = match target {
        "image" => "tests/golden/images".to_owned(),
        _ => format!("fuzz/seeds/{target}"),
    };
    // Difficult image files, if they are available next to the repository.
    let hard = ["exif", "generated"].map(|name| project::root().join("../shared/data/decode").join(name));
    let hard = hard.into_iter().filter(|folder| target == "image" && folder.is_dir());
    let mut program = project::program(programs.join(target));
    program
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/{target}-", findings.display()))
        .args([
            "-rss_limit_mb=2048",
            "-timeout=20",
            "-print_final_stats=1",
            "-max_len=100000",
            "-verbosity=0",
        ])
        .arg(&corpus)
        .arg(project::root().join(seeds))
        .args(hard);
    println!("{target}: {seconds} s");
    project::run(&mut program)
}
