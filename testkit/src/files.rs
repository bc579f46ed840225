//! Where the photos are: those of the repository, and those next to it on machines that have them.

use std::path::{Path, PathBuf};

use crate::report;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("testkit/ is in the repository")
}

/// A file of `tests/golden/images`.
pub fn golden(name: &str) -> PathBuf {
    root().join("tests/golden/images").join(name)
}

/// The bytes of a file of `tests/golden/images`.
#[track_caller]
pub fn photo(name: &str) -> Vec<u8> {
    let path = golden(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// EXIF with nothing but orientation 6, "turn right", as phones write it.
pub const TURNED: &[u8] = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

/// A small file with a large picture: an RGB PNG of one colour, `side` pixels wide and high.
#[track_caller]
pub fn blank_png(side: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    let mut rows = writer.stream_writer().unwrap();
    let row = vec![0x40; 3 * side as usize];
    (0..side).for_each(|_| std::io::Write::write_all(&mut rows, &row).unwrap());
    rows.finish().unwrap();
    writer.finish().unwrap();
    file
}

/// A folder of `../shared/data`; if it is absent, notes that. These files cannot be installed, so CI runs without them.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = root().join("../shared/data").join(name);
    if !folder.is_dir() {
        report::note(&format!("SKIPPED: the files of {name}: there is no ../shared/data/{name}"));
        return None;
    }
    Some(folder)
}
