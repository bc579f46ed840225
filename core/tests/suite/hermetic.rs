//! A verification opens no network socket and writes no file.

use testkit::{example, files, watch};
use visavis::Engine;

use crate::verifiers;

#[test]
fn onnxruntime_neither_connects_nor_writes() {
    if verifiers::make(Engine::OnnxRuntime, &[]).is_some() {
        neither_connects_nor_writes(Engine::OnnxRuntime);
    }
}

#[test]
fn the_embedded_engine_neither_connects_nor_writes() {
    neither_connects_nor_writes(Engine::Embedded);
}

fn neither_connects_nor_writes(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let program = example::path("core", "verify");
    let answer = watch::hermetic(
        &program,
        |call| {
            call.args([files::golden("astronaut.jpg"), files::golden("hopper.jpg")]);
            call.arg(format!("engine={}", engine.name()));
        },
        folder.path(),
    );
    if let Some(answer) = answer {
        assert!(answer.contains(&format!("engine: {}", engine.name())), "{answer}");
        assert!(answer.contains(": different"), "{answer}");
    }
}
