//! `detect`: faces, and the picture with them.

use image::{Rgb, RgbImage};
use serde_json::Value;
use testkit::files::golden;

use crate::program::{args, keys, run};

const CHOSEN: Rgb<u8> = Rgb([0, 200, 83]);
const OTHER: Rgb<u8> = Rgb([255, 145, 0]);
const LANDMARK: Rgb<u8> = Rgb([255, 23, 68]);

#[test]
fn faces_are_reported_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = folder.path().join("drawn.png");
    let run = run(args!["detect", golden("two-people.jpg"), "--draw", drawn, "--json"]);
    let reply = run.json();
    assert_eq!(run.code, 0);
    assert_eq!(keys(&reply), ["chosen", "engine", "faces", "height", "milliseconds", "path", "width"]);
    let faces = reply["faces"].as_array().unwrap();
    let chosen = reply["chosen"].as_u64().unwrap() as usize;
    assert_eq!((faces.len(), &reply["width"], &reply["height"]), (2, &620.into(), &400.into()));
    let picture = image::open(&drawn).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (620, 400));
    for (index, face) in faces.iter().enumerate() {
        check_marks(&picture, face, if index == chosen { CHOSEN } else { OTHER });
    }
    // The rest is the photo, pixel by pixel.
    let photo = visavis::Verifier::new(visavis::Options::default())
        .unwrap()
        .decode(visavis::Photo::file(golden("two-people.jpg")))
        .unwrap();
    let changed = picture.as_raw().chunks(3).zip(photo.rgb().chunks(3)).filter(|(one, other)| one != other);
    assert!((500..10_000).contains(&changed.count()));
}

fn check_marks(picture: &RgbImage, face: &Value, colour: Rgb<u8>) {
    let number = |value: &Value| value.as_f64().unwrap().round() as u32;
    let edge = |name: &str| number(&face["bounds"][name]);
    let [left, top] = ["x", "y"].map(edge);
    let sum = |from: &str, extent: &str| {
        (face["bounds"][from].as_f64().unwrap() + face["bounds"][extent].as_f64().unwrap()).round() as u32
    };
    let (right, bottom) = (sum("x", "width") - 1, sum("y", "height") - 1);
    for (x, y) in
        [(left, top), (right, top), (left, bottom), (right, bottom), (left, u32::midpoint(top, bottom))]
    {
        assert_eq!(picture.get_pixel(x, y), &colour, "({x}, {y})");
    }
    for point in face["landmarks"].as_array().unwrap() {
        assert_eq!(picture.get_pixel(number(&point[0]), number(&point[1])), &LANDMARK);
    }
}

#[test]
fn no_chosen_face_is_status_one() {
    let reply = run(args!["detect", golden("gray.png"), "--json"]);
    assert_eq!((reply.code, &reply.json()["faces"]), (1, &Value::Array(vec![])));
    assert_eq!(reply.json()["reason"]["name"], "NO_FACE");
    let reply = run(args!["detect", golden("two-people.jpg"), "--json", "--set", "face=single"]);
    let json = reply.json();
    assert_eq!((reply.code, json["faces"].as_array().unwrap().len()), (1, 2));
    assert_eq!((&json["chosen"], &json["reason"]["name"]), (&Value::Null, &"SEVERAL_FACES".into()));
    let reply = run(args!["detect", golden("two-people.jpg"), "--set", "face=single"]);
    assert!(
        reply.text().starts_with("2 faces on ") && reply.text().contains("SEVERAL_FACES"),
        "{}",
        reply.text()
    );
}

#[test]
fn errors_of_photo_and_picture() {
    run(args!["detect", golden("text.jpg")]).fails_with("UNSUPPORTED_FORMAT");
    run(args!["detect", golden("hopper.jpg"), "--draw", "/no-such-folder/drawn.png"])
        .fails_with("FILE_UNWRITABLE");
}
