//! The folders of the machine that builds. No published file contains their paths, which would tell who built it and where.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, project};

/// The compiler's flags that replace these paths in what it compiles. The last one that matches a path applies.
pub(crate) fn flags() -> Result<Vec<String>> {
    let flag = |(folder, name): (PathBuf, &str)| format!("--remap-path-prefix={}=/{name}", folder.display());
    Ok(folders()?.into_iter().map(flag).collect())
}

/// Each folder, and the name that replaces it.
fn folders() -> Result<Vec<(PathBuf, &'static str)>> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let folders = [
        (named("HOME"), "home"),
        (named("RUSTUP_HOME").or_else(|| Some(named("HOME")?.join(".rustup"))), "rustup"),
        (named("CARGO_HOME").or_else(|| Some(named("HOME")?.join(".cargo"))), "cargo"),
        (Some(project::root().to_owned()), "visavis"),
        (Some(project::target()?), "visavis/target"),
    ];
    let known = folders.into_iter().filter_map(|(folder, name)| Some((folder?, name)));
    // In a container the home may be `/`.
    Ok(known.filter(|(folder, _)| folder.is_absolute() && folder.parent().is_some()).collect())
}

/// Checks that a file, or every file in a folder, contains none of these paths.
pub(crate) fn leaves_no_trace(place: &Path) -> Result {
    let about = |error: std::io::Error| format!("{}: {error}", place.display());
    if place.is_dir() {
        let files = fs::read_dir(place).map_err(about)?.flatten();
        return files.map(|file| file.path()).try_for_each(|file| leaves_no_trace(&file));
    }
    let folders = folders()?;
    let folders: Vec<&str> = folders.iter().filter_map(|(folder, _)| folder.to_str()).collect();
    match trace(&fs::read(place).map_err(about)?, &folders) {
        None => Ok(()),
        Some(folder) => Err(format!("{} contains the path {folder} of this machine", place.display())),
    }
}

fn trace<'f>(bytes: &[u8], folders: &[&'f str]) -> Option<&'f str> {
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    let mut found =
        starts.flat_map(|(at, _)| folders.iter().filter(move |folder| begins(&bytes[at..], folder)));
    found.next().copied()
}

/// A longer name does not count: one home may be the start of another.
fn begins(bytes: &[u8], folder: &str) -> bool {
    let rest = bytes.strip_prefix(folder.as_bytes());
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    rest.is_some_and(|rest| !rest.first().is_some_and(in_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_found_anywhere_but_not_in_a_longer_name() {
        let folders = ["/home/ann", "/srv/build"];
        // The strings of a library follow each other without a separator.
        for bytes in ["message/home/ann/.cargo/registry", "\0/home/ann\0", "file:///home/ann#0.2.0"] {
            assert_eq!(trace(bytes.as_bytes(), &folders), Some("/home/ann"), "{bytes}");
        }
        assert_eq!(trace(b"/visavis/core/src/lib.rs", &folders), None);
        assert_eq!(trace(b"/home/anna /home/ann-only /srv/builds", &folders), None);
    }

    #[test]
    fn the_repository_is_noticed_in_a_folder_of_files() {
        let folder = project::target().unwrap().join("trace");
        fs::create_dir_all(folder.join("inner")).unwrap();
        fs::write(folder.join("inner/file"), "nothing").unwrap();
        leaves_no_trace(&folder).unwrap();
        fs::write(folder.join("inner/file"), format!("{}/core", project::root().display())).unwrap();
        let said = leaves_no_trace(&folder).unwrap_err();
        assert!(said.contains(&project::root().display().to_string()), "{said}");
        fs::remove_dir_all(folder).unwrap();
    }
}
