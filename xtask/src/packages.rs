//! `cargo xtask packages FOLDER [all|TARGET...]`: everything that is published for this machine's platform, or for others.

use std::fs;
use std::path::{Path, PathBuf};

use crate::release::{self, Platform};
use crate::{Result, builder, install, objcopy, project, python, web};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The compression of archives: the best, since they are downloaded often.
const BEST: &str = "-9";

pub(crate) fn command(arguments: &[String]) -> Result {
    let [folder, targets @ ..] = arguments else { return Err("packages takes a folder".into()) };
    let platforms = platforms(targets)?;
    let folder = std::path::absolute(folder).map_err(text)?;
    fs::create_dir_all(&folder).map_err(text)?;
    for platform in &platforms {
        let wheel = python::wheel_for(platform)?;
        let name = wheel.file_name().ok_or("the wheel has no name")?;
        fs::copy(&wheel, folder.join(name)).map_err(text)?;
        archives(&folder, BEST, platform)?;
        debian(&folder, platform)?;
    }
    node(&folder, &platforms)?;
    core(&folder)?;
    for entry in fs::read_dir(&folder).map_err(text)?.flatten() {
        let size = entry.metadata().map_err(text)?.len() as f64 / 1e6;
        println!("{size:6.1} MB  {}", entry.file_name().to_string_lossy());
    }
    Ok(())
}

/// The named platforms; this machine's if none is named, and every one for `all`.
fn platforms(targets: &[String]) -> Result<Vec<&'static Platform>> {
    match targets {
        [] => Ok(vec![release::HOST]),
        [all] if all == "all" => Ok(release::PLATFORMS.iter().collect()),
        named => {
            let known = |name: &String| release::PLATFORMS.iter().find(|platform| platform.triple == name);
            named
                .iter()
                .map(|name| known(name).ok_or_else(|| format!("there are no packages for {name}")))
                .collect()
        }
    }
}

/// The npm packages: the one for all platforms, and a native half for each.
fn node(folder: &Path, platforms: &[&'static Platform]) -> Result {
    let web = if web::target()? { web::build(true)? } else { PathBuf::from("none") };
    let mut pack = project::program("node");
    pack.arg("scripts/package.mjs").arg(folder).arg(web);
    for platform in platforms {
        let native = empty(platform.npm)?.join("visavis.node");
        objcopy::strip(&release::libraries(platform)?.join("libvisavis_node.so"), &native)?;
        pack.arg(format!("{}={}", platform.npm, native.display()));
    }
    project::run(pack.current_dir(project::root().join("bindings/node")))
}

/// The core as a crate, which cargo also compiles from its package.
fn core(folder: &Path) -> Result {
    project::run(project::cargo().args([
        "package",
        "--package",
        "visavis",
        "--locked",
        "--allow-dirty",
        "--quiet",
    ]))?;
    let name = format!("visavis-{VERSION}.crate");
    fs::copy(project::target()?.join("package").join(&name), folder.join(name)).map_err(text)?;
    Ok(())
}

/// The C library with everything that belongs to it except ONNX Runtime: a prefix that can be anywhere. And its symbols for
/// debuggers, in an archive that is unpacked into the same folder.
pub(crate) fn archives(folder: &Path, level: &str, platform: &'static Platform) -> Result<[PathBuf; 2]> {
    let name = format!("visavis-{VERSION}-{}", platform.triple);
    let (stage, built) = (empty("archive")?, release::libraries(platform)?);
    let place = install::Place::new(&stage.join(&name), "lib");
    install::install(&place, &built, platform.triple, None)?;
    let archive = folder.join(format!("{name}.tar.xz"));
    builder::leaves_no_trace(&stage)?;
    compress(&stage, &name, &archive, level)?;
    let stage = empty("symbols")?;
    install::add_symbols(&install::Place::new(&stage.join(&name), "lib"), &built)?;
    builder::leaves_no_trace(&stage)?;
    let debug = folder.join(format!("{name}-debug.tar.xz"));
    compress(&stage, &name, &debug, level)?;
    Ok([archive, debug])
}

/// Compresses a folder; the bytes do not depend on the user, the time or the file system.
fn compress(stage: &Path, name: &str, archive: &Path, level: &str) -> Result {
    let mut tar = project::program("tar");
    tar.arg("--create").arg("--xz").arg("--file").arg(archive).arg("--directory").arg(stage);
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"]).arg(name);
    project::run(tar.env("XZ_OPT", format!("{level} -T0")))
}

/// The same below /usr, for Debian and its derivatives.
fn debian(folder: &Path, platform: &'static Platform) -> Result {
    let Some((machine, tuple)) = platform.debian else { return Ok(()) };
    let stage = empty("debian")?;
    let place = install::Place::new(&stage.join("usr"), &format!("lib/{tuple}"));
    install::install(&place, &release::libraries(platform)?, platform.triple, None)?;
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
