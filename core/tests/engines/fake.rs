//! Shared libraries that only look like ONNX Runtime.

use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::{files, report};

/// Reports its version, but has no API for any version.
pub(crate) const NO_API: &str = "return &base;";
/// Does not even report a version.
pub(crate) const NO_BASE: &str = "return 0;";

/// Builds one with the system's C compiler; without a compiler, reports that and builds none.
pub(crate) fn build(folder: &Path, version: &str, behaviour: &str) -> Option<PathBuf> {
    let source = format!(
        r#"
        typedef struct {{
            const void *(*GetApi)(unsigned version);
            const char *(*GetVersionString)(void);
        }} OrtApiBase;
        static const void *get_api(unsigned version) {{ (void)version; return 0; }}
        static const char *get_version(void) {{ return "{version}"; }}
        static const OrtApiBase base = {{ get_api, get_version }};
        const OrtApiBase *OrtGetApiBase(void) {{ (void)base; {behaviour} }}
        "#
    );
    let code = new_name(folder).with_extension("c");
    std::fs::write(&code, source).unwrap();
    compile(&code, folder, &[])
}

/// Builds one that is the library `runtime` under another version.
pub(crate) fn renamed(folder: &Path, version: &str, runtime: &Path) -> Option<PathBuf> {
    let code = files::root().join("tests/c/renamed_runtime.c");
    let runtime = runtime.canonicalize().unwrap();
    compile(
        &code,
        folder,
        &[format!("-DVERSION=\"{version}\""), format!("-DRUNTIME=\"{}\"", runtime.display())],
    )
}

/// A new file name for every library: the loader does not load a file twice.
fn new_name(folder: &Path) -> PathBuf {
    let number = std::fs::read_dir(folder).unwrap().count();
    folder.join(format!("libfake{number}.so"))
}

fn compile(code: &Path, folder: &Path, flags: &[String]) -> Option<PathBuf> {
    let library = new_name(folder);
    let status =
        Command::new("cc").args(flags).args(["-shared", "-fPIC", "-o"]).args([&library, code]).status();
    match status {
        Ok(status) => assert!(status.success(), "the C compiler refuses the fake library"),
        Err(error) => {
            report::skip("libraries that only look like ONNX Runtime", &format!("there is no cc: {error}"));
            return None;
        }
    }
    Some(library)
}
