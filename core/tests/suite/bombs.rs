//! Files that declare or unpack to far more than they hold: refused by their headers, before memory is allocated.

use std::path::PathBuf;

use testkit::{files, report};
use visavis::Engine;

use crate::decode::manifest;
use crate::resident::Resident;

/// Peak above the resting process, in MiB.
const MOST: f64 = 64.0;

/// The golden ones and, if they are present, those of `../shared/data/decode`.
fn bombs() -> Vec<PathBuf> {
    let images = files::root().join("tests/golden/images").read_dir().unwrap();
    let golden = images.map(|entry| entry.unwrap().path());
    let mut bombs: Vec<_> = golden
        .filter(|path| {
            path.file_name().is_some_and(|name| {
                let name = name.to_string_lossy();
                name.starts_with("bomb-") || name.starts_with("claims-")
            })
        })
        .collect();
    assert_eq!(bombs.len(), 9);
    if let Some(folder) = files::shared("decode") {
        let entries = manifest(&folder).into_iter().filter(|entry| entry.path.contains("bomb_"));
        bombs.extend(entries.map(|entry| folder.join(entry.path)));
        assert_eq!(bombs.len(), 9 + 6);
    }
    bombs
}

#[test]
fn bombs_are_refused_quickly_and_cheaply() {
    let sound = files::golden("astronaut.jpg");
    let mut process = Resident::start(Engine::Embedded);
    let resting = process.memory("VmRSS");
    let bombs = bombs();
    for bomb in &bombs {
        let (answer, cost) = process.verify(bomb, bomb);
        let refused = ["IMAGE_TOO_LARGE probe:", "CORRUPT_IMAGE probe:"];
        assert!(refused.iter().any(|start| answer.starts_with(start)), "{}: {answer}", bomb.display());
        assert!(cost.peak - resting < MOST, "{}: {} MiB", bomb.display(), cost.peak - resting);
        assert!(cost.seconds < 1.0, "{}: {} s of processor time", bomb.display(), cost.seconds);
    }
    let peak = process.memory("VmHWM") - resting;
    report::note(&format!("{} bombs: at most {peak:.1} MiB above the resting process", bombs.len()));
    let (answer, _) = process.verify(&sound, &sound);
    assert!(answer.ends_with(": same"), "{answer}");
}

#[test]
fn raw_pixels_have_the_same_limits_as_photos() {
    let mut options = visavis::Options::default();
    options.engine = visavis::Engine::Embedded;
    options.limits.max_pixels = 99;
    let verifier = visavis::Verifier::new(options).unwrap();
    // Used in place, and converted.
    for format in [visavis::PixelFormat::Rgb8, visavis::PixelFormat::Bgr8] {
        let pixels = visavis::Pixels::new(&[0; 300], 10, 10, format);
        let error = verifier.verify(&pixels, &pixels).unwrap_err();
        assert_eq!(
            error.to_string(),
            "probe: 10x10 pixels are more than the 99 that are allowed (IMAGE_TOO_LARGE)"
        );
        assert_eq!(error.stage(), Some(visavis::Stage::Decode));
    }
}
