//! `verify`: verdicts, their JSON, their exit status.

use serde_json::Value;
use testkit::files::golden;

use crate::program::{args, keys, run, run_with_input};

#[test]
fn one_person_is_the_same_and_two_are_different() {
    for (reference, code, words) in
        [("astronaut-lossy.webp", 0, "same person"), ("hopper.jpg", 1, "different people")]
    {
        let run = run(args!["verify", golden("astronaut.jpg"), golden(reference)]);
        assert_eq!((run.code, run.stderr.as_str()), (code, ""));
        assert!(run.text().starts_with(&format!("{words}: score ")), "{}", run.text());
        assert!(run.text().contains("threshold 27\n"), "{}", run.text());
    }
}

#[test]
fn json_is_one_object_of_this_shape() {
    let run = run(args!["verify", "--json", golden("two-people.jpg"), golden("astronaut.jpg")]);
    let reply = run.json();
    assert_eq!(
        keys(&reply),
        ["engine", "is_match", "milliseconds", "probe", "reference", "score", "similarity", "threshold"]
    );
    assert_eq!(
        (run.code, &reply["is_match"], &reply["threshold"]),
        (0, &Value::Bool(true), &Value::from(27.0))
    );
    assert!((27.0..=100.0).contains(&reply["score"].as_f64().unwrap()));
    assert!((0.4..=1.0).contains(&reply["similarity"].as_f64().unwrap()));
    assert!(reply["milliseconds"].as_f64().unwrap() > 0.0);
    let probe = &reply["probe"];
    assert_eq!(keys(probe), ["advice", "face", "face_count", "height", "milliseconds", "path", "width"]);
    assert_eq!(
        (&probe["face_count"], &probe["width"], &probe["height"]),
        (&2.into(), &620.into(), &400.into())
    );
    assert_eq!(keys(&probe["milliseconds"]), ["decode", "detect", "extract"]);
    assert_eq!(keys(&probe["face"]), ["bounds", "confidence", "landmarks"]);
    assert_eq!(keys(&probe["face"]["bounds"]), ["height", "width", "x", "y"]);
    let landmarks = probe["face"]["landmarks"].as_array().unwrap();
    assert!(landmarks.len() == 5 && landmarks.iter().all(|point| point.as_array().unwrap().len() == 2));
    assert_eq!(reply["reference"]["path"], golden("astronaut.jpg").to_str().unwrap());
    assert_eq!(keys(&reply["engine"]), ["fallback_reason", "library", "name", "version"]);
}

#[test]
fn quality_is_measured_on_request() {
    let photo = golden("astronaut.jpg");
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template");
    let quality = |face: &Value| face["quality"]["inter_eye_distance"].as_f64();
    for (arguments, faces) in [
        (args!["verify", photo, photo], &["/probe/face", "/reference/face"][..]),
        (args!["detect", photo], &["/faces/0"]),
        (args!["extract", photo, "-o", template, "--force"], &["/sample/face"]),
    ] {
        let reply = |more: &[&str]| run(arguments.iter().cloned().chain(more.iter().map(Into::into)));
        for face in faces {
            let [with, without] = [&["--json", "--quality"][..], &["--json"]]
                .map(|more| reply(more).json().pointer(face).cloned());
            assert!((30.0..60.0).contains(&quality(&with.unwrap()).unwrap()), "{face}");
            assert_eq!(without.unwrap().get("quality"), None);
        }
        let said = reply(&["--quality"]).text().matches("pixels between the eyes").count();
        assert_eq!(said, faces.len());
    }
}

#[test]
fn advice_is_given_in_words_and_by_name() {
    let photo = golden("rotated-90.jpg");
    let detect = |more: &str| run(args!["detect", photo, "--quality", more]);
    assert_eq!(detect("--json").json()["faces"][0]["advice"], serde_json::json!(["tilted"]));
    let text = detect("--workers=1").text().to_owned();
    assert!(text.contains("hold head and camera upright"), "{text}");
    let run = run(args!["verify", golden("black.jpg"), photo, "--json"]);
    assert_eq!(run.json()["error"]["advice"], serde_json::json!(["too_dark"]));
    assert!(run.stderr.contains("too dark"), "{}", run.stderr);
}

#[test]
fn an_error_is_reported_in_words_and_in_json() {
    let (faceless, sound) = (golden("gray.png"), golden("hopper.jpg"));
    run(args!["verify", sound, faceless]).fails_with("NO_FACE");
    let run = run(args!["verify", sound, faceless, "--json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("reference: no face was found (NO_FACE)"), "{}", run.stderr);
    let reply = run.json();
    assert_eq!(keys(&reply), ["error"]);
    let error = &reply["error"];
    assert_eq!(keys(error), ["message", "name", "number", "path", "side", "stage"]);
    assert_eq!((&error["name"], &error["number"]), (&"NO_FACE".into(), &40.into()));
    assert_eq!((&error["side"], &error["stage"]), (&"reference".into(), &"choose".into()));
    assert_eq!(error["path"], faceless.to_str().unwrap());
}

#[test]
fn a_url_is_not_fetched_and_the_error_says_so() {
    let run = run(args!["verify", golden("hopper.jpg"), "https://example.org/a.jpg"]);
    run.fails_with("INVALID_ARGUMENT");
    assert!(run.stderr.contains("reference: a URL is not fetched"), "{}", run.stderr);
}

#[test]
fn what_makes_a_score_unreliable_is_always_reported() {
    let run = run(args!["verify", golden("hopper-128.png"), golden("two-people.jpg")]);
    for words in ["the face is very small", "there are several faces"] {
        assert_eq!(run.text().matches(words).count(), 1, "{}", run.text());
    }
}

#[test]
fn one_photo_may_come_from_standard_input() {
    let photo = golden("astronaut.jpg");
    let run = run_with_input(args!["verify", "-", photo, "--json"], &photo);
    assert_eq!((run.code, &run.json()["score"]), (0, &Value::from(100.0)));
    run_with_input(args!["verify", "-", "-"], &photo).fails_with("INVALID_ARGUMENT");
}
