//! What the C programs of tests/c are compared with, made by the Rust API.
//!
//! `reference golden CASES IMAGES ENGINE` prints a line for every golden case: name, status, side, and the bits of
//! similarity and score. `reference ppm PHOTO` writes the decoded photo as PPM.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Write;
use std::path::Path;

use face::{Error, Options, Side, Verifier};
use testkit::cases;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["golden", table, images, engine] => golden(table.as_ref(), images.as_ref(), engine),
        ["ppm", photo] => ppm(photo.as_ref()),
        _ => Err("usage: reference golden CASES IMAGES ENGINE | reference ppm PHOTO".into()),
    }
}

fn golden(table: &Path, images: &Path, engine: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut made = HashMap::new();
    for case in cases::read(table) {
        let mut options = Options::default();
        options.set("engine", engine)?;
        for (name, value) in &case.options {
            options.set(name, value)?;
        }
        let [probe, reference] =
            [&case.probe, &case.reference].map(|photo| std::fs::read(images.join(photo)));
        let verifier = match made.entry(case.options) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Verifier::new(options)?),
        };
        let outcome = verifier.verify(&probe?, &reference?);
        match outcome.map(|verdict| verdict.comparison) {
            Ok(comparison) => {
                let (similarity, score) = (comparison.similarity.to_bits(), comparison.score.to_bits());
                println!("{}\tOK\t\t{similarity:08x}\t{score:08x}", case.name);
            }
            Err(error) => println!("{}\t{}\t{}\t\t", case.name, error.kind(), side(&error)),
        }
    }
    Ok(())
}

fn side(error: &Error) -> &'static str {
    error.side().map_or("", Side::name)
}

fn ppm(photo: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let image = Verifier::new(Options::default())?.decode(&std::fs::read(photo)?)?;
    let mut out = std::io::stdout().lock();
    write!(out, "P6\n{} {}\n255\n", image.width(), image.height())?;
    out.write_all(image.rgb())?;
    Ok(())
}
