//! Shared libraries that only look like ONNX Runtime.

use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::report;

/// Has a version, but no functions for any version.
pub(crate) const NO_API: &str = "return &base;";
/// Has not even a version.
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
    // Every library has a file name of its own: the loader knows those that it has loaded.
    let number = std::fs::read_dir(folder).unwrap().count();
    let (code, library) =
        (folder.join(format!("fake{number}.c")), folder.join(format!("libfake{number}.so")));
    std::fs::write(&code, source).unwrap();
    let status = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &code]).status();
    match status {
        Ok(status) => assert!(status.success(), "the C compiler refuses the fake library"),
        Err(error) => {
            report::skip("libraries that only look like ONNX Runtime", &format!("there is no cc: {error}"));
            return None;
        }
    }
    Some(library)
}
