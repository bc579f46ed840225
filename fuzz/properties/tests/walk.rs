//! The fuzzed properties, on known inputs and on many small changes to them, which are the same in every run.
//! `VISAVIS_FUZZ_SECONDS` continues for that long with others; `cargo xtask fuzz` is guided by coverage.

use std::path::Path;
use std::time::{Duration, Instant};

use testkit::files;

/// Pseudo-random numbers, the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }
}

/// Tests the seeds and, of each, `changes` changed copies.
fn walk(property: fn(&[u8]), seeds: &[Vec<u8>], changes: usize) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for seed in seeds {
        property(seed);
        for _ in 0..changes {
            let other = &seeds[dice.below(seeds.len())];
            property(&changed(seed, other, &mut dice));
        }
    }
    continue_for(property, seeds, &mut dice);
}

/// Further changes for the requested time, if any.
fn continue_for(property: fn(&[u8]), seeds: &[Vec<u8>], dice: &mut Dice) {
    let Ok(seconds) = std::env::var("VISAVIS_FUZZ_SECONDS") else { return };
    let end = Instant::now() + Duration::from_secs(seconds.parse().expect("a number of seconds"));
    let mut inputs = 0;
    while Instant::now() < end {
        let [one, other] = [(), ()].map(|()| &seeds[dice.below(seeds.len())]);
        property(&changed(one, other, dice));
        inputs += 1;
    }
    println!("{inputs} further inputs in {seconds} s");
}

/// A copy with a few bytes set, removed, repeated or inserted from another seed.
fn changed(seed: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len());
        let end = bytes.len().min(at + 1 + dice.below(64));
        match dice.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.extend_from_within(at..end),
            3 => bytes.splice(at..at, other.iter().copied().skip(at).take(16)).for_each(drop),
            4 => bytes[at..end].fill([0, 0x7f, 0xff, b'"', b'\\'][dice.below(5)]),
            _ if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            _ => {}
        }
    }
    bytes
}

/// The files of a folder, in the order of their names.
fn files_in(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Tests the seeds of the target with this name.
fn walk_seeds(target: &str, property: fn(&[u8]), changes: usize) {
    let seeds = files_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds").join(target));
    assert!(seeds.len() > 1, "{target} has no seeds");
    walk(property, &seeds, changes);
}

#[test]
fn requests() {
    walk_seeds("request", properties::request, 5_000);
}

#[test]
fn base64() {
    walk_seeds("base64", properties::base64, 5_000);
}

#[test]
fn images() {
    let mut seeds = files_in(&files::golden(""));
    // Only the small ones, which are fast to decode.
    seeds.retain(|bytes| bytes.len() < 30_000);
    assert!(seeds.len() > 40, "{} files are not the golden set", seeds.len());
    walk(properties::image, &seeds, 40);
}

#[test]
fn pixels() {
    walk_seeds("pixels", properties::pixels, 5_000);
}

#[test]
fn templates() {
    walk_seeds("template", properties::template, 10_000);
}

#[test]
fn heads() {
    walk_seeds("head", properties::head, 5_000);
}

#[test]
fn settings() {
    walk_seeds("settings", properties::settings, 2_000);
}

#[test]
fn manifests() {
    walk_seeds("manifest", properties::manifest, 1_000);
}
