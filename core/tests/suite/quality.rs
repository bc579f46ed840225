//! Capture quality of real faces: a change of a photo must move the measure named after it.

use testkit::{files, report};
use visavis::{Advice, Image, Photo, PixelFormat, Pixels, Quality};

use crate::verifiers;

fn decoded(name: &str) -> Image<'static> {
    verifiers::fastest().decode(files::photo(name)).unwrap()
}

fn measured<'a>(photo: impl Into<Photo<'a>>) -> Quality {
    let found = verifiers::fastest().detect(photo.into().with_quality()).unwrap();
    found.faces[found.chosen.unwrap()].quality.unwrap()
}

fn of(name: &str) -> Quality {
    measured(decoded(name))
}

/// The portrait with every value changed: `change(value, across)`, with the position in the row as 0..=1.
fn changed(change: impl Fn(f32, f32) -> f32) -> Quality {
    let image = decoded("astronaut.jpg");
    let width = image.width() as usize;
    let across = |at: usize| (at / 3 % width) as f32 / width as f32;
    let values = image.rgb().iter().enumerate();
    let pixels: Vec<u8> = values.map(|(at, &value)| change(f32::from(value), across(at)) as u8).collect();
    measured(Pixels::new(&pixels, image.width(), image.height(), PixelFormat::Rgb8))
}

#[test]
fn a_good_portrait_is_good() {
    for name in ["astronaut.jpg", "hopper.jpg"] {
        let quality = of(name);
        assert!(quality.inter_eye_distance > 40.0 && quality.sharpness > 0.4, "{name}: {quality:?}");
        assert!((0.1..0.7).contains(&quality.brightness) && quality.contrast > 0.05, "{name}: {quality:?}");
        assert!(quality.over_exposure < 0.1 && quality.dynamic_range > 5.0, "{name}: {quality:?}");
        assert!(quality.yaw.abs() < 30.0 && quality.pitch.abs() < 25.0, "{name}: {quality:?}");
    }
}

#[test]
fn a_mirror_turns_the_head_the_other_way_and_leaves_the_rest() {
    for (name, mirrored) in
        [("astronaut.png", "astronaut-mirrored.jpg"), ("hopper.jpg", "hopper-mirrored.jpg")]
    {
        let (plain, mirrored) = (of(name), of(mirrored));
        assert!((plain.yaw + mirrored.yaw).abs() < 6.0, "{name}: {} {}", plain.yaw, mirrored.yaw);
        assert!((plain.roll + mirrored.roll).abs() < 3.0, "{name}: {} {}", plain.roll, mirrored.roll);
        assert!((plain.pitch - mirrored.pitch).abs() < 6.0, "{name}: {} {}", plain.pitch, mirrored.pitch);
        assert!((plain.brightness - mirrored.brightness).abs() < 0.05, "{name}");
    }
}

#[test]
fn roll_follows_the_picture_and_the_other_angles_stay() {
    let upright = of("astronaut.png");
    // The files are rotated anticlockwise: after the first quarter, the head's left side is up.
    for (name, turned) in [("rotated-90.jpg", -90.0), ("rotated-180.jpg", 180.0), ("rotated-270.jpg", 90.0)] {
        let found = of(name);
        let apart = (found.roll - upright.roll - turned + 540.0).rem_euclid(360.0) - 180.0;
        assert!(apart.abs() < 8.0, "{name}: {} from {}", found.roll, upright.roll);
        // The landmarks of one photo move by as much if it is rotated.
        let (yaw, pitch) = (found.yaw - upright.yaw, found.pitch - upright.pitch);
        assert!(yaw.abs() < 10.0 && pitch.abs() < 15.0, "{name}: {found:?} {upright:?}");
    }
}

#[test]
fn blur_takes_sharpness_and_distance_takes_pixels() {
    let (sharp, blurred) = (of("astronaut.jpg"), of("astronaut-blurred.jpg"));
    assert!(blurred.sharpness < 0.6 * sharp.sharpness, "{} {}", sharp.sharpness, blurred.sharpness);
    let (near, far) = (of("face-40px.jpg"), of("face-20px.jpg"));
    assert!((1.5..2.7).contains(&(near.inter_eye_distance / far.inter_eye_distance)), "{near:?} {far:?}");
}

#[test]
fn exposure_moves_brightness_and_lost_detail() {
    let plain = of("astronaut.jpg");
    let dark = of("astronaut-dark.jpg");
    assert!(dark.brightness < 0.5 * plain.brightness && dark.under_exposure > plain.under_exposure + 0.2);
    assert!(dark.dynamic_range < plain.dynamic_range - 1.0, "{dark:?}");
    let bright = changed(|value, _| value * 1.7);
    assert!(bright.brightness > 1.3 * plain.brightness && bright.over_exposure > plain.over_exposure + 0.1);
    let flat = changed(|value, _| 128.0 + (value - 128.0) * 0.4);
    assert!(flat.contrast < 0.6 * plain.contrast && flat.dynamic_range < plain.dynamic_range, "{flat:?}");
}

#[test]
fn light_from_one_side_is_not_uniform() {
    let plain = of("astronaut.jpg").illumination_uniformity;
    // The face's centre is a little left of the picture's; all of it is darkened towards one side.
    let side = changed(|value, across| value * (1.4 - 1.6 * across).clamp(0.1, 1.0));
    assert!(side.illumination_uniformity < 0.7 * plain, "{plain} {}", side.illumination_uniformity);
}

/// Name of a measure and how to read it.
type Measure = (&'static str, fn(&Quality) -> f32);

const MEASURES: [Measure; 11] = [
    ("inter_eye_distance", |quality| quality.inter_eye_distance),
    ("sharpness", |quality| quality.sharpness),
    ("brightness", |quality| quality.brightness),
    ("contrast", |quality| quality.contrast),
    ("under_exposure", |quality| quality.under_exposure),
    ("over_exposure", |quality| quality.over_exposure),
    ("dynamic_range", |quality| quality.dynamic_range),
    ("illumination_uniformity", |quality| quality.illumination_uniformity),
    ("yaw", |quality| quality.yaw),
    ("pitch", |quality| quality.pitch),
    ("roll", |quality| quality.roll),
];

/// The ranges that docs/DETAILS.md gives, and the bounds of the advice, each of which few press photos may reach.
#[test]
fn press_photos_are_seldom_advised_against() {
    let Some(folder) = files::shared("lfw-view1/images") else { return };
    let mut photos: Vec<_> = (folder.read_dir().unwrap())
        .flat_map(|person| person.unwrap().path().read_dir().unwrap())
        .map(|photo| photo.unwrap().path())
        .collect();
    photos.sort();
    let verifier = verifiers::fastest();
    let qualities: Vec<Quality> = (photos.iter().step_by(25))
        .map(|photo| {
            let found = verifier.extract(Photo::file(photo).with_quality()).unwrap();
            found.sample.face.quality.unwrap()
        })
        .collect();
    let count = qualities.len();
    assert!(count >= 190, "{count} photos");
    for (name, read) in MEASURES {
        let mut values: Vec<f32> = qualities.iter().map(read).collect();
        values.sort_by(f32::total_cmp);
        report::note(&format!(
            "{name}: {:.2} .. {:.2} in {count} photos",
            values[count / 20],
            values[count - 1 - count / 20]
        ));
    }
    for advice in Advice::ALL {
        let met = qualities.iter().filter(|quality| quality.advice().contains(advice)).count();
        report::note(&format!("{}: {met} of {count}", advice.name()));
        assert!(met * 20 <= count, "{}: {met} of {count}", advice.name());
    }
}

#[test]
fn a_very_dark_face_still_matches() {
    let image = decoded("astronaut.jpg");
    let pixels: Vec<u8> =
        image.rgb().iter().map(|value| (f32::from(*value) * 0.0353).round() as u8).collect();
    let dark = Pixels::new(&pixels, image.width(), image.height(), PixelFormat::Rgb8);
    let bright = files::photo("astronaut.jpg");
    let verdict = verifiers::fastest().verify(dark, &bright).unwrap();
    assert!(verdict.comparison.is_match, "{}", verdict.comparison.score);
}
