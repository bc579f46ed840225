//! Where ONNX Runtime's library may lie.

use std::env;
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Set by users and by other programs that load ONNX Runtime at run time.
const VARIABLE: &str = "ORT_DYLIB_PATH";

#[cfg(target_os = "macos")]
const FILE_NAMES: &[&str] = &["libonnxruntime.1.dylib", "libonnxruntime.dylib"];
#[cfg(not(target_os = "macos"))]
const FILE_NAMES: &[&str] = &["libonnxruntime.so.1", "libonnxruntime.so"];

/// Places to try, best first: the path that was given and nothing else; else the environment variable and nothing
/// else; else beside our own library and beside the program; last the system's loader.
///
/// Whoever names a path wants that library, so a wrong one is told instead of passed over.
pub(super) fn candidates(explicit: Option<&Path>) -> Vec<PathBuf> {
    if let Some(path) = explicit {
        return vec![path.to_owned()];
    }
    if let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        return vec![path.into()];
    }
    let homes = [own_library(), env::current_exe().ok()];
    let folders = homes.iter().flatten().filter_map(|file| file.parent());
    let beside = folders.flat_map(|folder| [folder.to_owned(), folder.join("lib"), folder.join("../lib")]);
    let mut found: Vec<PathBuf> = beside
        .flat_map(|folder| FILE_NAMES.iter().map(move |name| folder.join(name)))
        .filter(|path| path.is_file())
        .collect();
    // Without a folder in the name the loader searches as it does for every program.
    found.extend(FILE_NAMES.iter().map(PathBuf::from));
    found
}

/// The file that this code was loaded from: the program, or a shared library that contains it.
#[allow(unsafe_code)]
fn own_library() -> Option<PathBuf> {
    let address: fn() -> Option<PathBuf> = own_library;
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: dladdr only looks the address up; it fills `info` when it returns nonzero.
    let info = unsafe {
        if libc::dladdr(address as *const libc::c_void, info.as_mut_ptr()) == 0 {
            return None;
        }
        info.assume_init()
    };
    if info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: a name that dladdr returns is a C string that lives as long as the library it names, which is ours.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    std::fs::canonicalize(OsStr::from_bytes(name.to_bytes())).ok()
}
