//! Faces are found wherever a photo shows them, at a bounded cost for any photo.

use std::f32::consts::PI;

use testkit::files;
use visavis::{Image, Options, Photo, PixelFormat, Pixels, Search, Verifier};

use crate::verifiers;

/// A picture on a background of stripes, with its centre at `place`, scaled and rotated clockwise.
struct Scene {
    size: (u32, u32),
    place: (f32, f32),
    scale: f32,
    degrees: f32,
}

impl Scene {
    fn of(&self, picture: &Image<'_>) -> Pixels<'static> {
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let (sine, cosine) = (self.degrees / 180.0 * PI).sin_cos();
        // As many samples per pixel as the picture is reduced by, so that none of its pixels are skipped.
        let samples = (1.0 / self.scale).ceil().max(1.0) as u32;
        let colour = |x: f32, y: f32| {
            let (dx, dy) = ((x - self.place.0) / self.scale, (y - self.place.1) / self.scale);
            let (u, v) = (cosine * dx + sine * dy + width / 2.0, cosine * dy - sine * dx + height / 2.0);
            if u < 0.0 || v < 0.0 || u >= width || v >= height {
                return [90 + 20 * ((x + 2.0 * y) as u32 / 40 % 3); 3];
            }
            let at = 3 * (v as usize * picture.width() as usize + u as usize);
            [0, 1, 2].map(|channel| u32::from(picture.rgb()[at + channel]))
        };
        let mut pixels = Vec::new();
        for (y, x) in (0..self.size.1).flat_map(|y| (0..self.size.0).map(move |x| (y, x))) {
            let mut sum = [0; 3];
            for sample in 0..samples * samples {
                let part = |index: u32| (index as f32 + 0.5) / samples as f32;
                let found = colour(x as f32 + part(sample % samples), y as f32 + part(sample / samples));
                sum = [0, 1, 2].map(|channel| sum[channel] + found[channel]);
            }
            pixels.extend(sum.map(|value| (value / (samples * samples)) as u8));
        }
        Pixels::new(pixels, self.size.0, self.size.1, PixelFormat::Rgb8)
    }
}

fn with(search: Search) -> Verifier {
    let mut options = Options::default();
    options.search = search;
    Verifier::new(options).unwrap()
}

/// Noise: nothing is certain, and hints are everywhere.
fn noise(width: u32, height: u32) -> Pixels<'static> {
    let mut state = 7_u32;
    let pixels: Vec<u8> = (0..3 * width * height)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    Pixels::new(pixels, width, height, PixelFormat::Rgb8)
}

#[test]
fn a_small_portrait_at_any_angle_matches() {
    let verifier = verifiers::fastest();
    let portrait = verifier.decode(Photo::file(files::golden("astronaut.jpg"))).unwrap();
    for degrees in [0.0, 10.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0] {
        let scene = Scene { size: (2000, 1300), place: (760.0, 590.0), scale: 0.6, degrees };
        let verdict = verifier.verify(scene.of(&portrait), &portrait);
        let verdict = verdict.unwrap_or_else(|error| panic!("{degrees} degrees: {error}"));
        assert!(verdict.comparison.is_match, "{degrees} degrees: {}", verdict.comparison.score);
    }
}

#[test]
fn a_portrait_on_a_diagonal_that_no_upright_look_hints_at_is_found() {
    // As with cards at exact diagonals, no look at the unrotated picture shows anything like a face.
    let verifier = verifiers::fastest();
    let portrait = verifier.decode(Photo::file(files::golden("astronaut.jpg"))).unwrap();
    let scene = Scene { size: (3000, 2000), place: (1900.0, 800.0), scale: 0.5, degrees: 45.0 };
    let verdict = verifier.verify(scene.of(&portrait), &portrait).unwrap();
    assert!(verdict.comparison.is_match, "{}", verdict.comparison.score);
    assert!(verdict.probe.looks <= Search::Normal.budget());
}

#[test]
fn a_face_with_24_pixels_between_the_eyes_is_found_in_a_large_picture() {
    let verifier = verifiers::fastest();
    let portrait = verifier.decode(Photo::file(files::golden("astronaut.jpg"))).unwrap();
    let face = verifier.extract(&portrait).unwrap().sample.face;
    let [right, left, ..] = face.landmarks;
    let scale = 24.0 / (right.x - left.x).hypot(right.y - left.y);
    let scene = Scene { size: (4000, 3000), place: (3100.0, 700.0), scale, degrees: 0.0 }.of(&portrait);
    let verdict = verifier.verify(&scene, &portrait).unwrap();
    assert!(verdict.comparison.is_match, "{}", verdict.comparison.score);
    assert!(verdict.probe.looks <= Search::Normal.budget());
    // The quick search does not find it.
    assert!(with(Search::Quick).detect(&scene).unwrap().faces.is_empty());
}

#[test]
fn a_large_portrait_on_its_side_or_upside_down_is_not_taken_for_an_upright_one() {
    let verifier = verifiers::fastest();
    let portrait = verifier.decode(Photo::file(files::golden("astronaut.jpg"))).unwrap();
    for degrees in [90.0, 180.0, 270.0] {
        let scene = Scene { size: (1350, 1350), place: (675.0, 675.0), scale: 2.6, degrees };
        let verdict = verifier.verify(scene.of(&portrait), &portrait).unwrap();
        assert!(verdict.comparison.score > 60.0, "{degrees} degrees: {}", verdict.comparison.score);
    }
}

#[test]
fn studio_portraits_rotated_by_quarters_match_themselves() {
    let Some(folder) = files::shared("london-dev/images") else { return };
    let verifier = verifiers::fastest();
    let mut people: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    people.sort();
    assert_eq!(people.len(), 41);
    for person in people.iter().step_by(6) {
        let portrait = verifier.decode(Photo::file(person.join("neutral.jpg"))).unwrap();
        let upright = verifier.extract(&portrait).unwrap().template;
        for degrees in [90.0, 180.0, 270.0] {
            let scene = Scene { size: (1350, 1350), place: (675.0, 675.0), scale: 1.0, degrees };
            let turned = verifier.extract(scene.of(&portrait)).unwrap().template;
            let score = verifier.compare(&turned, &upright).unwrap().score;
            assert!(score > 60.0, "{} rotated by {degrees} degrees: {score}", person.display());
        }
    }
}

#[test]
fn a_tight_crop_is_not_an_internal_error() {
    let Some(folder) = files::shared("london-dev/images") else { return };
    let verifier = verifiers::fastest();
    let whole = verifier.decode(Photo::file(folder.join("067/neutral.jpg"))).unwrap();
    // Rows 420 to 1140, columns 370 to 980: brows to chin.
    let stride = 3 * whole.width() as usize;
    let crop = &whole.rgb()[420 * stride + 3 * 370..];
    let crop = Pixels::new(crop, 610, 720, PixelFormat::Rgb8).with_stride(stride);
    assert!(verifier.verify(&crop, &whole).unwrap().comparison.is_match);
}

#[test]
fn a_clear_face_costs_one_look_and_nothing_costs_more_than_the_budget() {
    let clear = verifiers::fastest().extract(Photo::file(files::golden("astronaut.jpg"))).unwrap();
    assert_eq!(clear.sample.looks, 1);
    let noise = noise(4000, 3000);
    for search in [Search::Quick, Search::Normal] {
        let looks = with(search).detect(&noise).unwrap().looks;
        assert!((2..=search.budget()).contains(&looks), "{search:?}: {looks}");
    }
}

#[test]
fn a_face_that_was_detected_gives_the_template_of_the_extraction_to_the_bit() {
    let verifier = verifiers::fastest();
    for name in ["astronaut.jpg", "two-people.jpg", "rotated-90.jpg"] {
        let photo = files::golden(name);
        let extraction = verifier.extract(Photo::file(&photo)).unwrap();
        let template = verifier.extract_face(Photo::file(&photo), &extraction.sample.face).unwrap();
        assert!(template == extraction.template, "{name}");
    }
}

#[test]
fn what_the_finest_anchors_see_changes_neither_face_nor_template() {
    let verifier = verifiers::fastest();
    let folder = files::golden("astronaut.jpg").parent().unwrap().to_owned();
    let photos = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut compared = 0;
    for path in photos {
        let (without, with) =
            (verifier.extract(Photo::file(&path)), verifier.extract(Photo::file(&path).with_quality()));
        match (without, with) {
            (Ok(without), Ok(with)) => {
                assert!(without.template == with.template, "{}", path.display());
                assert_eq!(without.sample.face.landmarks, with.sample.face.landmarks, "{}", path.display());
                compared += 1;
            }
            (Err(without), Err(with)) => assert_eq!(without.kind(), with.kind(), "{}", path.display()),
            _ => panic!("{}", path.display()),
        }
    }
    assert!(compared >= 40, "{compared}");
}
