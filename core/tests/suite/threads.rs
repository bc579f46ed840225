//! One verifier, many threads.

use std::sync::Barrier;

use testkit::files;
use visavis::{Engine, Verdict, Verifier};

use crate::verifiers;

const PAIRS: &[(&str, &str)] = &[
    ("astronaut.jpg", "astronaut-q10.jpg"),
    ("hopper.jpg", "astronaut.jpg"),
    ("rotated-90.jpg", "face-40px.jpg"),
    ("gray.png", "astronaut.jpg"),
];

type Photos = Vec<(Vec<u8>, Vec<u8>)>;

fn read() -> Photos {
    let read = |name: &str| files::photo(name);
    PAIRS.iter().map(|(probe, reference)| (read(probe), read(reference))).collect()
}

/// Scores to the bit, and errors; one worker for each call must give the same as two.
fn answers(verifier: &Verifier, photos: &Photos) -> Vec<String> {
    let answer = |result: visavis::Result<Verdict>| match result {
        Ok(verdict) => format!("{:08x}", verdict.comparison.score.to_bits()),
        Err(error) => format!("{error}"),
    };
    let answers = |(probe, reference): &(Vec<u8>, Vec<u8>)| {
        let in_turn = answer(verifier.verify_in_turn(probe, reference));
        assert_eq!(answer(verifier.verify(probe, reference)), in_turn);
        in_turn
    };
    photos.iter().map(answers).collect()
}

/// Eight threads that start at once: four times as many calls as workers, each of which wants two.
fn eight_threads_agree(verifier: &Verifier) {
    let photos = read();
    let alone = answers(verifier, &photos);
    assert!(alone[3].contains("NO_FACE") && alone[0] != alone[1], "{alone:?}");
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                assert_eq!(answers(verifier, &photos), alone);
            });
        }
    });
}

fn with_workers(engine: Engine, workers: usize) -> Option<Verifier> {
    verifiers::make(engine, &[("workers".into(), workers.to_string())])
}

#[test]
fn eight_threads_share_two_workers_of_onnxruntime() {
    if let Some(verifier) = with_workers(Engine::OnnxRuntime, 2) {
        eight_threads_agree(&verifier);
    }
}

#[test]
fn eight_threads_share_two_workers_of_the_embedded_engine() {
    eight_threads_agree(&with_workers(Engine::Embedded, 2).unwrap());
}

#[test]
fn eight_threads_share_one_worker() {
    let verifier =
        with_workers(Engine::OnnxRuntime, 1).or_else(|| with_workers(Engine::Embedded, 1)).unwrap();
    eight_threads_agree(&verifier);
}

#[test]
fn shared_types_are_send_and_sync() {
    fn shareable<T: Send + Sync>() {}
    shareable::<Verifier>();
    shareable::<visavis::Template>();
    shareable::<visavis::Error>();
    shareable::<visavis::Image<'_>>();
    shareable::<visavis::Pixels<'_>>();
}
