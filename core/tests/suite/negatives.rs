//! Pictures without a human face: how often one is found, and never in a texture.

use std::collections::BTreeMap;
use std::path::Path;

use testkit::{files, report};

use crate::verifiers;

/// How many pictures the folders hold together.
const PICTURES: usize = 207;

#[test]
fn textures_have_no_face() {
    let Some(folder) = files::shared("negatives") else { return };
    let verifier = verifiers::fastest();
    let (mut pictures, mut found) = (0, BTreeMap::new());
    for kind in sorted(&folder) {
        let name = kind.file_name().unwrap().to_string_lossy().into_owned();
        let files = sorted(&kind);
        let mut with_face = 0;
        for file in &files {
            let detection = verifier.detect(std::fs::read(file).unwrap());
            let detection = detection.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            with_face += usize::from(!detection.faces.is_empty());
        }
        report::note(&format!("{name}: a face in {with_face} of {} pictures without one", files.len()));
        pictures += files.len();
        found.insert(name, with_face);
    }
    assert_eq!(pictures, PICTURES);
    assert_eq!(found["textures"], 0, "{found:?}");
}

fn sorted(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
