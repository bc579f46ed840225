//! The versions of the header and of the library.

use std::ffi::c_char;

use crate::boundary::guard_or;

/// Version of this header: incremented for incompatible changes. While it is 0, minor versions may be incompatible.
pub const VAV_VERSION_MAJOR: i32 = 0;
/// Version of this header: incremented for additions.
pub const VAV_VERSION_MINOR: i32 = 2;
/// Version of this header: incremented for fixes.
pub const VAV_VERSION_PATCH: i32 = 0;

/// The version of the loaded library, for example "0.2.0". It may be newer than that of the header.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_version() -> *const c_char {
    guard_or(c"".as_ptr(), || concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
}

/// The same as one number that grows with every version: major * 1000000 + minor * 1000 + patch.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn vav_version_number() -> i32 {
    guard_or(0, || VAV_VERSION_MAJOR * 1_000_000 + VAV_VERSION_MINOR * 1000 + VAV_VERSION_PATCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_the_version_of_the_library() {
        let header = format!("{VAV_VERSION_MAJOR}.{VAV_VERSION_MINOR}.{VAV_VERSION_PATCH}");
        assert_eq!(header, env!("CARGO_PKG_VERSION"));
        assert_eq!(vav_version_number(), 2000);
    }
}
