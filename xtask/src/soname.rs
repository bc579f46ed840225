//! The names that programs are bound to: the SONAME of the shared library and the version of its symbols.

/// The version that programs are bound to: the major one, and while that is 0 the minor one too. As in ffi/build.rs.
pub(crate) fn abi() -> &'static str {
    let major = env!("CARGO_PKG_VERSION_MAJOR");
    if major == "0" { concat!("0.", env!("CARGO_PKG_VERSION_MINOR")) } else { major }
}

pub(crate) fn soname() -> String {
    format!("libvisavis.so.{}", abi())
}

/// A process that loads two versions of the library, for two plugins, binds each plugin to its own.
pub(crate) fn symbol_version() -> String {
    format!("VISAVIS_{}", abi())
}
