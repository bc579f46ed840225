//! Every file of `../shared/data/decode` against its manifest, whose expectations are narrowed to our policies.

use std::path::Path;

use testkit::{files, report};
use visavis::{Engine, ErrorKind, Image, Verifier};

use crate::verifiers;

/// How many files the manifest names.
const FILES: usize = 117;

/// The score that any of the pictures of one person reaches against the first, even at JPEG quality 5.
const LOWEST: f32 = 60.0;

/// One line of the manifest.
pub(crate) struct Entry {
    pub(crate) path: String,
    category: String,
    expectation: String,
    face: String,
}

pub(crate) fn manifest(folder: &Path) -> Vec<Entry> {
    let text = std::fs::read_to_string(folder.join("manifest.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("path,category,decode_expectation,face_expected,note"));
    let entries: Vec<Entry> = lines
        .map(|line| {
            // Only the note is ever quoted.
            let cells: Vec<&str> = line.splitn(5, ',').collect();
            let [path, category, expectation, face, _] = cells[..] else {
                panic!("not five columns: {line}")
            };
            let owned = |cell: &str| cell.to_owned();
            Entry {
                path: owned(path),
                category: owned(category),
                expectation: owned(expectation),
                face: owned(face),
            }
        })
        .collect();
    assert_eq!(entries.len(), FILES);
    entries
}

/// The result that a file must have; `None` if either is allowed.
fn expected(entry: &Entry) -> Option<Result<(), ErrorKind>> {
    Some(match entry.expectation.as_str() {
        // Of an animation, the first picture counts; BMP, TIFF and PNM are read; 48 megapixels are allowed.
        "ok" | "ok or policy" | "ok or unsupported-format" => Ok(()),
        "error or policy" => Err(ErrorKind::CorruptImage),
        "reject by limit" | "ok or reject" => Err(ErrorKind::ImageTooLarge),
        "error" => Err(match entry.path.as_str() {
            "generated/empty.jpg" => ErrorKind::EmptyImage,
            "generated/png_sig_only.png" | "generated/riff_only.webp" => ErrorKind::CorruptImage,
            // The two bytes of soi_only.jpg are too few to recognise a JPEG.
            _ => ErrorKind::UnsupportedFormat,
        }),
        "ok or error; no panic" => return None,
        other => panic!("{}: the manifest expects {other:?}", entry.path),
    })
}

#[test]
fn every_file_decodes_or_has_its_error() {
    let Some(folder) = files::shared("decode") else { return };
    let verifier = verifiers::make(Engine::Embedded, &[]).unwrap();
    let mut complaints = Vec::new();
    for entry in manifest(&folder) {
        let result = verifier.decode(std::fs::read(folder.join(&entry.path)).unwrap());
        let result = result.map(drop).map_err(|error| error.kind());
        if expected(&entry).is_some_and(|expected| expected != result) {
            complaints.push(format!("{} ({}): {result:?}", entry.path, entry.category));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    report::note(&format!("{FILES} hard image files decoded or refused"));
}

#[test]
fn faces_are_found_where_the_manifest_says() {
    let Some(folder) = files::shared("decode") else { return };
    let verifier = verifiers::fastest();
    let base = std::fs::read(folder.join("generated/base.png")).unwrap();
    let (mut with, mut without, mut lowest) = (0, 0, 100.0_f32);
    for entry in manifest(&folder) {
        let photo = std::fs::read(folder.join(&entry.path)).unwrap();
        match entry.face.as_str() {
            "yes" => {
                let verdict = verifier.verify(&photo, &base);
                let score =
                    verdict.unwrap_or_else(|error| panic!("{}: {error}", entry.path)).comparison.score;
                assert!(score >= LOWEST, "{}: {score}", entry.path);
                lowest = lowest.min(score);
                with += 1;
            }
            "no" | "no in frame 1" => {
                let faces = verifier.detect(&photo).map_or(0, |detection| detection.faces.len());
                assert_eq!(faces, 0, "{}", entry.path);
                without += 1;
            }
            // Tiny, broken or transparent pictures, and group photos.
            "maybe" | "policy" | "probably not below ~64" => {}
            other => panic!("{}: the manifest says of a face {other:?}", entry.path),
        }
    }
    assert!(with > 40 && without > 10, "{with} with and {without} without a face");
    report::note(&format!("{with} files of one person: lowest score {lowest:.1}; {without} without a face"));
}

#[test]
fn transparent_pixels_show_no_face() {
    let Some(folder) = files::shared("decode") else { return };
    let photo = std::fs::read(folder.join("generated/rgba_fully_transparent.png")).unwrap();
    let detection = verifiers::fastest().detect(&photo).unwrap();
    assert!(detection.faces.is_empty());
}

#[test]
fn every_orientation_is_upright() {
    let Some(folder) = files::shared("decode") else { return };
    let verifier = verifiers::make(Engine::Embedded, &[]).unwrap();
    let mut compared = 0;
    for (original, variants) in orientations() {
        let original = open(&verifier, &folder.join(original));
        for variant in variants {
            let image = open(&verifier, &folder.join(&variant));
            let difference = difference(&original, &image);
            assert!(difference < 6.0, "{variant}: {difference} levels");
            compared += 1;
        }
    }
    assert_eq!(compared, 2 * 8 + 3 * 8);
}

/// A picture, and others that must look the same.
fn orientations() -> Vec<(String, Vec<String>)> {
    let photographed = ["Landscape", "Portrait"].map(|name| {
        (
            format!("exif/{name}_1.jpg"),
            [0, 2, 3, 4, 5, 6, 7, 8].map(|n| format!("exif/{name}_{n}.jpg")).to_vec(),
        )
    });
    let made = (1..=8).flat_map(|n| {
        ["jpg", "png", "webp"].map(|format| format!("generated/exif_orientation_{n}.{format}"))
    });
    let made = ("generated/base.png".to_owned(), made.collect());
    photographed.into_iter().chain([made]).collect()
}

fn open(verifier: &Verifier, path: &Path) -> Image<'static> {
    let bytes = std::fs::read(path).unwrap();
    verifier.decode(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Mean difference of two pictures of one size, in levels of 256.
fn difference(one: &Image<'_>, other: &Image<'_>) -> f64 {
    assert_eq!((one.width(), one.height()), (other.width(), other.height()));
    let differences = one.rgb().iter().zip(other.rgb()).map(|(a, b)| u64::from(a.abs_diff(*b)));
    differences.sum::<u64>() as f64 / one.rgb().len() as f64
}
