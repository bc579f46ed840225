//! `cargo xtask packages FOLDER`: everything that is published for this machine's platform.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, install, project, python, release, web};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How hard archives are compressed: as it pays for what is downloaded often.
const BEST: &str = "-9";

pub(crate) fn command(arguments: &[String]) -> Result {
    let [folder] = arguments else { return Err("packages takes a folder".into()) };
    let folder = std::path::absolute(folder).map_err(text)?;
    fs::create_dir_all(&folder).map_err(text)?;
    let wheel = python::wheel()?;
    let name = wheel.file_name().ok_or("the wheel has no name")?;
    fs::copy(&wheel, folder.join(name)).map_err(text)?;
    node(&folder)?;
    archive(&folder, BEST)?;
    debian(&folder)?;
    for entry in fs::read_dir(&folder).map_err(text)?.flatten() {
        let size = entry.metadata().map_err(text)?.len() as f64 / 1e6;
        println!("{size:6.1} MB  {}", entry.file_name().to_string_lossy());
    }
    Ok(())
}

/// Both npm packages: the one for all platforms, and the native half for this one.
fn node(folder: &Path) -> Result {
    let sources = project::root().join("bindings/node");
    let native = sources.join("visavis.node");
    fs::copy(release::libraries()?.join("libvisavis_node.so"), &native).map_err(text)?;
    project::run_quietly(project::program("strip").arg("--strip-unneeded").arg(native))?;
    let web = if web::target()? { web::build(true)? } else { PathBuf::from("none") };
    let mut pack = project::program("node");
    project::run(pack.args(["scripts/package.mjs"]).arg(folder).arg(web).current_dir(sources))
}

/// The C library with all that belongs to it, without ONNX Runtime: a prefix that may lie anywhere.
pub(crate) fn archive(folder: &Path, level: &str) -> Result<PathBuf> {
    let name = format!("visavis-{VERSION}-{}", release::TRIPLE);
    let stage = empty("archive")?;
    let place = install::Place::new(&stage.join(&name), "lib");
    install::install(&place, &release::libraries()?, None)?;
    let archive = folder.join(format!("{name}.tar.xz"));
    let mut tar = project::program("tar");
    tar.arg("--create").arg("--xz").arg("--file").arg(&archive).arg("--directory").arg(stage);
    // The same bytes whoever makes it.
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"]).arg(name);
    project::run(tar.env("XZ_OPT", format!("{level} -T0")))?;
    Ok(archive)
}

/// The same below /usr, for Debian and what comes from it.
fn debian(folder: &Path) -> Result {
    let (machine, tuple) = if cfg!(target_arch = "aarch64") {
        ("arm64", "aarch64-linux-gnu")
    } else {
        ("amd64", "x86_64-linux-gnu")
    };
    let stage = empty("debian")?;
    let place = install::Place::new(&stage.join("usr"), &format!("lib/{tuple}"));
    install::install(&place, &release::libraries()?, None)?;
    fs::create_dir(stage.join("DEBIAN")).map_err(text)?;
    let (major, minor) = release::GLIBC;
    let control = format!(
        "Package: libvisavis-dev\nVersion: {VERSION}\nArchitecture: {machine}\nSection: libdevel\nPriority: optional\n\
         Maintainer: The visavis developers <visavis@localhost>\nDepends: libc6 (>= {major}.{minor})\n\
         Description: face verification: do these two photos show the same person?\n \
         The library visavis with headers for C and C++, shared and as an archive.\n"
    );
    fs::write(stage.join("DEBIAN/control"), control).map_err(text)?;
    let package = folder.join(format!("libvisavis-dev_{VERSION}_{machine}.deb"));
    let mut build = project::program("dpkg-deb");
    project::run_quietly(build.args(["--root-owner-group", "--build"]).arg(stage).arg(package))
}

/// An empty folder below the target folder.
fn empty(name: &str) -> Result<PathBuf> {
    let folder = project::target()?.join("packages").join(name);
    project::remove(&folder)?;
    fs::create_dir_all(&folder).map_err(text)?;
    Ok(folder)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
