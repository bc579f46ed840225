//! A folder of people.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// Photos and whom they show, sorted by name.
pub(super) struct People {
    pub(super) photos: Vec<PathBuf>,
    /// For each photo the number of its person.
    pub(super) identities: Vec<usize>,
    /// How many people have photos.
    pub(super) count: usize,
}

/// The files in all sub-folders. Hidden ones are skipped, and so are files outside or deeper inside the sub-folders.
pub(super) fn find(folder: &Path) -> Result<People> {
    let mut people = People { photos: Vec::new(), identities: Vec::new(), count: 0 };
    for person in list(folder)?.iter().filter(|path| path.is_dir()) {
        let photos: Vec<_> = list(person)?.into_iter().filter(|path| path.is_file()).collect();
        people.identities.extend(photos.iter().map(|_| people.count));
        people.count += usize::from(!photos.is_empty());
        people.photos.extend(photos);
    }
    Ok(people)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |error| Failure::unreadable(folder, error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_folders_are_people() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b/2", "b/1", "a/1", "a/deeper/3", "empty/.hidden", ".hidden/1", "beside"] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let people = find(root.path()).unwrap();
        let names: Vec<_> =
            people.photos.iter().map(|path| path.strip_prefix(root.path()).unwrap()).collect();
        assert_eq!(names, ["a/1", "b/1", "b/2"].map(Path::new));
        assert_eq!((people.identities, people.count), (vec![0, 1, 1], 2));
        assert!(find(&root.path().join("beside")).is_err());
    }
}
