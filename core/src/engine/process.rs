//! The kind of process: whether it may load a library, and whom it may trust to choose one.

use std::ffi::{CString, c_void};
use std::path::Path;

/// Whether the process has rights that its caller does not have (setuid, setgid, file capabilities), as the kernel
/// reported when it started. If so, nothing that the caller controls may choose the code that is loaded.
/// `secure_getenv` makes the same check.
#[allow(unsafe_code)]
pub(super) fn has_rights_of_others() -> bool {
    // SAFETY: reads a number that the kernel gave to the process.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return unsafe { libc::getauxval(libc::AT_SECURE) } != 0;
    // SAFETY: reads a flag of the process.
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    return unsafe { libc::issetugid() } != 0;
    // There are no such rights.
    #[cfg(not(unix))]
    false
}

/// Whether the program is linked without a dynamic loader. A library that it loaded would bring in a second C library and
/// crash.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub(super) fn is_static() -> bool {
    /// Called for the program first; any result other than 0 ends the iteration.
    unsafe extern "C" fn has_loader(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        found: *mut c_void,
    ) -> libc::c_int {
        // SAFETY: the C library passes its own description, and the pointer that was given to it.
        unsafe {
            let headers = std::slice::from_raw_parts((*info).dlpi_phdr, (*info).dlpi_phnum.into());
            *found.cast::<bool>() = headers.iter().any(|header| header.p_type == libc::PT_INTERP);
        }
        1
    }
    let mut found = false;
    // SAFETY: the callback is of the right type, and the flag outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(has_loader), (&raw mut found).cast()) };
    !found
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_static() -> bool {
    false
}

/// The names of all libraries of the process, as [`file_of`] gives them.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub(super) fn libraries() -> Vec<CString> {
    unsafe extern "C" fn note(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        names: *mut c_void,
    ) -> libc::c_int {
        // SAFETY: the C library passes its own description, and the pointer that was given to it.
        unsafe {
            if let Some(name) = (*info).dlpi_name.as_ref() {
                (*names.cast::<Vec<CString>>()).push(std::ffi::CStr::from_ptr(name).to_owned());
            }
        }
        0
    }
    let mut names = Vec::new();
    // SAFETY: the callback is of the right type, and the list outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(note), (&raw mut names).cast()) };
    names
}

#[cfg(not(target_os = "linux"))]
pub(super) fn libraries() -> Vec<CString> {
    Vec::new()
}

/// The file that the code at this address was loaded from: the program, or a shared library.
#[cfg(unix)]
#[allow(unsafe_code)]
pub(super) fn file_of(address: *const c_void) -> Option<CString> {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: dladdr only looks the address up; it fills `info` when it returns nonzero.
    let info = unsafe {
        if libc::dladdr(address, info.as_mut_ptr()) == 0 {
            return None;
        }
        info.assume_init()
    };
    // SAFETY: a name that dladdr returns is a C string that lives as long as the library it names.
    unsafe { info.dli_fname.as_ref().map(|name| std::ffi::CStr::from_ptr(name).to_owned()) }
}

#[cfg(not(unix))]
pub(super) fn file_of(_: *const c_void) -> Option<CString> {
    None
}

/// Whether only root and the owner of the process's rights can change the file, or put another one in its place: they
/// own it and every folder above it, and nobody else may write there.
#[cfg(unix)]
pub(super) fn only_owners_write(path: &Path) -> bool {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    // SAFETY: has no preconditions and cannot fail.
    #[allow(unsafe_code)]
    let owner = unsafe { libc::geteuid() };
    let Ok(path) = path.canonicalize() else { return false };
    path.ancestors().all(|part| {
        fs::metadata(part).is_ok_and(|about| [0, owner].contains(&about.uid()) && about.mode() & 0o022 == 0)
    })
}

#[cfg(not(unix))]
pub(super) fn only_owners_write(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_in_a_folder_that_everybody_writes_to_is_not_trusted() {
        assert!(only_owners_write(Path::new("/usr")) && !only_owners_write(Path::new("/nowhere")));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("library");
        fs::write(&file, "").unwrap();
        // /tmp itself is writable by everybody.
        assert!(!only_owners_write(&file));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(!only_owners_write(&file));
    }

    #[test]
    fn a_test_is_a_dynamic_program_with_the_rights_of_its_caller() {
        assert!(!has_rights_of_others() && (!is_static() || cfg!(target_env = "musl")));
    }
}
