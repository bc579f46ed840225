//! `cargo xtask install --prefix DIR [--without-onnxruntime]`: lays out what C and C++ programs need.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, onnxruntime, project};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a program that links the static library needs besides.
const SYSTEM_LIBRARIES: &[&str] = &["gcc_s", "util", "rt", "pthread", "m", "dl", "c"];

pub(crate) fn command(arguments: &[String]) -> Result {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (prefix, with_onnxruntime) = match arguments[..] {
        ["--prefix", prefix] => (prefix, true),
        ["--prefix", prefix, "--without-onnxruntime"] => (prefix, false),
        _ => return Err("usage: install --prefix DIR [--without-onnxruntime]".into()),
    };
    project::run(project::cargo().args(["build", "--release", "--package", "visavis-ffi"]))?;
    let runtime = if with_onnxruntime { provided() } else { None };
    let built = project::target()?.join("release");
    install(Path::new(prefix), &built, runtime.as_deref())?;
    eprintln!("installed visavis {VERSION} into {prefix}");
    if runtime.is_none() {
        eprintln!(
            "ONNX Runtime does not lie beside it: unless the system has one, the slower embedded engine computes."
        );
    }
    Ok(())
}

/// ONNX Runtime's library, where it can be had.
pub(crate) fn provided() -> Option<PathBuf> {
    onnxruntime::provide().inspect_err(|why| eprintln!("ONNX Runtime cannot be brought: {why}")).ok()
}

/// Copies the libraries in `built` with all that belongs to them into `prefix`. It may be moved as a whole.
pub(crate) fn install(prefix: &Path, built: &Path, runtime: Option<&Path>) -> Result {
    let root = project::root();
    let lib = folder(prefix, "lib")?;
    let include = folder(prefix, "include")?;
    for header in ["visavis.h", "visavis.hpp"] {
        copy(&root.join("include").join(header), &include.join(header))?;
    }
    let shared = format!("libvisavis.so.{VERSION}");
    library(&built.join("libvisavis.so"), &lib.join(&shared))?;
    library(&built.join("libvisavis.a"), &lib.join("libvisavis.a"))?;
    link(&shared, &lib.join(soname()))?;
    link(&soname(), &lib.join("libvisavis.so"))?;
    write(&folder(&lib, "pkgconfig")?.join("visavis.pc"), &pkg_config())?;
    let cmake = folder(&lib, "cmake/visavis")?;
    write(&cmake.join("visavisConfig.cmake"), &cmake_config())?;
    write(&cmake.join("visavisConfigVersion.cmake"), &cmake_version())?;
    let licences = folder(prefix, "share/doc/visavis")?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&root.join(licence), &licences.join(licence))?;
    }
    match runtime {
        Some(runtime) => copy(runtime, &lib.join("libonnxruntime.so.1")),
        None => Ok(()),
    }
}

/// The name that programs are bound to, as ffi/build.rs gives it.
pub(crate) fn soname() -> String {
    format!("libvisavis.so.{}", env!("CARGO_PKG_VERSION_MAJOR"))
}

fn pkg_config() -> String {
    let private: Vec<String> = SYSTEM_LIBRARIES.iter().map(|name| format!("-l{name}")).collect();
    format!(
        "prefix=${{pcfiledir}}/../..\n\
         libdir=${{prefix}}/lib\n\
         includedir=${{prefix}}/include\n\n\
         Name: visavis\n\
         Description: Face verification: do these two photos show the same person?\n\
         Version: {VERSION}\n\
         Libs: -L${{libdir}} -lvisavis\n\
         Libs.private: {}\n\
         Cflags: -I${{includedir}}\n",
        private.join(" ")
    )
}

fn cmake_config() -> String {
    let target = |name: &str, kind: &str, file: &str, more: &str| {
        format!(
            "if(NOT TARGET visavis::{name})\n  \
             add_library(visavis::{name} {kind} IMPORTED)\n  \
             set_target_properties(visavis::{name} PROPERTIES\n    \
             IMPORTED_LOCATION \"${{_visavis_prefix}}/lib/{file}\"\n    \
             INTERFACE_INCLUDE_DIRECTORIES \"${{_visavis_prefix}}/include\"{more})\n\
             endif()\n"
        )
    };
    let needed = format!("\n    INTERFACE_LINK_LIBRARIES \"{}\"", SYSTEM_LIBRARIES.join(";"));
    let soname = format!("\n    IMPORTED_SONAME \"{}\"", soname());
    format!(
        "# find_package(visavis): targets visavis::visavis (shared) and visavis::static.\n\
         get_filename_component(_visavis_prefix \"${{CMAKE_CURRENT_LIST_DIR}}/../../..\" ABSOLUTE)\n{}{}\
         unset(_visavis_prefix)\n",
        target("visavis", "SHARED", &format!("libvisavis.so.{VERSION}"), &soname),
        target("static", "STATIC", "libvisavis.a", &needed)
    )
}

/// While the major version is 0, a new minor version may change what programs call.
fn cmake_version() -> String {
    let (major, minor) = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
    format!(
        "set(PACKAGE_VERSION \"{VERSION}\")\n\
         if(PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION OR\n   \
         NOT \"${{PACKAGE_FIND_VERSION_MAJOR}}.${{PACKAGE_FIND_VERSION_MINOR}}\" VERSION_EQUAL \"{major}.{minor}\")\n  \
         set(PACKAGE_VERSION_COMPATIBLE FALSE)\n\
         else()\n  \
         set(PACKAGE_VERSION_COMPATIBLE TRUE)\n\
         endif()\n\
         if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)\n  \
         set(PACKAGE_VERSION_EXACT TRUE)\n\
         endif()\n"
    )
}

/// Without the debug information, which is ten times the rest; that stays in the target folder.
fn library(from: &Path, to: &Path) -> Result {
    make_way(to)?;
    project::run_quietly(Command::new("strip").arg("--strip-debug").arg("-o").arg(to).arg(from))
}

fn folder(base: &Path, name: &str) -> Result<PathBuf> {
    let folder = base.join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result {
    make_way(to)?;
    fs::copy(from, to).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))?;
    Ok(())
}

fn write(path: &Path, text: &str) -> Result {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn link(to: &str, path: &Path) -> Result {
    make_way(path)?;
    std::os::unix::fs::symlink(to, path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A library that a program has mapped must not change under it: the old file goes, and lives on in that program.
fn make_way(path: &Path) -> Result {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}
