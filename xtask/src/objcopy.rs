//! Strips libraries, and moves symbols for debuggers to a separate file. This uses the tool that comes with the compiler,
//! because the system's supports only files of its own processor.

use std::path::Path;

use crate::release::HOST;
use crate::{Result, project, toolchain};

/// Copies a library without its symbols for debuggers.
pub(crate) fn strip(from: &Path, to: &Path) -> Result {
    objcopy(&["--strip-unneeded"], from, to)
}

/// The same for a static library, whose other symbols the linker still needs.
pub(crate) fn strip_archive(from: &Path, to: &Path) -> Result {
    objcopy(&["--strip-debug"], from, to)
}

/// Copies a library without its symbols for debuggers; the names of its functions go to the file `symbols`, whose name and
/// checksum the copy contains. Line numbers are dropped: only those of Rust's and zig's libraries are there, and zig's contain
/// paths of this machine.
pub(crate) fn split(from: &Path, to: &Path, symbols: &Path) -> Result {
    objcopy(&["--only-keep-debug", "--strip-debug"], from, symbols)?;
    objcopy(&["--strip-unneeded", &format!("--add-gnu-debuglink={}", symbols.display())], from, to)
}

fn objcopy(how: &[&str], from: &Path, to: &Path) -> Result {
    let sysroot = toolchain::sysroot()?;
    let program = format!("lib/rustlib/{}/bin/rust-objcopy", HOST.triple);
    let mut objcopy = project::program(sysroot.join(program));
    objcopy.env("LD_LIBRARY_PATH", sysroot.join("lib")).args(how).arg(from).arg(to);
    project::run_quietly(&mut objcopy)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::release::PLATFORMS;

    #[test]
    fn symbols_are_split_off_for_every_processor() {
        let folder = project::target().unwrap().join("objcopy");
        fs::create_dir_all(&folder).unwrap();
        let (library, symbols) = (folder.join("library.so"), folder.join("library.so.debug"));
        let toolchain = toolchain::sysroot().unwrap().join("lib/rustlib");
        let mut found = 0;
        for platform in PLATFORMS {
            // Not every target has been added to the toolchain.
            let Ok(files) = fs::read_dir(toolchain.join(platform.triple).join("lib")) else { continue };
            let is_library = |file: &Path| file.extension().is_some_and(|end| end == "so");
            let Some(std) = files.flatten().map(|file| file.path()).find(|file| is_library(file)) else {
                continue;
            };
            split(&std, &library, &symbols).unwrap();
            let size = |file: &Path| fs::metadata(file).unwrap().len();
            assert!(size(&library) < size(&std) && size(&symbols) > 0, "{}", platform.triple);
            let text = fs::read(&library).unwrap();
            assert!(text.windows(17).any(|bytes| bytes == b"library.so.debug\0"), "{}", platform.triple);
            found += 1;
        }
        assert!(found > 0, "no library of any platform was found");
        fs::remove_dir_all(folder).unwrap();
    }
}
