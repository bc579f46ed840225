//! Files that are no part of the repository: they lie beside it where it is developed.

use std::path::PathBuf;

use crate::{aloud, photos};

/// A folder of `../shared/data`, or a word that it is absent.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let folder = photos::root().join("../shared/data").join(name);
    if !folder.is_dir() {
        aloud::say(&format!("SKIPPED: the files of {name}: there is no ../shared/data/{name}"));
        return None;
    }
    Some(folder)
}
