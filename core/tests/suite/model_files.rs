//! Models that the caller provides, as a web page does.

use testkit::files::root;
use visavis::{Engine, Error, ErrorKind, Options, Result, Stage, Verifier};

fn with(file: impl Fn(&str) -> Result<Vec<u8>>) -> Result<Verifier> {
    let mut options = Options::default();
    options.engine = Engine::Embedded;
    Verifier::with_model_files(options, file)
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(root().join("models").join(name)).unwrap()
}

#[test]
fn files_that_a_caller_provides_are_the_embedded_models() {
    let brought = with(|name| Ok(read(name))).unwrap();
    let mut options = Options::default();
    options.engine = Engine::Embedded;
    let embedded = Verifier::new(options).unwrap();
    let photo = std::fs::read(root().join("tests/golden/images/astronaut.jpg")).unwrap();
    let [one, other] = [&brought, &embedded].map(|verifier| verifier.extract(&photo).unwrap().template);
    assert!(one == other);
}

#[test]
fn a_file_that_was_changed_or_is_missing_is_refused() {
    let changed = |name: &str| {
        let mut bytes = read(name);
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        Ok(bytes)
    };
    let missing = |name: &str| Err(Error::new(ErrorKind::ModelNotFound, format!("{name} cannot be read")));
    for (error, kind) in [
        (with(changed).unwrap_err(), ErrorKind::ModelHashMismatch),
        (with(missing).unwrap_err(), ErrorKind::ModelNotFound),
    ] {
        assert_eq!((error.kind(), error.stage()), (kind, Some(Stage::Setup)));
    }
}
