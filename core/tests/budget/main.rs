//! The memory that decoding takes and may take, counted by the allocator: in a separate process, since everything in it
//! is counted. One test at a time.

mod made;

use std::path::PathBuf;
use std::sync::Mutex;

use peak_alloc::PeakAlloc;
use testkit::{files, report};
use visavis::{Engine, ErrorKind, Options, Side, Verifier};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static ALONE: Mutex<()> = Mutex::new(());

/// What codecs take regardless of the picture's size: tables, windows of recently unpacked data, profiles.
const FIXED: usize = 1 << 20;

/// What every call allocates on trial before it begins, and frees.
const TRIED: usize = 16 << 20;

fn verifier(engine: Engine, max_decode_bytes: u64) -> Verifier {
    let mut options = Options::default();
    options.engine = engine;
    options.workers = 1;
    options.limits.max_decode_bytes = max_decode_bytes;
    Verifier::new(options).unwrap()
}

/// The result, and the peak of what was allocated while it was computed.
fn counted<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    (result, MEMORY.peak_usage().saturating_sub(before))
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The golden photos and, if they are present, those of `../shared/data/decode`.
fn photos() -> Vec<PathBuf> {
    let mut folders = vec![files::root().join("tests/golden/images")];
    folders.extend(files::shared("decode").into_iter().flat_map(|f| [f.join("exif"), f.join("generated")]));
    let entries = folders.iter().flat_map(|folder| folder.read_dir().unwrap());
    let photos: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    assert!(photos.len() > 100, "{} photos", photos.len());
    photos
}

#[test]
fn no_photo_takes_more_than_its_budget() {
    let _alone = ALONE.lock();
    let photos = photos();
    let mut worst = 0.0_f64;
    let mut refused = 0;
    for budget in [160 << 20, 4 << 20, 1 << 20] {
        let verifier = verifier(Engine::Embedded, budget as u64);
        for photo in &photos {
            let bytes = std::fs::read(photo).unwrap();
            let (result, peak) = counted(|| verifier.decode(&bytes).map(drop));
            assert!(
                peak <= budget.max(TRIED) + FIXED,
                "{}: {:.1} of {:.0} MiB",
                photo.display(),
                mib(peak),
                mib(budget)
            );
            if result.is_err_and(|error| error.message().contains("bytes of memory")) {
                refused += 1;
            }
            worst = worst.max(mib(peak));
        }
    }
    assert!(refused > 10, "{refused}");
    report::note(&format!(
        "{} photos under 3 budgets, {refused} refused: at most {worst:.1} MiB",
        photos.len()
    ));
}

#[test]
fn a_rotated_png_of_16_bits_takes_no_second_copy() {
    let _alone = ALONE.lock();
    // 403 kB on disk. In a former version it took 16 bytes a pixel, 1.5 GiB for two.
    let png = made::png_16_bit_turned(7071);
    let verifier = verifier(Engine::Embedded, 160 << 20);
    let (image, peak) = counted(|| verifier.decode(&png).unwrap());
    assert_eq!((image.width(), image.height()), (7071, 7070));
    assert!(peak < 160 << 20, "{:.1} MiB", mib(peak));
    report::note(&format!("a PNG of 50 megapixels, 16 bits, turned: {:.1} MiB", mib(peak)));
}

#[test]
fn photos_of_48_megapixels_are_searched_under_64_mib() {
    let _alone = ALONE.lock();
    let mut photos = vec![("made, progressive", made::progressive_jpeg(8000, 6000, 10))];
    if let Some(folder) = files::shared("decode") {
        photos.push(("photographed", std::fs::read(folder.join("generated/large_48mp.jpg")).unwrap()));
    }
    // ONNX Runtime's memory for the networks is not counted; it does not depend on the photo.
    let installed = std::env::current_exe().unwrap().with_file_name("libonnxruntime.so.1").is_file();
    if !installed && std::env::var_os("ORT_DYLIB_PATH").is_none() {
        return report::skip("ONNX Runtime", "it is not installed; `cargo xtask onnxruntime` fetches it");
    }
    let verifier = verifier(Engine::OnnxRuntime, 160 << 20);
    for (name, photo) in photos {
        let (found, peak) = counted(|| verifier.detect(&photo).unwrap());
        assert!(found.width * found.height == 48_000_000);
        assert!(peak < 64 << 20, "{name}: {:.1} MiB", mib(peak));
        report::note(&format!("48 megapixels, {name}: {:.1} MiB without the networks", mib(peak)));
    }
}

#[test]
fn scans_without_end_are_refused() {
    let _alone = ALONE.lock();
    let verifier = verifier(Engine::Embedded, 160 << 20);
    assert!(verifier.detect(made::progressive_jpeg(800, 600, 100)).is_ok());
    let error = verifier.detect(made::progressive_jpeg(800, 600, 101)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CorruptImage);
}

#[test]
fn after_an_unreadable_probe_the_reference_costs_nothing() {
    let _alone = ALONE.lock();
    let verifier = verifier(Engine::Embedded, 160 << 20);
    let reference = made::png_16_bit_turned(7071);
    let (error, peak) = counted(|| verifier.verify(b"no photo", &reference).unwrap_err());
    assert_eq!((error.kind(), error.side()), (ErrorKind::UnsupportedFormat, Some(Side::Probe)));
    assert!(peak <= TRIED + FIXED, "{:.1} MiB", mib(peak));
}
