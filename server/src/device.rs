//! visavis for browsers, served from a folder: with it, the page compares photos on the device that shows it.

use std::fs;
use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::config::{Config, named};
use crate::page::{Asset, INDEX, PLACE, POLICY_WITH_WORKER};

/// The policy of the worker: it may run its own files and its module, and load models from its own server.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
                      trusted-types 'none'; require-trusted-types-for 'script'";

/// The folders that `cargo xtask web` creates.
const FOLDERS: &[&str] = &["", "models/"];

/// The types of files that are served; others are left out.
const KINDS: &[(&str, &str)] = &[
    ("js", "text/javascript; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("onnx", "application/octet-stream"),
];

/// Checks that the folder in the settings, if any, can be served.
pub fn check(config: &Config) -> Result<(), String> {
    named(&config.web).map(|folder| assets(folder, config).map(drop)).transpose().map(drop)
}

/// Reads the folder, once per process: the page that refers to it, and its files. Browsers cache the files permanently,
/// since their path depends on their content.
pub(crate) fn assets(folder: &Path, config: &Config) -> Result<Vec<Asset>, String> {
    if !folder.join("visavis_bg.wasm").is_file() {
        let what = "has no visavis_bg.wasm; cargo xtask web --release makes the folder";
        return Err(format!("{} {what}", folder.display()));
    }
    let files = read(folder)?;
    let mut digest = Sha256::new();
    for (name, bytes) in &files {
        digest.update((name.len() as u64).to_le_bytes());
        digest.update(name);
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    }
    let [a, b, c, d, ..]: [u8; 32] = digest.finalize().into();
    let base = format!("device/{:08x}/", u32::from_be_bytes([a, b, c, d]));
    let mut assets = vec![page(&base, config)];
    assets.extend(files.into_iter().filter_map(|(name, bytes)| {
        let kind = KINDS.iter().find(|(end, _)| name.rsplit_once('.').is_some_and(|(_, own)| own == *end))?;
        let path = format!("{base}{name}").leak();
        let content = bytes.leak();
        Some(Asset {
            path,
            kind: kind.1,
            content,
            policy: POLICY,
            caching: "private, max-age=31536000, immutable",
        })
    }));
    Ok(assets)
}

fn read(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut files = Vec::new();
    for part in FOLDERS {
        let part_folder = folder.join(part);
        let fail = |error: std::io::Error| format!("{}: {error}", part_folder.display());
        for entry in fs::read_dir(&part_folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            if entry.path().is_file() {
                let name = format!("{part}{}", entry.file_name().to_string_lossy());
                files.push((name, fs::read(entry.path()).map_err(fail)?));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The page, with the path of the files and the settings with which it reaches the server's verdicts.
fn page(base: &str, config: &Config) -> Asset {
    let settings = json!({
        "face": config.face,
        "maxPixels": config.max_pixels,
        "maxDecodeBytes": config.max_decode_bytes,
        "minFace": config.min_face,
        "search": config.search,
        "threshold": config.threshold.to_string().parse::<f64>().unwrap_or_default(),
    });
    let place = format!("{PLACE} data-device=\"{base}\" data-settings='{settings}'");
    let content = INDEX.replacen(PLACE, &place, 1).leak().as_bytes();
    Asset {
        path: "",
        kind: "text/html; charset=utf-8",
        content,
        policy: POLICY_WITH_WORKER,
        caching: "no-store",
    }
}
