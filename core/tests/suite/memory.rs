//! How much memory two photos of a phone cost.

use std::path::Path;

use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use testkit::files::{self, TURNED};
use testkit::report;

use crate::resident::Resident;
use crate::verifiers;

const MOST: f64 = 300.0;

#[test]
fn two_photos_of_12_megapixels_stay_under_300_mib() {
    let folder = tempfile::tempdir().unwrap();
    let photos = [folder.path().join("turned.jpg"), folder.path().join("upright.jpg")];
    write_photo(&photos[0], Some(TURNED));
    write_photo(&photos[1], None);
    for verifier in verifiers::both() {
        let engine = verifier.engine().engine;
        drop(verifier);
        let (answer, cost) = Resident::start(engine).verify(&photos[0], &photos[1]);
        assert!(answer.ends_with(": same"), "{answer}");
        report::note(&format!("two photos of 12 megapixels, {}: {:.0} MiB", engine.name(), cost.peak));
        assert!(cost.peak < MOST, "{} MiB", cost.peak);
    }
}

/// The golden portrait as a phone would have taken it.
fn write_photo(path: &Path, exif: Option<&[u8]>) {
    let portrait = image::open(files::golden("astronaut.jpg")).unwrap();
    let portrait = if exif.is_some() { portrait.rotate270() } else { portrait };
    let photo = portrait.resize_exact(4000, 3000, FilterType::Triangle).into_rgb8();
    let mut encoder = JpegEncoder::new_with_quality(std::fs::File::create(path).unwrap(), 90);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif.to_vec()).unwrap();
    }
    encoder.write_image(&photo, 4000, 3000, image::ExtendedColorType::Rgb8).unwrap();
}
