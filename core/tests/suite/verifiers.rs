//! Verifiers of the engines that are installed.

use testkit::report;
use visavis::{Engine, ErrorKind, Options, Verifier};

/// A verifier with these options; `None` if ONNX Runtime is requested and is not installed.
pub(crate) fn make(engine: Engine, settings: &[(String, String)]) -> Option<Verifier> {
    let mut options = Options::default();
    options.engine = engine;
    for (name, value) in settings {
        options.set(name, value).unwrap();
    }
    match Verifier::new(options) {
        Ok(verifier) => Some(verifier),
        Err(error) if engine == Engine::OnnxRuntime && error.kind() == ErrorKind::EngineUnavailable => {
            report::skip("ONNX Runtime", &format!("{error}; `cargo xtask onnxruntime` fetches it"));
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Both engines with default options, or the embedded one alone.
pub(crate) fn both() -> Vec<Verifier> {
    [Engine::OnnxRuntime, Engine::Embedded].into_iter().filter_map(|engine| make(engine, &[])).collect()
}

/// The faster engine with default options.
pub(crate) fn fastest() -> Verifier {
    make(Engine::OnnxRuntime, &[])
        .or_else(|| make(Engine::Embedded, &[]))
        .expect("the embedded engine is compiled in")
}
