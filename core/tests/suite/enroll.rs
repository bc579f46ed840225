//! Templates made from several photos.

use std::time::Duration;

use testkit::enrolment::{self, Case, Expected};
use testkit::{files, report};
use visavis::{Engine, Enrollment, Error, ErrorKind, Photo, Stage, Verifier};

use crate::verifiers;

/// How far the engines may be apart, in points.
const APART: u8 = 1;

fn photo(name: &str) -> Photo<'static> {
    Photo::file(files::golden(name))
}

fn enroll(verifier: &Verifier, names: &[&str]) -> Result<Enrollment, Error> {
    verifier.enroll(names.iter().map(|name| photo(name)))
}

/// The score of the probe, or the error and which photo it is about.
fn outcome(verifier: &Verifier, case: &Case) -> Result<f32, (String, Option<usize>)> {
    let enrollment = verifier
        .enroll(case.photos.iter().map(|name| photo(name)))
        .map_err(|error| (error.kind().name().to_owned(), error.index()))?;
    assert_eq!(enrollment.photos.len(), case.photos.len(), "{}", case.name);
    let probe = verifier.extract(photo(&case.probe)).unwrap().template;
    Ok(verifier.compare(&probe, &enrollment.template).unwrap().score)
}

/// `cargo xtask golden` selects these tests by this name.
mod golden {
    use super::*;

    #[test]
    fn the_table_of_enrolments_holds_with_both_engines() {
        let engines = [(Engine::OnnxRuntime, 0), (Engine::Embedded, APART)];
        let verifiers: Vec<_> = engines
            .iter()
            .filter_map(|&(engine, apart)| Some((verifiers::make(engine, &[])?, apart)))
            .collect();
        if std::env::var("VISAVIS_GOLDEN").is_ok_and(|mode| mode == "write") {
            let cases = enrolment::read();
            let score = |name: &str| {
                let case = cases.iter().find(|case| case.name == name)?;
                matches!(case.expected, Expected::Score(_))
                    .then(|| outcome(&verifiers[0].0, case).unwrap().floor() as u8)
            };
            enrolment::write(score);
        }
        let cases = enrolment::read();
        for (verifier, apart) in &verifiers {
            for case in &cases {
                match (&case.expected, outcome(verifier, case)) {
                    (Expected::Score(Some(expected)), Ok(score)) => {
                        let distance = (score.floor() as u8).abs_diff(*expected);
                        assert!(distance <= *apart, "{}: {score}, not {expected}", case.name);
                    }
                    (Expected::Error(kind, index), Err(got)) => {
                        assert_eq!((kind, index), (&got.0, &got.1), "{}", case.name);
                    }
                    (expected, got) => panic!("{}: {got:?}, not {expected:?}", case.name),
                }
            }
        }
        assert!(cases.len() >= 18 && !verifiers.is_empty());
        report::note(&format!("{} golden enrolments with {} engines", cases.len(), verifiers.len()));
    }
}

#[test]
fn one_photo_gives_its_own_template() {
    let verifier = &verifiers::fastest();
    let enrollment = enroll(verifier, &["astronaut.jpg"]).unwrap();
    assert!(enrollment.template == verifier.extract(photo("astronaut.jpg")).unwrap().template);
    assert!(enrollment.photos[0].others.is_none());
}

#[test]
fn each_photo_is_compared_with_the_others() {
    let verifier = &verifiers::fastest();
    let names = ["astronaut-q10.jpg", "hopper.jpg", "astronaut-mirrored.jpg"];
    let enrollment = enroll(verifier, &names).unwrap();
    let [first, stranger, last] = [0, 1, 2].map(|place| enrollment.photos[place].others.unwrap());
    assert!(!stranger.is_match && first.score > stranger.score && last.score > stranger.score);
    // Its comparison is with the template that the two others make.
    let template = verifier.extract(photo("hopper.jpg")).unwrap().template;
    let others = enroll(verifier, &[names[0], names[2]]).unwrap();
    assert_eq!(stranger, verifier.compare(&template, &others.template).unwrap());
    assert!(others.photos.iter().all(|photo| photo.others.unwrap().is_match));
    // The result of each photo, with its quality if that was requested.
    let photos = [photo("astronaut.jpg"), photo("hopper.jpg").with_quality()];
    let quality = verifier.enroll(photos).unwrap().photos;
    assert_eq!([0, 1].map(|place| quality[place].sample.face.quality.is_some()), [false, true]);
}

#[test]
fn the_photo_that_fails_is_named() {
    let verifier = &verifiers::fastest();
    let error = enroll(verifier, &["astronaut.jpg", "gray.png", "no-such.jpg"]).unwrap_err();
    assert_eq!((error.kind(), error.index(), error.side()), (ErrorKind::NoFace, Some(1), None));
    assert_eq!(error.stage(), Some(Stage::Choose));
    assert!(error.message().starts_with("index 1: no face was found"), "{error}");
    let error = enroll(verifier, &["astronaut.jpg", "no-such.jpg"]).unwrap_err();
    assert_eq!((error.kind(), error.index()), (ErrorKind::FileUnreadable, Some(1)));
    let invalid: Result<Photo<'_>, _> = Err(Error::new(ErrorKind::InvalidArgument, "no"));
    let error = verifier.enroll([Ok(photo("astronaut.jpg")), invalid]).unwrap_err();
    assert_eq!((error.kind(), error.index()), (ErrorKind::InvalidArgument, Some(1)));
}

#[test]
fn photos_are_taken_one_at_a_time_and_no_more_than_allowed() {
    let verifier = &verifiers::fastest();
    // Of unknown length: the first photo without a face ends the call.
    let (mut taken, blank) = (0, files::photo("gray.png"));
    let blanks = std::iter::from_fn(|| {
        taken += 1;
        Some(&blank)
    });
    assert_eq!(verifier.enroll(blanks).unwrap_err().kind(), ErrorKind::NoFace);
    assert_eq!(taken, 1);
    let bytes = files::photo("hopper-128.png");
    let mut taken = 0;
    let faces = std::iter::from_fn(|| {
        taken += 1;
        Some(&bytes)
    });
    let error = verifier.enroll(faces).unwrap_err();
    assert_eq!((error.kind(), error.index(), taken), (ErrorKind::InvalidArgument, None, 17));
    // If their number is known, it is checked before any work.
    let error = verifier.enroll(std::iter::repeat(&blank)).unwrap_err();
    assert_eq!((error.kind(), error.index()), (ErrorKind::InvalidArgument, None));
    assert_eq!(verifier.enroll([&bytes; Enrollment::MAX_PHOTOS]).unwrap().photos.len(), 16);
}

#[test]
fn the_deadline_is_that_of_the_whole_call() {
    let verifier = &verifiers::fastest();
    let limited = verifier.with_deadline(Some(Duration::from_nanos(1)));
    let error = enroll(&limited, &["astronaut.jpg", "astronaut-dark.jpg"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    let cancelled = verifier.with_deadline(None);
    cancelled.cancel();
    assert_eq!(enroll(&cancelled, &["astronaut.jpg"]).unwrap_err().kind(), ErrorKind::DeadlineExceeded);
}
