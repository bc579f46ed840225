//! Where ONNX Runtime's library may be.

use std::env;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use crate::engine::process::file_of;
use crate::engine::process::{has_rights_of_others, only_owners_write};
use crate::options::Options;

/// Set by users and by other programs that load ONNX Runtime at run time.
const VARIABLE: &str = "ORT_DYLIB_PATH";

#[cfg(target_os = "macos")]
const FILE_NAMES: &[&str] = &["libonnxruntime.1.dylib", "libonnxruntime.dylib"];
#[cfg(windows)]
const FILE_NAMES: &[&str] = &["onnxruntime.dll"];
#[cfg(not(any(target_os = "macos", windows)))]
const FILE_NAMES: &[&str] = &["libonnxruntime.so.1", "libonnxruntime.so"];

/// Places to try, best first: only the given path; else only the environment variable; else next to our own library and
/// next to the program, then where a binding found one, and last the system's loader.
///
/// A user who names a path wants that library, so a wrong path is reported instead of skipped.
pub(super) fn candidates(options: &Options) -> Vec<PathBuf> {
    if let Some(path) = named(options) {
        return vec![path];
    }
    if has_rights_of_others() {
        return found(options).filter(|path| only_owners_write(path)).collect();
    }
    // Without a folder in the name the loader searches as it does for every program.
    found(options).chain(FILE_NAMES.iter().map(PathBuf::from)).collect()
}

/// The library named in the options or, in a process that may trust it, in the environment.
pub(super) fn named(options: &Options) -> Option<PathBuf> {
    let variable = || if has_rights_of_others() { None } else { env::var_os(VARIABLE) };
    options.onnxruntime.clone().or_else(|| variable().filter(|path| !path.is_empty()).map(PathBuf::from))
}

/// Files that exist next to our library or the program, or where a binding found one. An installation puts its library
/// into the folder `visavis`, since it must not replace one of the user's.
fn found(options: &Options) -> impl Iterator<Item = PathBuf> {
    let homes = [own_library(), env::current_exe().ok()];
    let folders = homes.into_iter().flatten().filter_map(|file| file.parent().map(Path::to_owned));
    let beside = folders
        .flat_map(|folder| {
            ["visavis", "", "lib/visavis", "lib", "../lib/visavis", "../lib"].map(|name| folder.join(name))
        })
        .flat_map(|folder| FILE_NAMES.iter().map(move |name| folder.join(name)))
        .filter(|path| path.is_file());
    beside.chain(options.onnxruntime_hint.clone())
}

/// The file that this code was loaded from: the program, or a shared library that contains it.
#[cfg(unix)]
fn own_library() -> Option<PathBuf> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let address: fn() -> Option<PathBuf> = own_library;
    let name = file_of(address as *const libc::c_void)?;
    std::fs::canonicalize(OsStr::from_bytes(name.to_bytes())).ok()
}

#[cfg(not(unix))]
fn own_library() -> Option<PathBuf> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_library_is_the_only_candidate_and_found_ones_precede_the_systems() {
        let mut options = Options { onnxruntime_hint: Some("found.so".into()), ..Options::default() };
        let places = candidates(&options);
        let last: Vec<PathBuf> = std::iter::once(&"found.so").chain(FILE_NAMES).map(PathBuf::from).collect();
        match env::var_os(VARIABLE) {
            Some(named) => assert_eq!(places, [PathBuf::from(named)]),
            None => assert!(places.ends_with(&last), "{places:?}"),
        }
        options.onnxruntime = Some("named.so".into());
        assert_eq!(candidates(&options), [PathBuf::from("named.so")]);
    }
}
