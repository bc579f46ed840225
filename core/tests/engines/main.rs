//! How ONNX Runtime is found, and what is reported if it cannot be used.
//!
//! A separate program: what a process has loaded stays loaded, so the tests that look for a library run in children,
//! and the one that tries several in turn is the only one that loads any here.

mod fake;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::{example, files, report};
use visavis::{Engine, EngineInfo, ErrorKind, Options, Result, Verifier};

/// What `cargo xtask onnxruntime` put next to this program, or what the environment variable names.
fn library() -> Option<PathBuf> {
    let named = std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from);
    let program = std::env::current_exe().unwrap();
    let library = named.unwrap_or_else(|| program.with_file_name("libonnxruntime.so.1"));
    if !library.is_file() {
        report::skip("ONNX Runtime", "it is not installed; `cargo xtask onnxruntime` fetches it");
        return None;
    }
    Some(library)
}

fn open(engine: Engine, library: &Path) -> Result<EngineInfo> {
    let mut options = Options::default();
    options.engine = engine;
    options.onnxruntime = Some(library.into());
    Verifier::new(options).map(|verifier| verifier.engine().clone())
}

#[test]
fn no_failure_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("libonnxruntime.so.1");
    std::fs::write(&text, "not a library").unwrap();
    let mut failures = vec![
        (folder.path().join("missing.so"), ErrorKind::EngineUnavailable, "missing.so"),
        (folder.path().to_owned(), ErrorKind::EngineUnavailable, ""),
        (text, ErrorKind::EngineUnavailable, "libonnxruntime.so.1"),
        // A sound library, but another one: this program has it loaded already.
        ("libc.so.6".into(), ErrorKind::EngineIncompatible, "libc.so.6 is not an ONNX Runtime library"),
    ];
    for (version, said) in
        [("1.10.0", "is ONNX Runtime 1.10.0; at least 1.22"), ("", "at least 1.22"), ("x", "at least 1.22")]
    {
        if let Some(library) = fake::build(folder.path(), version, fake::NO_API) {
            failures.push((library, ErrorKind::EngineIncompatible, said));
        }
    }
    for (library, kind, said) in failures {
        for engine in [Engine::OnnxRuntime, Engine::Auto] {
            let error = open(engine, &library).expect_err("that is not ONNX Runtime");
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.message().contains(said), "{error}");
        }
    }
    if let Some(library) = library() {
        let loaded = open(Engine::OnnxRuntime, &library).unwrap();
        assert_eq!(loaded.engine, Engine::OnnxRuntime);
        assert_eq!(loaded.library.as_deref(), Some(&*library));
        let error = open(Engine::OnnxRuntime, Path::new("elsewhere.so")).expect_err("another one is loaded");
        assert_eq!(error.kind(), ErrorKind::EngineUnavailable);
        assert!(error.message().contains("already uses"), "{error}");
    }
}

/// Libraries that pass for a new enough ONNX Runtime until they are used.
#[test]
fn a_library_that_breaks_its_promises_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for (version, behaviour) in [("1.28.0", fake::NO_API), ("1.28.0", fake::NO_BASE)] {
        let Some(library) = fake::build(folder.path(), version, behaviour) else { return };
        let output = verify(&["engine=onnxruntime", &format!("onnxruntime={}", library.display())], None);
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("EngineIncompatible") && said.contains("is not an ONNX Runtime library"),
            "{said}"
        );
    }
}

#[test]
fn auto_falls_back_and_reports_why() {
    // With nothing next to the program. An ONNX Runtime that the system's loader finds would be used.
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("verify");
    std::fs::copy(example::verify().get_program(), &alone).unwrap();
    for variable in [None, Some(Path::new(""))] {
        let output = verify_with(Command::new(&alone), &["engine=auto"], variable);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        assert!(said.starts_with("engine: embedded (rten "), "{said}");
        assert!(said.contains("libonnxruntime.so.1: cannot open shared object file"), "{said}");
        assert!(said.contains(": same"), "{said}");
    }
}

#[test]
fn a_wrong_library_in_the_environment_is_reported() {
    for engine in ["engine=auto", "engine=onnxruntime"] {
        let output = verify(&[engine], Some(Path::new("/nowhere/libonnxruntime.so.1")));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("EngineUnavailable"), "{output:?}");
        assert!(said.contains("/nowhere/libonnxruntime.so.1: cannot open shared object file"), "{said}");
    }
    // The variable does not matter to an engine that loads no library.
    assert!(verify(&["engine=embedded"], Some(Path::new("/nowhere"))).status.success());
}

#[test]
fn onnxruntime_is_used_by_name() {
    if let Some(library) = library() {
        let output = verify(&["engine=onnxruntime"], Some(&library));
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.starts_with("engine: onnxruntime (") && said.contains(": same"), "{output:?}");
    }
}

/// "Before" means before the variables were set; the program's loader takes the place of the program.
#[cfg(target_os = "linux")]
#[test]
fn a_library_with_telemetry_that_was_loaded_before_is_reported() {
    let Some(runtime) = library() else { return };
    let folder = tempfile::tempdir().unwrap();
    let make = |version| fake::renamed(folder.path(), version, &runtime);
    let (Some(reports), Some(silent)) = (make("1.30.0"), make("1.28.0")) else { return };
    let warned = |library: &Path, before: bool, variable: Option<&str>| {
        let mut program = example::verify();
        if before {
            program.env("LD_PRELOAD", library);
        }
        for name in ["ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"] {
            program.env_remove(name);
        }
        program.envs(variable.map(|name| (name, "1")));
        let output = verify_with(program, &["engine=onnxruntime"], Some(library));
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains(": same"), "{output:?}");
        said.contains("had loaded ONNX Runtime 1.30.0 before visavis")
    };
    assert!(warned(&reports, true, None));
    assert!(!warned(&reports, true, Some("ORT_DISABLE_TELEMETRY")));
    assert!(!warned(&reports, true, Some("ORT_TELEMETRY_DISABLED")));
    assert!(!warned(&reports, false, None));
    assert!(!warned(&silent, true, None));
}

/// Two photos of one person, verified by a separate process.
fn verify(options: &[&str], variable: Option<&Path>) -> Output {
    verify_with(example::verify(), options, variable)
}

fn verify_with(mut command: Command, options: &[&str], variable: Option<&Path>) -> Output {
    // Cargo makes the loader of its children search the target folder, which contains ONNX Runtime.
    command.env_remove("LD_LIBRARY_PATH");
    command.args([files::golden("astronaut.jpg"), files::golden("astronaut-q10.jpg")]).args(options);
    match variable {
        Some(path) => command.env("ORT_DYLIB_PATH", path),
        None => command.env_remove("ORT_DYLIB_PATH"),
    };
    command.output().unwrap()
}
