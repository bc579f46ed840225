//! Whether a shared library is complete. The loader maps what its headers declare, and reading beyond the end of the
//! file ends the process (SIGBUS).

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Where the header of a 64-bit file describes its table of sections, which linkers put last: offset, size of an entry,
/// number of entries.
const TABLE: [usize; 3] = [0x28, 0x3a, 0x3c];

/// True for a 64-bit little-endian ELF file that ends before its table of sections does; false for any other file, which
/// the loader checks itself.
pub(super) fn is_cut_short(library: &Path) -> bool {
    let mut header = [0; 64];
    let Ok(mut file) = File::open(library) else { return false };
    let Ok(length) = file.metadata().map(|about| about.len()) else { return false };
    if file.read_exact(&mut header).is_err() || !header.starts_with(b"\x7fELF\x02\x01") {
        return false;
    }
    let number = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
    let [offset, size, count] = TABLE;
    let offset = u64::from_le_bytes(header[offset..offset + 8].try_into().expect("eight bytes"));
    offset.saturating_add(number(size) * number(count)) > length
}

#[cfg(all(test, target_os = "linux", target_pointer_width = "64"))]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_library_is_detected_before_it_is_loaded() {
        let whole = std::env::current_exe().unwrap();
        assert!(!is_cut_short(&whole) && !is_cut_short(Path::new("/nowhere")));
        let folder = tempfile::tempdir().unwrap();
        let cut = folder.path().join("cut.so");
        let bytes = std::fs::read(whole).unwrap();
        for (length, expected) in [(bytes.len() / 2, true), (bytes.len() - 1, true), (10, false)] {
            std::fs::write(&cut, &bytes[..length]).unwrap();
            assert_eq!(is_cut_short(&cut), expected, "{length} bytes");
        }
    }
}
