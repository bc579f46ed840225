//! `cargo xtask web [--release]`: the browser half of the npm package, below the target folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::project::text;
use crate::{Result, builder, project, toolchain};

const TARGET: &str = "wasm32-unknown-unknown";

/// The models and their manifest.
const MODELS: &[&str] =
    &["mobilefacenet.onnx", "retinaface-mnet025.onnx", "retinaface-mnet025-fine.onnx", "manifest.toml"];

/// What both halves of the package share, in bindings/node/lib.
const SHARED: &[&str] = &["aborted.js", "call.js", "many.js", "refusal.js", "visavis-error.js"];

pub(crate) fn command(arguments: &[String]) -> Result {
    let release = match arguments {
        [] => false,
        [flag] if flag == "--release" => true,
        _ => return Err("web takes no argument other than --release".into()),
    };
    if !target()? {
        return Err(format!("the Rust target {TARGET} cannot be added here"));
    }
    let web = build(release)?;
    println!("{}\n{}", web.display(), demo(&web)?.display());
    Ok(())
}

/// Whether the target is installed, or could be added.
pub(crate) fn target() -> Result<bool> {
    toolchain::has(TARGET)
}

/// Builds everything that a page loads, and returns the folder, which has nothing else.
pub(crate) fn build(release: bool) -> Result<PathBuf> {
    let (profile, kind) = if release { ("web", "web") } else { ("dev", "web-debug") };
    let mut cargo = project::cargo();
    cargo.args(["build", "-p", "visavis-web", "--target", TARGET, "--profile", profile]);
    // A variable would replace the flags for this target in .cargo/config.toml; this adds to them.
    cargo.arg("--config").arg(format!("target.{TARGET}.rustflags={:?}", builder::flags()?));
    project::run(&mut cargo)?;
    let folder = project::target()?.join(kind);
    project::remove(&folder)?;
    let built = if release { "web" } else { "debug" };
    let module = project::target()?.join(TARGET).join(built).join("visavis_web.wasm");
    let mut bindgen = project::cargo();
    bindgen.args(["run", "--quiet", "--locked", "--manifest-path", "bindings/web/bindgen/Cargo.toml"]);
    bindgen.arg("--target-dir").arg(project::target()?.join("bindgen")).arg("--");
    project::run(bindgen.arg(module).arg(&folder))?;
    copy(&project::root().join("bindings/web/lib"), &folder)?;
    for name in SHARED {
        let shared =
            fs::read_to_string(project::root().join("bindings/node/lib").join(name)).map_err(text)?;
        fs::write(folder.join(name), as_module(&shared)).map_err(text)?;
    }
    let models = folder.join("models");
    fs::create_dir_all(&models).map_err(text)?;
    for name in MODELS {
        fs::copy(project::root().join("models").join(name), models.join(name)).map_err(text)?;
    }
    Ok(folder)
}

/// Rewrites a file of Node's half as a module that a browser loads: its one list of exports, and what it requires.
fn as_module(text: &str) -> String {
    let line = |line: &str| {
        let required = line.strip_prefix("const ").and_then(|rest| rest.strip_suffix("');"));
        let required = required.and_then(|rest| rest.split_once(" = require('"));
        match required {
            Some((names, file)) => format!("import {names} from '{file}.js';\n"),
            None => line.replacen("module.exports = {", "export {", 1) + "\n",
        }
    };
    text.lines().map(line).collect()
}

/// Builds the page of the server together with the browser half: it runs from any file server.
pub(crate) fn demo(web: &Path) -> Result<PathBuf> {
    const PLACE: &str = "<html lang=\"en\"";
    let folder = web.with_file_name("web-demo");
    project::remove(&folder)?;
    copy(&project::root().join("server/page"), &folder)?;
    copy(web, &folder.join("device"))?;
    copy(&web.join("models"), &folder.join("device/models"))?;
    let index = fs::read_to_string(folder.join("index.html")).map_err(text)?;
    let policy = fs::read_to_string(project::root().join("bindings/web/demo/policy.html")).map_err(text)?;
    let index = index
        .replacen(PLACE, &format!("{PLACE} data-device=\"device/\" data-server=\"none\""), 1)
        .replacen("<meta charset=\"utf-8\">\n", &format!("<meta charset=\"utf-8\">\n{policy}"), 1);
    fs::write(folder.join("index.html"), index).map_err(text)?;
    Ok(folder)
}

/// Copies the files of a folder.
pub(crate) fn copy(from: &Path, to: &Path) -> Result {
    fs::create_dir_all(to).map_err(text)?;
    for entry in fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))? {
        let path = entry.map_err(text)?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            fs::copy(&path, to.join(name)).map_err(text)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_halves_share_is_a_module_for_browsers() {
        let text =
            "'use strict';\nconst { a } = require('./b');\nconst c = a('const');\nmodule.exports = { c };\n";
        let module = "'use strict';\nimport { a } from './b.js';\nconst c = a('const');\nexport { c };\n";
        assert_eq!(as_module(text), module);
        for name in SHARED {
            let text = fs::read_to_string(project::root().join("bindings/node/lib").join(name)).unwrap();
            let module = as_module(&text);
            assert!(module.contains("\nexport {") && !module.contains("require"), "{name}");
        }
    }
}
