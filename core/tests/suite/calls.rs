//! Calls that end early.

use std::thread;
use std::time::Duration;

use testkit::files;
use visavis::{ErrorKind, Options, Photo, Verifier};

use crate::verifiers;

#[test]
fn a_call_that_is_cancelled_ends_and_others_continue() {
    let verifier = verifiers::fastest();
    let photo = files::golden("astronaut.jpg");
    let mine = verifier.with_deadline(None);
    thread::scope(|scope| {
        // Whenever the call is cancelled, and however often it has succeeded by then.
        let ends = || loop {
            if let Err(error) = mine.verify(Photo::file(&photo), Photo::file(&photo)) {
                return error;
            }
        };
        let threads = [scope.spawn(ends), scope.spawn(ends)];
        mine.cancel();
        for thread in threads {
            let error = thread.join().unwrap();
            assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
            assert!(error.message().contains("cancelled"), "{error}");
        }
    });
    assert!(mine.detect(Photo::file(&photo)).is_err());
    assert!(verifier.detect(Photo::file(&photo)).is_ok());
}

#[test]
fn a_call_may_have_its_own_deadline() {
    let verifier = verifiers::fastest();
    let photo = files::golden("astronaut.jpg");
    let error =
        verifier.with_deadline(Some(Duration::from_nanos(1))).detect(Photo::file(&photo)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    let patient = verifier.with_deadline(Some(Duration::from_hours(1)));
    assert!(patient.detect(Photo::file(&photo)).is_ok());
    assert_eq!((patient.engine(), patient.extractor_id()), (verifier.engine(), verifier.extractor_id()));
}

#[test]
fn a_call_that_does_not_wait_fails_while_the_only_worker_is_busy() {
    let mut options = Options::default();
    options.workers = 1;
    let verifier = Verifier::new(options).unwrap();
    let (photo, hasty) = (files::golden("astronaut.jpg"), verifier.with_deadline(None).without_waiting());
    assert!(hasty.detect(Photo::file(&photo)).is_ok());
    let busy = verifier.with_deadline(None);
    thread::scope(|scope| {
        let works = scope.spawn(|| while busy.detect(Photo::file(&photo)).is_ok() {});
        // Between two calls of the other thread the worker is free for a moment.
        let error = loop {
            if let Err(error) = hasty.detect(Photo::file(&photo)) {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
        assert!(error.message().contains("no worker is free"), "{error}");
        busy.cancel();
        works.join().unwrap();
    });
    assert!(hasty.detect(Photo::file(&photo)).is_ok());
}
