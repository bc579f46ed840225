//! Checks of the C library's file: what it exports and with which version, its SONAME, and its symbols for debuggers.

use std::fs;
use std::path::{Path, PathBuf};

use crate::soname::{soname, symbol_version};
use crate::{Result, project};

/// The library in a prefix exports exactly the committed names, and has the right SONAME.
pub(super) fn exports(prefix: &Path) -> Result {
    let listed = fs::read_to_string(project::root().join("ffi/exports.txt"));
    let listed = listed.map_err(|error| format!("ffi/exports.txt: {error}"))?;
    exports_only(&shared(prefix), &listed.lines().collect::<Vec<_>>())?;
    let dynamic = project::output(project::program("readelf").arg("-d").arg(shared(prefix)))?;
    if dynamic.contains(&format!("Library soname: [{}]", soname())) {
        Ok(())
    } else {
        Err(format!("{} has another SONAME than {}", shared(prefix).display(), soname()))
    }
}

/// A shared library defines these symbols for others, and no more: any more could replace those of another library.
pub(super) fn exports_only(shared: &Path, expected: &[&str]) -> Result {
    let symbols = project::output(project::program("nm").args(["-D", "--defined-only", "-P"]).arg(shared))?;
    // In packages they have a version: `name@@VERSION`.
    let names = symbols.lines().filter_map(|line| line.split([' ', '@']).next());
    // GNU's linker defines the version as a symbol, too.
    let mut found: Vec<&str> = names.filter(|name| *name != symbol_version()).collect();
    found.sort_unstable();
    if found == expected {
        return Ok(());
    }
    let more: Vec<_> = found.iter().filter(|name| !expected.contains(name)).take(5).collect();
    Err(format!(
        "{} exports {} symbols instead of {}: {more:?}",
        shared.display(),
        found.len(),
        expected.len()
    ))
}

/// Every exported symbol has the version of this SONAME.
pub(super) fn versions(prefix: &Path) -> Result {
    let mut readelf = project::program("readelf");
    let symbols = project::output(readelf.args(["--dyn-syms", "--wide"]).arg(shared(prefix)))?;
    let end = format!("@@{}", symbol_version());
    let mut exported = symbols.lines().filter(|line| line.contains(" vav_"));
    match exported.find(|line| !line.ends_with(&end)) {
        None => Ok(()),
        Some(line) => Err(format!("a symbol without {end}: {line}")),
    }
}

/// The library itself has no names of internal functions; debuggers find them in the separate file that it refers to.
pub(super) fn symbols(prefix: &Path) -> Result {
    let shared = shared(prefix);
    let readelf =
        |what: &str| project::output(project::program("readelf").args(["--wide", what]).arg(&shared));
    let sections = readelf("--sections")?;
    if sections.contains(".symtab") || sections.contains(".debug_info") {
        return Err(format!("{} is not stripped", shared.display()));
    }
    let folder = prefix.join("lib/.debug");
    let files = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let apart = files.flatten().map(|file| file.path()).next().ok_or("no symbols are there")?;
    let inner = project::output(project::program("nm").arg(&apart))?;
    if !inner.lines().any(|line| line.contains(" t ") && line.contains("visavis")) {
        return Err(format!("{} has no names of internal functions", apart.display()));
    }
    // Debuggers ignore a file with another checksum.
    let named = readelf("--debug-dump=links")?;
    let sum = crc32(&fs::read(&apart).map_err(|error| format!("{}: {error}", apart.display()))?);
    let name = apart.file_name().unwrap_or_default().to_string_lossy();
    if named.contains(&format!("file: {name}\n")) && named.contains(&format!("CRC value: {sum:#x}\n")) {
        Ok(())
    } else {
        Err(format!("{} is {sum:#x}, but the library says: {named}", apart.display()))
    }
}

/// The checksum of `.gnu_debuglink`, and of zip.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

fn shared(prefix: &Path) -> PathBuf {
    prefix.join("lib").join(soname())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_is_that_of_its_standard() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
    }
}
