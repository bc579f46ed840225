//! Fetches Microsoft's ONNX Runtime from its Python package, with pip, whose settings therefore apply.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, project};

const VERSION: &str = "1.28.0";

/// Its licence, and those of what is linked into it; stored next to the library.
pub(crate) const TERMS: [&str; 2] = ["LICENSE", "ThirdPartyNotices.txt"];

/// Where programs are built below the target folder, and the way back: the core searches the program's folder.
const HOMES: &[(&str, &str)] = &[
    ("debug", ".."),
    ("debug/deps", "../.."),
    ("debug/examples", "../.."),
    ("release", ".."),
    ("release/deps", "../.."),
    ("release/examples", "../.."),
];

/// One pinned build of the library.
struct Build {
    /// Platform tags of the wheel, for pip.
    platforms: [&'static str; 2],
    /// SHA-256 of the library inside the wheel; the wheel's own is in `onnxruntime.txt`.
    sha256: &'static str,
}

const X86_64: Build = Build {
    platforms: ["manylinux_2_27_x86_64", "manylinux_2_28_x86_64"],
    sha256: "aa4079d18f4ea7a5f3a94d80cd4bbe0f2740436626622d64d793803a20381083",
};
const AARCH64: Build = Build {
    platforms: ["manylinux_2_27_aarch64", "manylinux_2_28_aarch64"],
    sha256: "23a37c2994bc273e1d59a4f49af6cba5bf1cfbc29f04907ec27df375aba50a7d",
};

/// `cargo xtask onnxruntime`
pub(crate) fn command(arguments: &[String]) -> Result {
    if !arguments.is_empty() {
        return Err("onnxruntime takes no arguments".into());
    }
    println!("{}", provide()?.display());
    Ok(())
}

/// For other commands, which use the embedded engine if the library is not available.
pub(crate) fn provide_or_warn() {
    if let Err(why) = provide() {
        eprintln!("ONNX Runtime cannot be fetched: {why}");
        eprintln!("The embedded engine is used instead: it needs no library, but is slower.");
    }
}

/// Puts the library into the target folder, unless it is there already, and links to it from the folders of the programs.
pub(crate) fn provide() -> Result<PathBuf> {
    let target = project::target()?;
    let name = format!("libonnxruntime.so.{VERSION}");
    let library = target.join("onnxruntime").join(&name);
    // It gets this name only after it has been checked.
    if !library.is_file() || TERMS.iter().any(|name| !library.with_file_name(name).is_file()) {
        fetch(&library)?;
    }
    for (home, back) in HOMES {
        // Relative, so that a target folder may be moved or mounted elsewhere.
        let library = Path::new(back).join("onnxruntime").join(&name);
        link(&library, &target.join(home))?;
    }
    Ok(library)
}

fn fetch(library: &Path) -> Result {
    let build = build()?;
    eprintln!("Fetching ONNX Runtime {VERSION} (pip, 20 MB) ...");
    let folder = library.with_file_name(format!("download-{}", std::process::id()));
    let result = create(&folder)
        .and_then(|()| download(build, &folder))
        .and_then(|()| unpack(build, &folder))
        .and_then(|unpacked| {
            let moves =
                TERMS.iter().map(|name| (unpacked.with_file_name(name), library.with_file_name(name)));
            let mut moves = moves.chain([(unpacked.clone(), library.to_owned())]);
            moves.try_for_each(|(from, to)| fs::rename(from, to)).map_err(|error| error.to_string())
        });
    // If it cannot be removed, the rest may stay: it is in the target folder.
    let _ = fs::remove_dir_all(&folder);
    result
}

fn build() -> Result<&'static Build> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        _ if cfg!(not(target_env = "gnu")) => Err("this system has no glibc, which the library needs".into()),
        ("linux", "x86_64") => Ok(&X86_64),
        ("linux", "aarch64") => Ok(&AARCH64),
        (os, arch) => Err(format!("no build for {os} on {arch} is pinned")),
    }
}

/// The Python version passed to pip is that of the wheel, not of the Python that runs pip, which may be any.
fn download(build: &Build, folder: &Path) -> Result {
    let mut pip = project::program("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--no-deps", "--only-binary=:all:", "--require-hashes"])
        .args(["--implementation", "cp", "--python-version", "3.12", "--abi", "cp312"]);
    for platform in build.platforms {
        pip.args(["--platform", platform]);
    }
    pip.arg("--requirement").arg(project::root().join("xtask/onnxruntime.txt")).arg("--dest").arg(folder);
    project::run_quietly(&mut pip)
}

fn unpack(build: &Build, folder: &Path) -> Result<PathBuf> {
    let unpacked = folder.join("libonnxruntime");
    let mut python = project::program("python3");
    python
        .arg(project::root().join("xtask/unpack.py"))
        .arg(folder)
        .arg(format!("onnxruntime/capi/libonnxruntime.so.{VERSION}"))
        .arg(build.sha256)
        .arg(&unpacked)
        .args(TERMS.map(|name| format!("onnxruntime/{name}")));
    project::run_quietly(&mut python)?;
    Ok(unpacked)
}

/// The name without the full version is the library's own (its SONAME), so the system's loader knows it too.
fn link(library: &Path, folder: &Path) -> Result {
    let link = folder.join("libonnxruntime.so.1");
    if fs::read_link(&link).is_ok_and(|known| known == library) {
        return Ok(());
    }
    create(folder)?;
    match fs::remove_file(&link) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(format!("{} cannot be replaced: {error}", link.display()));
        }
        _ => {}
    }
    symlink(library, &link).map_err(|error| format!("{} cannot be created: {error}", link.display()))
}

#[cfg(unix)]
fn symlink(library: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(library, link)
}

/// No build for such a system is pinned.
#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

fn create(folder: &Path) -> Result {
    fs::create_dir_all(folder).map_err(|error| format!("{} cannot be created: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requirements_pin_this_version_with_a_hash_for_each_build() {
        let pinned = include_str!("../onnxruntime.txt");
        assert!(pinned.contains(&format!("\nonnxruntime=={VERSION} ")));
        assert_eq!(pinned.matches("--hash=sha256:").count(), 2);
    }
}
