//! Where the golden photos lie.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("core/ lies in the repository")
}

/// A file of `tests/golden/images`.
pub(crate) fn golden(name: &str) -> PathBuf {
    root().join("tests/golden/images").join(name)
}
