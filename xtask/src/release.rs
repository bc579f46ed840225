//! The published libraries, which zig links against an old C library, so that every later Linux loads them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::{Result, builder, project, soname, toolchain, venv};

/// The version of 2012, which RHEL 7, Amazon Linux 2 and everything later have.
pub(crate) const GLIBC: (u32, u32) = (2, 17);

/// A platform that packages are built for. zig links for each of them on any of them.
pub(crate) struct Platform {
    pub(crate) triple: &'static str,
    /// zig's name for it, with the oldest C library that it runs with.
    zig: &'static str,
    /// For maturin: which Linux the wheel runs on.
    pub(crate) wheel: &'static str,
    /// The npm package's name after the scope.
    pub(crate) npm: &'static str,
    /// Debian's names for the architecture and for its folder of libraries.
    pub(crate) debian: Option<(&'static str, &'static str)>,
}

/// The first is this machine's.
pub(crate) const PLATFORMS: &[Platform] =
    if cfg!(target_arch = "aarch64") { &[ARM, X86, MUSL] } else { &[X86, ARM, MUSL] };

const X86: Platform = Platform {
    triple: "x86_64-unknown-linux-gnu",
    zig: "x86_64-linux-gnu.2.17",
    wheel: "manylinux2014",
    npm: "linux-x64-gnu",
    debian: Some(("amd64", "x86_64-linux-gnu")),
};

const ARM: Platform = Platform {
    triple: "aarch64-unknown-linux-gnu",
    zig: "aarch64-linux-gnu.2.17",
    wheel: "manylinux2014",
    npm: "linux-arm64-gnu",
    debian: Some(("arm64", "aarch64-linux-gnu")),
};

/// Alpine.
const MUSL: Platform = Platform {
    triple: "x86_64-unknown-linux-musl",
    zig: "x86_64-linux-musl",
    wheel: "musllinux_1_2",
    npm: "linux-x64-musl",
    debian: None,
};

/// This machine's.
pub(crate) const HOST: &Platform = &PLATFORMS[0];

/// The environment with zig and maturin.
pub(crate) fn tools() -> Result<PathBuf> {
    venv::provide("python-build", "bindings/python/requirements-build.txt")
}

/// The folder of the libraries for C, Python and Node, which share what is compiled. Built once in a run.
pub(crate) fn libraries(platform: &'static Platform) -> Result<PathBuf> {
    static MADE: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    let triple = platform.triple;
    let folder = project::target()?.join(triple).join("release");
    let mut made = MADE.lock().map_err(|error| error.to_string())?;
    if !made.contains(&triple) {
        if !toolchain::has(triple)? {
            return Err(format!("the standard library of {triple} is not installed and cannot be added"));
        }
        let mut cargo = project::cargo();
        cargo.args(["build", "--release", "--locked", "--lib", "--target", triple]);
        cargo.args(["ffi", "python", "node"].map(|name| format!("--package=visavis-{name}")));
        project::run(with_zig(&mut cargo, platform)?)?;
        for name in ["visavis", "visavis_python", "visavis_node"] {
            let library = folder.join(format!("lib{name}.so"));
            old_enough(&library, platform)?;
            // The C library still has debug information of zig's, which is not published.
            if name != "visavis" {
                builder::leaves_no_trace(&library)?;
            }
        }
        made.push(triple);
    }
    Ok(folder)
}

/// Sets up any command that compiles a package for a platform: zig links it, and it does not contain the folders of this
/// machine. All share one linker, or cargo would compile everything again: maturin and cargo-zigbuild would each use their
/// own.
pub(crate) fn with_zig<'c>(command: &'c mut Command, platform: &Platform) -> Result<&'c mut Command> {
    let python = tools()?;
    // A library that others load cannot contain its own C library.
    let shared = platform.triple.ends_with("musl").then_some("-Ctarget-feature=-crt-static");
    with_flags(command, shared)?;
    // Links as cargo-zigbuild does, which passes on to zig only what zig supports.
    let zig = python.with_file_name("cargo-zigbuild");
    let linker = format!("'{}' zig cc -- -g -fno-sanitize=all -target {}", zig.display(), platform.zig);
    let linker = versioning(&format!("zig-cc-{}.sh", platform.npm), &linker)?;
    Ok(with_tools(command, &python)?.env(variable(platform), linker))
}

/// Sets up cargo to link with this machine's linker, for a library that is used here, without the folders of this machine.
pub(crate) fn with_cc(cargo: &mut Command) -> Result<&mut Command> {
    Ok(with_flags(cargo, None)?.env(variable(HOST), versioning("cc.sh", "cc")?))
}

/// The variable that tells cargo the linker of a platform.
fn variable(platform: &Platform) -> String {
    format!("CARGO_TARGET_{}_LINKER", platform.triple.replace('-', "_").to_uppercase())
}

/// Puts the programs of the environment first: cargo-zigbuild looks for zig there, and pip for maturin.
pub(crate) fn with_tools<'c>(command: &'c mut Command, python: &Path) -> Result<&'c mut Command> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = python.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
    Ok(command.env("PATH", std::env::join_paths(places).map_err(|error| error.to_string())?))
}

/// A linker that gives the symbols of the C library their version. rustc passes a list of exported symbols without a version,
/// and linkers accept only one list, so ours replaces it.
fn versioning(name: &str, linker: &str) -> Result<PathBuf> {
    let names = fs::read_to_string(project::root().join("ffi/exports.txt")).map_err(|why| why.to_string())?;
    let names: String = names.lines().flat_map(|name| ["    ", name, ";\n"]).collect();
    let list = project::target()?.join("libvisavis.map");
    let version = soname::symbol_version();
    write(&list, &format!("{version} {{\n  global:\n{names}  local:\n    *;\n}};\n"), 0o644)?;
    let place = project::target()?.join(name);
    let text = format!(
        "#!/bin/sh\nfor word; do\n  case $word in -Wl,--version-script=*)\n    list=${{word#*=}}\n    \
         if grep -q ' vav_' \"$list\"; then cat '{}' >\"$list\"; fi ;;\n  esac\ndone\nexec {linker} \"$@\"\n",
        list.display()
    );
    write(&place, &text, 0o755)?;
    Ok(place)
}

/// Writes a file unless it is the same already, because cargo would link again.
fn write(place: &Path, text: &str, mode: u32) -> Result {
    if fs::read_to_string(place).is_ok_and(|known| known == text) {
        return Ok(());
    }
    fs::write(place, text)
        .and_then(|()| fs::set_permissions(place, std::os::unix::fs::PermissionsExt::from_mode(mode)))
        .map_err(|error| format!("{}: {error}", place.display()))
}

/// Makes cargo leave the folders of this machine out of what it builds.
fn with_flags<'c>(cargo: &'c mut Command, more: Option<&str>) -> Result<&'c mut Command> {
    let flags: Vec<String> = builder::flags()?.into_iter().chain(more.map(str::to_owned)).collect();
    // This variable's separator allows for folders with spaces.
    Ok(cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f")))
}

/// Checks that no symbol of a newer C library is needed: one of 2.35 excluded the distributions of 2022.
fn old_enough(library: &Path, platform: &Platform) -> Result {
    let bytes = fs::read(library).map_err(|error| format!("{}: {error}", library.display()))?;
    let versions = versions(&bytes);
    let is_musl = platform.triple.ends_with("musl");
    match versions.iter().find(|version| is_musl || **version > GLIBC) {
        None if is_musl => Ok(()),
        None if versions.is_empty() => Err(format!("{} refers to no version of glibc", library.display())),
        None => Ok(()),
        Some((major, minor)) => Err(format!("{} needs glibc {major}.{minor}", library.display())),
    }
}

/// The versions of glibc whose symbols a library needs, by their names in it: `GLIBC_2.17`, `GLIBC_2.2.5`.
fn versions(library: &[u8]) -> Vec<(u32, u32)> {
    const NAME: &[u8] = b"\0GLIBC_";
    let places = (0..library.len()).filter(|at| library[*at..].starts_with(NAME));
    let names = places.filter_map(|at| {
        let name = library[at + NAME.len()..].split(|byte| *byte == 0).next()?;
        let mut numbers = std::str::from_utf8(name).ok()?.split('.').map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_c_library_is_detected() {
        let names = b"\0hypotf\0GLIBC_2.2.5\0GLIBC_2.35\0GLIBC_PRIVATE\0xGLIBC_2.99\0";
        assert_eq!(versions(names), [(2, 2), (2, 35)]);
        let folder = project::target().unwrap().join("versions");
        fs::create_dir_all(&folder).unwrap();
        for (content, expected) in [
            (&names[..], Err(" needs glibc 2.35")),
            (b"nothing", Err(" refers to no version of glibc")),
            (b"\0GLIBC_2.17\0", Ok(())),
        ] {
            let library = folder.join("library.so");
            fs::write(&library, content).unwrap();
            let found = old_enough(&library, HOST);
            match expected {
                Ok(()) => found.unwrap(),
                Err(end) => assert!(found.unwrap_err().ends_with(end)),
            }
        }
        // Alpine has no glibc.
        fs::write(folder.join("library.so"), "\0GLIBC_2.17\0").unwrap();
        assert!(old_enough(&folder.join("library.so"), &MUSL).is_err());
    }

    #[test]
    fn the_linker_gives_versions_to_the_symbols_of_the_c_library_alone() {
        let folder = project::target().unwrap().join("versioning");
        fs::create_dir_all(&folder).unwrap();
        let names = fs::read_to_string(project::root().join("ffi/exports.txt")).unwrap();
        for (names, version) in [
            (names.lines().collect::<Vec<_>>(), format!("@@{}", soname::symbol_version())),
            (vec!["napi_register_module_v1"], String::new()),
        ] {
            let (source, list) = (folder.join("library.c"), folder.join("list"));
            let bodies: String = names.iter().flat_map(|name| ["void ", name, "(void) {}\n"]).collect();
            fs::write(&source, bodies + "void hidden(void) {}\n").unwrap();
            // The list as rustc writes it.
            let exported: String = names.iter().flat_map(|name| ["    ", name, ";\n"]).collect();
            fs::write(&list, format!("{{\n  global:\n{exported}\n  local:\n    *;\n}};")).unwrap();
            let library = folder.join("library.so");
            let mut linker = Command::new(versioning("cc-test.sh", "cc").unwrap());
            linker.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source);
            project::run(linker.arg(format!("-Wl,--version-script={}", list.display()))).unwrap();
            let mut readelf = Command::new("readelf");
            let symbols = project::output(readelf.args(["--dyn-syms", "--wide"]).arg(&library)).unwrap();
            let shown = |name: &str| symbols.lines().any(|line| line.ends_with(&format!(" {name}{version}")));
            assert!(names.iter().all(|name| shown(name)), "{symbols}");
            assert!(!symbols.contains("hidden"));
        }
    }
}
