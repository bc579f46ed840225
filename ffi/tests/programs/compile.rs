//! Builds the library and the programs of tests/c.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use testkit::{files, report};

const WARNINGS: &[&str] = &["-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// A folder with the library under its SONAME, as programs find it at run time.
pub(crate) fn library() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let program = std::env::current_exe().expect("a program has a path");
        let built = program.ancestors().nth(2).expect("tests are in TARGET/PROFILE/deps");
        let profile = built.file_name().expect("a profile has a name").to_string_lossy();
        let profile = if profile == "debug" { "dev" } else { &profile };
        // `cargo test` does not build a library that no test can link as a crate.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // The packages determine the features; `cargo xtask test` names those that it has compiled already.
        let packages = std::env::var("VISAVIS_TEST_BUILD").unwrap_or("--package=visavis-ffi".into());
        let arguments = ["build", &packages, "--lib", "--profile", profile];
        ran(Command::new(cargo).args(arguments).current_dir(files::root()));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
        fs::create_dir_all(&folder).expect("the target folder is writable");
        let library = built.join("libvisavis.so");
        for name in ["libvisavis.so", &soname(&library)] {
            let link = folder.join(name);
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(&library, link).expect("the target folder is writable");
        }
        folder
    })
}

pub(crate) fn soname(library: &Path) -> String {
    let dynamic = ran(Command::new("readelf").arg("-d").arg(library));
    let name = text(&dynamic.stdout).split("soname: [").nth(1).and_then(|rest| rest.split(']').next());
    name.expect("the library has a SONAME").to_owned()
}

/// Compiles tests/c/NAME.c or NAME.cpp; `None` if there is no compiler.
pub(crate) fn program(name: &str) -> Option<Command> {
    program_with(name, &[&format!("-Wl,-rpath,{}", library().display())]).map(Command::new)
}

/// The same, linked with additional flags: a program or a shared library.
pub(crate) fn program_with(name: &str, flags: &[&str]) -> Option<PathBuf> {
    let source = files::root().join("tests/c");
    let is_c = source.join(format!("{name}.c")).is_file();
    let (compiler, standard, end) = if is_c { ("cc", "-std=c99", "c") } else { ("c++", "-std=c++17", "cpp") };
    if Command::new(compiler).arg("--version").output().is_err() {
        report::skip(&format!("tests/c/{name}.{end}"), &format!("there is no {compiler}"));
        return None;
    }
    let built = library().join(name);
    let mut compile = Command::new(compiler);
    compile.args([standard, "-D_GNU_SOURCE"]).args(WARNINGS);
    compile.arg("-I").arg(files::root().join("include")).arg(source.join(format!("{name}.{end}")));
    compile.arg("-o").arg(&built).arg("-L").arg(library()).arg("-lvisavis").args(flags);
    ran(compile.args(["-lpthread", "-ldl", "-lm"]));
    Some(built)
}

/// Runs a command that must succeed.
#[track_caller]
pub(crate) fn ran(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, text(&output.stderr));
    output
}

pub(crate) fn text(output: &[u8]) -> &str {
    std::str::from_utf8(output).expect("output is UTF-8")
}
