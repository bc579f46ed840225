//! The documented requests and replies, line by line, over a real socket. Faults of transport are in transport.rs.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::common;
use crate::common::{ALIAS, Reply, Running, VERIFY, photo, post, verify_body};

static SERVER: LazyLock<Running> = LazyLock::new(Running::start);
static ASTRONAUT: LazyLock<String> = LazyLock::new(|| STANDARD.encode(photo("astronaut.jpg")));

/// Each way in which a photo can be wrong, in the order in which they are reported, and a good one.
const STATES: [&str; 4] = ["missing", "unreadable", "faceless", "good"];

fn photo_in_state(state: &str) -> Value {
    match state {
        "missing" => Value::Null,
        "unreadable" => json!({ "imageBase64": STANDARD.encode("no image") }),
        "faceless" => json!({ "imageBase64": STANDARD.encode(photo("gray.png")) }),
        _ => json!({ "imageBase64": *ASTRONAUT }),
    }
}

fn send(body: &Value) -> Reply {
    SERVER.post(body.to_string().as_bytes())
}

fn with_probe(probe: &Value) -> Reply {
    send(&json!({ "sessionId": "s", "probe": probe, "reference": photo_in_state("good") }))
}

#[test]
fn the_same_person_passes_and_another_does_not() {
    let same = SERVER.verify(&photo("astronaut.jpg"), &photo("astronaut-mirrored.jpg"));
    assert!(same.assert_score(Some("s")) >= 27);
    let other = SERVER.verify(&photo("astronaut.jpg"), &photo("hopper.jpg"));
    assert!(other.assert_score(Some("s")) < 27);
}

#[test]
fn the_score_is_the_cores_rounded_down() {
    let (probe, reference) = (photo("astronaut.jpg"), photo("astronaut-blurred.jpg"));
    let comparison = common::verifier().verify(&probe, &reference).unwrap().comparison;
    let score = SERVER.verify(&probe, &reference).assert_score(Some("s"));
    assert_eq!(score, u64::from(comparison.integer_score()));
    assert_eq!(score, comparison.score.floor() as u64);
}

#[test]
fn the_alias_is_the_same() {
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    let scores = [VERIFY, ALIAS].map(|path| SERVER.raw(&post(path, &body)).assert_score(Some("s")));
    assert_eq!(scores[0], scores[1]);
    SERVER.raw(&post(ALIAS, b"{}")).assert_error(200, "MISSING_PROBE_IMAGE", None);
}

#[test]
fn when_several_things_are_wrong_the_order_decides() {
    for (probe_rank, probe) in STATES.iter().enumerate() {
        for (reference_rank, reference) in STATES.iter().enumerate() {
            let body = json!({ "sessionId": "s", "probe": photo_in_state(probe), "reference": photo_in_state(reference) });
            let reply = send(&body);
            // The earlier state is reported; of two equal states, the probe's.
            let code = match (probe_rank.min(reference_rank), probe_rank <= reference_rank) {
                (0 | 1, true) => "MISSING_PROBE_IMAGE",
                (0 | 1, false) => "MISSING_REFERENCE_IMAGE",
                (2, true) => "PROBE_FACE_NOT_FOUND",
                (2, false) => "REFERENCE_FACE_NOT_FOUND",
                _ => {
                    assert_eq!(reply.assert_score(Some("s")), 100);
                    continue;
                }
            };
            reply.assert_error(200, code, Some("s"));
        }
    }
}

#[test]
fn what_is_not_base64_is_missing_in_the_order_of_the_checks() {
    let no_base64 = json!({ "imageBase64": "***" });
    for (probe, reference, code) in [
        (&no_base64, photo_in_state("good"), "MISSING_PROBE_IMAGE"),
        (&no_base64, photo_in_state("unreadable"), "MISSING_PROBE_IMAGE"),
        (&no_base64, photo_in_state("missing"), "MISSING_REFERENCE_IMAGE"),
        (&photo_in_state("unreadable"), no_base64.clone(), "MISSING_PROBE_IMAGE"),
        (&photo_in_state("faceless"), no_base64.clone(), "MISSING_REFERENCE_IMAGE"),
        (&photo_in_state("good"), no_base64.clone(), "MISSING_REFERENCE_IMAGE"),
    ] {
        let reply = send(&json!({ "sessionId": "s", "probe": probe, "reference": reference }));
        reply.assert_error(200, code, Some("s"));
    }
}

#[test]
fn a_missing_photo_may_be_absent_null_or_empty() {
    for probe in [Value::Null, json!({}), json!({ "imageBase64": null }), json!({ "imageBase64": "" })] {
        with_probe(&probe).assert_error(200, "MISSING_PROBE_IMAGE", Some("s"));
    }
    let absent = json!({ "sessionId": "s", "probe": photo_in_state("good") });
    send(&absent).assert_error(200, "MISSING_REFERENCE_IMAGE", Some("s"));
}

#[test]
fn base64_is_read_in_every_usual_form() {
    let bytes = photo("astronaut.jpg");
    let in_lines: Vec<&str> =
        ASTRONAUT.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect();
    for text in [
        URL_SAFE_NO_PAD.encode(&bytes),
        ASTRONAUT.trim_end_matches('=').to_owned(),
        in_lines.join("\r\n") + "\n",
        format!("data:image/png;charset=x;base64,{}", *ASTRONAUT),
    ] {
        assert_eq!(with_probe(&json!({ "imageBase64": text })).assert_score(Some("s")), 100);
    }
    // As PHP writes it: every slash escaped.
    let escaped = ASTRONAUT.replace('/', "\\/");
    let body =
        format!(r#"{{"probe":{{"imageBase64":"{escaped}"}},"reference":{{"imageBase64":"{escaped}"}}}}"#);
    assert_eq!(SERVER.post(body.as_bytes()).assert_score(None), 100);
}

#[test]
fn images_are_never_fetched() {
    let path = testkit::files::golden("astronaut.jpg").display().to_string();
    for text in ["https://example.org/a.jpg", "file:///etc/hostname", &path] {
        with_probe(&json!({ "imageBase64": text })).assert_error(200, "MISSING_PROBE_IMAGE", Some("s"));
        let url = json!({ "imageUrl": text, "url": text });
        with_probe(&url).assert_error(200, "MISSING_PROBE_IMAGE", Some("s"));
    }
}

#[test]
fn session_ids_are_returned_unchanged() {
    for id in [
        String::new(),
        "3fa85f64-5717-4562-b3fc-2c963f66afa6".into(),
        "é\"\\\n\u{0}😀".into(),
        "ü".repeat(256),
    ] {
        let reply = send(&json!({ "sessionId": id }));
        reply.assert_error(200, "MISSING_PROBE_IMAGE", Some(&id));
    }
    send(&json!({ "sessionId": null })).assert_error(200, "MISSING_PROBE_IMAGE", None);
    for id in [json!(7), json!(true), json!({}), json!(["a"]), json!("ü".repeat(257))] {
        send(&json!({ "sessionId": id })).assert_error(400, "INVALID_REQUEST", None);
    }
}

#[test]
fn unknown_members_are_ignored_and_wrong_types_are_not() {
    let body = json!({ "sessionId": "s", "probe": photo_in_state("good"), "more": {"a": [1e300]}, "reference":
        { "imageBase64": *ASTRONAUT, "type": 3 } });
    assert_eq!(send(&body).assert_score(Some("s")), 100);
    for wrong in
        [json!("text"), json!(1), json!([]), json!({ "imageBase64": 1 }), json!({ "imageBase64": {} })]
    {
        with_probe(&wrong).assert_error(400, "INVALID_REQUEST", Some("s"));
        // Types belong to the JSON: they are checked before a photo is found to be missing.
        send(&json!({ "sessionId": "s", "reference": wrong })).assert_error(
            400,
            "INVALID_REQUEST",
            Some("s"),
        );
    }
}

#[test]
fn what_is_not_json_is_invalid() {
    for body in ["", "x", "[]", "\"text\"", "{", "{}}"] {
        SERVER.post(body.as_bytes()).assert_error(400, "INVALID_REQUEST", None);
    }
    SERVER.post(b"{\"sessionId\":\"a\",}").assert_error(400, "INVALID_REQUEST", Some("a"));
}

#[test]
fn details_are_sent_only_on_request() {
    let body = verify_body("s", &photo("astronaut.jpg"), &photo("hopper.jpg"));
    let send = |query: &str| SERVER.raw(&post(&format!("{VERIFY}?{query}"), &body));
    for query in ["", "details=false", "other=1&more", "xdetails=true"] {
        send(query).assert_score(Some("s"));
    }
    for query in ["details=yes", "details=", "details=true&details=true"] {
        send(query).assert_error(400, "INVALID_REQUEST", Some("s"));
    }
    let reply = send("x=1&details=true").json();
    let details = &reply["details"];
    let score = details["exactScore"].as_f64().unwrap();
    assert_eq!(reply["score"].as_u64().unwrap(), score.floor() as u64);
    assert_eq!(details["isMatch"], json!(score >= 27.0));
    assert!((details["falseMatchRate"].as_f64().unwrap() - 10_f64.powf(-score / 10.0)).abs() < 1e-6);
    for (side, height) in [("probe", 512), ("reference", 600)] {
        let photo = &details[side];
        assert_eq!((&photo["width"], &photo["height"]), (&json!(512), &json!(height)), "{side}");
        assert_eq!((&photo["faceCount"], &photo["otherFaces"]), (&json!(1), &json!([])));
        assert_eq!(photo["face"]["landmarks"].as_array().unwrap().len(), 5);
        let quality = &photo["quality"];
        assert!(quality["interEyeDistance"].as_f64().unwrap() > 20.0);
        assert!((0.2..0.8).contains(&quality["brightness"].as_f64().unwrap()), "{quality}");
        assert!(
            quality["roll"].as_f64().unwrap().abs() < 30.0 && quality["yaw"].as_f64().unwrap().abs() < 45.0
        );
        assert!(photo["milliseconds"]["detect"].as_f64().unwrap() > 0.0);
    }
    let two = verify_body("s", &photo("two-people.jpg"), &photo("hopper.jpg"));
    let seen = &SERVER.raw(&post(&format!("{VERIFY}?details=true"), &two)).json()["details"]["probe"];
    let [counts, other] =
        [&seen["face"]["bounds"], &seen["otherFaces"][0]].map(|bounds| bounds[0].as_f64().unwrap());
    assert!(seen["faceCount"] == 2 && (counts - other).abs() > 50.0, "{seen}");
}
