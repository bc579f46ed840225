//! Every export is guarded, listed in exports.txt and declared in the header.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The bodies of all functions that C can call, by name.
fn exports() -> Vec<(String, String)> {
    let folder = root().join("ffi/src");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let source = read(&entry.unwrap().path());
        for part in source.split("extern \"C\" fn ").skip(1) {
            let name = part.split('(').next().unwrap().to_owned();
            let body = &part[part.find(" {\n").expect("a body")..part.find("\n}").expect("its end")];
            found.push((name, body.to_owned()));
        }
    }
    found.sort();
    found
}

#[test]
fn every_export_begins_with_the_guard() {
    let exports = exports();
    assert!(exports.len() > 40, "{} exports were found", exports.len());
    for (name, body) in &exports {
        let body = body.trim_start_matches(" {\n").trim_start();
        let guarded = body.starts_with("guard(") || body.starts_with("guard_or(");
        assert!(guarded || body.starts_with("boundary::guard("), "{name} does not begin with the guard");
        assert_eq!(body.matches("guard").count(), 1, "{name} is guarded once");
    }
}

#[test]
fn exports_are_those_listed_and_declared() {
    let names: Vec<String> = exports().into_iter().map(|(name, _)| name).collect();
    let names: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| *name != "vav_test_panic").collect();
    assert!(names.iter().all(|name| name.starts_with("vav_")));
    let listed = read(&root().join("ffi/exports.txt"));
    assert_eq!(listed.lines().collect::<Vec<_>>(), names);
    let header = read(&root().join("include/visavis.h"));
    for name in names {
        assert_eq!(header.matches(&format!("{name}(")).count(), 1, "{name} in visavis.h");
    }
}
