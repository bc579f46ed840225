//! What programs are bound to: the name of the shared library, and the version of its symbols.

/// The major version, and while that is 0 the minor one too. As in ffi/build.rs.
pub(crate) fn abi() -> &'static str {
    let major = env!("CARGO_PKG_VERSION_MAJOR");
    if major == "0" { concat!("0.", env!("CARGO_PKG_VERSION_MINOR")) } else { major }
}

pub(crate) fn soname() -> String {
    format!("libvisavis.so.{}", abi())
}

/// Besides the SONAME, so that a process that loads two of these libraries, for two others, does not mix them up.
pub(crate) fn symbol_version() -> String {
    format!("VISAVIS_{}", abi())
}
