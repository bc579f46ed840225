//! The fuzzed properties, on known inputs and on many small changes to them, which are the same in every run.
//! `VISAVIS_FUZZ_SECONDS` continues for that long with others; `cargo xtask fuzz` is guided by coverage.

use std::time::{Duration, Instant};

use testkit::files;

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }
}

/// Walks the seeds and, of each, some hundred changed ones. Returns how many inputs there were.
fn walk(property: fn(&[u8]), seeds: &[Vec<u8>], changes: usize) -> usize {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for seed in seeds {
        property(seed);
        for _ in 0..changes {
            let other = &seeds[dice.below(seeds.len())];
            property(&changed(seed, other, &mut dice));
        }
    }
    go_on(property, seeds, &mut dice);
    seeds.len() * (changes + 1)
}

/// Further changes, on request.
fn go_on(property: fn(&[u8]), seeds: &[Vec<u8>], dice: &mut Dice) {
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

/// A few bytes of it set, cut out, doubled or taken from another.
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

fn bodies() -> Vec<Vec<u8>> {
    [
        r#"{"sessionId":"3fa85f64","probe":{"imageBase64":"/9j/4AAQ"},"reference":{"imageBase64":"iVBORw0K"}}"#,
        r#"{"sessionId":null,"probe":null,"reference":{},"more":[1e400,{"a":[[]]}]}"#,
        r#" {"sessionId":"\u00e9\ud83d\ude00\"\\\/\b","probe":{"imageBase64":"data:image/png;base64,\/9j\/4AAQ"}} "#,
        "{}",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

#[test]
fn requests() {
    assert_eq!(walk(properties::request, &bodies(), 5_000), 4 * 5_001);
}

#[test]
fn base64() {
    let texts = ["++//AQ==", "--__AQ", "data:image/png;base64,++//AQ==", " ++ //\r\nA\tQ = =\n", ""];
    let seeds = texts.map(|text| text.as_bytes().to_vec());
    assert_eq!(walk(properties::base64, &seeds, 5_000), 5 * 5_001);
}

#[test]
fn images() {
    let folder = files::golden("");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    // The small ones: changes to them are many and quick.
    let seeds: Vec<Vec<u8>> =
        files.iter().map(|file| std::fs::read(file).unwrap()).filter(|bytes| bytes.len() < 30_000).collect();
    assert!(seeds.len() > 40, "{} files are not the golden set", seeds.len());
    assert_eq!(walk(properties::image, &seeds, 40), seeds.len() * 41);
}

#[test]
fn templates() {
    let failed = visavis::Template::failed().to_bytes();
    let mut whole = failed[..24].to_vec();
    whole[5..8].copy_from_slice(&[0, 4, 0]);
    whole.extend([0.5_f32; 4].iter().flat_map(|value| value.to_le_bytes()));
    assert_eq!(walk(properties::template, &[failed, whole], 10_000), 2 * 10_001);
}
