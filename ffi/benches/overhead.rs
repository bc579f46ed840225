//! What the C ABI costs compared with the Rust API: the same verifications through both, one after the other.
//!
//! `cargo build --release -p visavis-ffi && cargo bench -p visavis-ffi [-- FOLDER]`; FOLDER holds photos
//! (default: those of the golden cases). Medians of interleaved runs; the ratio is what counts.

#![allow(unsafe_code, reason = "a C library is called")]

use std::ffi::{CString, c_void};
use std::hint::black_box;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use face::{Options, Verifier};

const PAIRS: usize = 20;
const ROUNDS: usize = 21;

type Verify =
    unsafe extern "C" fn(*const c_void, *const CPhoto, *const CPhoto, *mut CResult, *mut *mut c_void) -> i32;

#[repr(C)]
struct CPhoto {
    struct_size: usize,
    data: *const u8,
    len: usize,
    stride: usize,
    /// Width, height, format and flags: all 0 for an encoded photo.
    form: [u32; 4],
    colour_offset: usize,
    /// Rotation and the reserved member.
    rest: [u32; 2],
}

#[repr(C)]
struct CResult {
    struct_size: usize,
    similarity: f32,
    score: f32,
    is_match: i32,
    flags: u32,
    samples: [[u32; 40]; 2],
}

/// The C library in the target folder of this program, with a verifier of one worker.
struct Library {
    verify: Verify,
    verifier: *mut c_void,
}

impl Library {
    fn load() -> Self {
        let program = std::env::current_exe().expect("a program has a path");
        let folder = program.ancestors().nth(2).expect("benchmarks are in TARGET/release/deps");
        let path = folder.join("libvisavis.so");
        let name = CString::new(path.as_os_str().as_bytes()).expect("paths contain no 0");
        // SAFETY: the library is ours; loading it runs nothing.
        let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
        assert!(!library.is_null(), "{} cannot be loaded: build it first", path.display());
        let symbol = |name: &std::ffi::CStr| {
            // SAFETY: the handle is valid and the name ends with 0.
            let symbol = unsafe { libc::dlsym(library, name.as_ptr()) };
            assert!(!symbol.is_null(), "{name:?} is missing");
            symbol
        };
        let mut verifier = std::ptr::null_mut();
        // SAFETY: the types are those of visavis.h.
        unsafe {
            let config_new: unsafe extern "C" fn() -> *mut c_void =
                std::mem::transmute(symbol(c"vav_config_new"));
            let set_workers: unsafe extern "C" fn(*mut c_void, usize) -> i32 =
                std::mem::transmute(symbol(c"vav_config_set_workers"));
            let verifier_new: unsafe extern "C" fn(*const c_void, *mut *mut c_void, *mut *mut c_void) -> i32 =
                std::mem::transmute(symbol(c"vav_verifier_new"));
            let config = config_new();
            assert_eq!(set_workers(config, 1), 0);
            assert_eq!(verifier_new(config, &raw mut verifier, std::ptr::null_mut()), 0);
            Library { verify: std::mem::transmute::<*mut c_void, Verify>(symbol(c"vav_verify")), verifier }
        }
    }

    fn score(&self, probe: &[u8], reference: &[u8]) -> Option<f32> {
        let size = std::mem::size_of::<CResult>();
        let mut result = CResult {
            struct_size: size,
            similarity: 0.0,
            score: 0.0,
            is_match: 0,
            flags: 0,
            samples: [[0; 40]; 2],
        };
        let [probe, reference] = [probe, reference].map(|photo| CPhoto {
            struct_size: std::mem::size_of::<CPhoto>(),
            data: photo.as_ptr(),
            len: photo.len(),
            stride: 0,
            form: [0; 4],
            colour_offset: 0,
            rest: [0; 2],
        });
        let (probe, reference, err) = (&raw const probe, &raw const reference, std::ptr::null_mut());
        // SAFETY: the lengths are those of the slices, and the structs are those of visavis.h.
        let status = unsafe { (self.verify)(self.verifier, probe, reference, &raw mut result, err) };
        (status == 0).then_some(result.score)
    }
}

/// The first photos of a folder and its subfolders, by name.
fn photos(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for path in entries.map(|entry| entry.expect("a folder can be listed").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "jpg") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().take(2 * PAIRS).map(|path| std::fs::read(path).expect("a photo that was listed")).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Processor time of this process, so that other load does not count. That of the calling thread would not do: a worker
/// of the embedded engine computes on a thread of its own.
fn milliseconds(work: impl FnOnce() -> Option<f32>) -> (f64, Option<f32>) {
    let start = processor_ms();
    let score = black_box(work());
    (processor_ms() - start, score)
}

fn processor_ms() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every system that the library is built for, and the struct is ours.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(status, 0);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn main() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/images");
    let named = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let photos = photos(&named.map_or(golden, PathBuf::from));
    let mut options = Options::default();
    options.workers = 1;
    let rust = Verifier::new(options).expect("the models are in the library");
    let c = Library::load();
    let pairs: Vec<_> =
        photos.windows(2).filter(|pair| c.score(&pair[0], &pair[1]).is_some()).take(PAIRS).collect();
    assert!(!pairs.is_empty(), "no two consecutive photos have faces");
    let mut ratios = Vec::new();
    let (mut through_rust, mut through_c) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for (index, pair) in pairs.iter().enumerate() {
            let by_rust = || Some(rust.verify(&pair[0], &pair[1]).ok()?.comparison.score);
            let by_c = || c.score(&pair[0], &pair[1]);
            // Each side goes first equally often.
            let ((r, one), (c, other)) = if (round + index) % 2 == 0 {
                (milliseconds(by_rust), milliseconds(by_c))
            } else {
                let second = milliseconds(by_c);
                (milliseconds(by_rust), second)
            };
            assert_eq!(one, other, "both must give the same score");
            through_rust.push(r);
            through_c.push(c);
            ratios.push(c / r);
        }
    }
    let (r, c) = (median(through_rust), median(through_c));
    println!("{} pairs, {ROUNDS} rounds, engine {:?}", pairs.len(), rust.engine().engine);
    println!("median verification: Rust {r:.3} ms, C {c:.3} ms, ratio {:.4}", c / r);
    println!("median of the ratios pair by pair: {:.4}", median(ratios));
}
