//! Input from operators of the server or the library: hardly hostile, but often wrong.

use std::sync::LazyLock;

use tempfile::TempDir;
use visavis::{Band, Options, Verifier};
use visavis_server::config::Layer;
use visavis_server::users::Users;

/// Is in the input wherever a password may have been entered, and must be in no message.
const PASSWORD: &str = "hunter2";

/// A file of settings and one of users. A message about them contains no value and no password.
pub fn settings(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // Whatever the result, there must be no panic.
    let _ = (Layer::parse(text).map(Layer::complete), Users::parse(text));
    let value = serde_json::to_string(&format!("{text}{PASSWORD}")).expect("a string is JSON");
    let settings = ["workers", "log-format", "body-timeout", "listen", "password"];
    let files = settings.map(|setting| Layer::parse(&format!("{setting} = {value}")).err());
    let users = Users::parse(&format!("ann:{text}{PASSWORD}")).err();
    for message in files.into_iter().chain([users]).flatten() {
        assert!(!message.contains(PASSWORD), "{message}");
    }
}

/// A `manifest.toml` next to a file that is not a network: the error is about the models.
pub fn manifest(data: &[u8]) {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::fs::write(folder.path().join("none.onnx"), "no network").expect("a file can be written");
        folder
    });
    let mut options = Options::default();
    options.engine = "embedded".parse().expect("an engine");
    options.models = Some(FOLDER.path().to_owned());
    std::fs::write(FOLDER.path().join("manifest.toml"), data).expect("a file can be written");
    let error = Verifier::new(options).expect_err("there is no network");
    assert_eq!(error.kind().band(), Band::Setup, "{error}");
}
