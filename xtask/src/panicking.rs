//! Libraries with a function that panics on purpose, for the tests that a panic is an error like any other.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::{Result, project};

/// The features that add it; they are in no package.
pub(crate) const FEATURES: &str = "visavis-ffi/test-panic,visavis-node/test-panic,visavis-python/test-panic";

/// The library with this name, for C, Python or Node. All are built at once, and only once in a run.
pub(crate) fn library(name: &str) -> Result<PathBuf> {
    static MADE: OnceLock<()> = OnceLock::new();
    let folder = project::target()?.join("panicking");
    let file = |name: &str| format!("lib{name}.so");
    if MADE.get().is_none() {
        project::build("dev", &["--lib", "--features", FEATURES])?;
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for name in ["visavis", "visavis_python", "visavis_node"] {
            // Copied, since the next build without the features overwrites it.
            let built = project::target()?.join("debug").join(file(name));
            fs::copy(&built, folder.join(file(name)))
                .map_err(|error| format!("{}: {error}", built.display()))?;
        }
        let _ = MADE.set(());
    }
    Ok(folder.join(file(name)))
}
