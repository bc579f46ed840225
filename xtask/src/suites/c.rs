//! The C ABI: header, exports, programs in C and C++, memory, NIST's interface.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Step, tool};
use crate::{Result, header, install, project};

pub(super) const STEPS: &[Step] = &[
    Step { name: "c-abi", run: abi },
    Step { name: "c", run: programs },
    Step { name: "c-builds", run: builds },
    Step { name: "c-memory", run: memory },
    Step { name: "frte", run: frte },
];

const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// Programs with their arguments that one run of the suite makes and runs; `golden` and `wrapper` are special.
const PROGRAMS: &[&str] = &["misuse", "threads", "forks"];

/// Header and exports are those that are committed; the library is built and installed for the other steps.
fn abi() -> Result {
    header::check()?;
    headers_alone()?;
    let built = project::target()?.join("debug");
    let library = || {
        let mut cargo = project::cargo();
        cargo.args(["build", "--package", "visavis-ffi", "--lib"]);
        cargo
    };
    project::run(library().args(["--features", "test-panic"]))?;
    fs::copy(built.join("libvisavis.so"), folder("panic")?.join(install::soname())).map_err(text)?;
    project::run(&mut library())?;
    project::build("dev", &["--example", "reference"])?;
    install::install(&folder("prefix")?, &built, install::provided().as_deref())?;
    exports()
}

/// Each header compiles without any other, in every version of the languages that it is for.
fn headers_alone() -> Result {
    let file = folder("alone")?;
    let c = file.join("header.c");
    let uses = "vav_result r = VAV_RESULT_INIT; vav_face f = VAV_FACE_INIT; return (int)(r.flags + f.flags);";
    fs::write(&c, format!("#include <visavis.h>\n#include <visavis.h>\nint main(void) {{ {uses} }}\n"))
        .map_err(text)?;
    let cpp = file.join("header.cpp");
    fs::write(&cpp, "#include <visavis.hpp>\n#include <visavis.hpp>\nint main() {}\n").map_err(text)?;
    let as_cpp = file.join("c-header.cpp");
    fs::copy(&c, &as_cpp).map_err(text)?;
    for (compiler, source, versions) in [
        ("cc", &c, &["c99", "c11", "c17", "c2x"][..]),
        ("c++", &as_cpp, &["c++11", "c++14", "c++17", "c++20"]),
        ("c++", &cpp, &["c++17", "c++20"]),
    ] {
        for version in versions {
            let mut compile = project::program(compiler);
            compile
                .arg(format!("-std={version}"))
                .args(WARNINGS)
                .args(["-fsyntax-only", "-Iinclude"])
                .arg(source);
            project::run_quietly(&mut compile)?;
        }
    }
    Ok(())
}

fn exports() -> Result {
    let shared = folder("prefix")?.join("lib").join(install::soname());
    let symbols = output(project::program("nm").args(["-D", "--defined-only", "-P"]).arg(&shared))?;
    let mut found: Vec<&str> = symbols.lines().filter_map(|line| line.split(' ').next()).collect();
    found.sort_unstable();
    let listed = fs::read_to_string(project::root().join("ffi/exports.txt")).map_err(text)?;
    if found != listed.lines().collect::<Vec<_>>() {
        return Err(format!("exported is not what ffi/exports.txt lists, but {found:?}"));
    }
    let dynamic = output(project::program("readelf").arg("-d").arg(&shared))?;
    let soname = format!("Library soname: [{}]", install::soname());
    if dynamic.contains(&soname) { Ok(()) } else { Err(format!("{} has no {soname}", shared.display())) }
}

/// The programs of tests/c, built by the plain compiler.
fn programs() -> Result {
    let images = project::root().join("tests/golden/images");
    let photos = photos()?;
    for name in PROGRAMS {
        project::run(compile(name, "programs", &[])?.arg(&images))?;
    }
    project::run(compile("wrapper", "programs", &[])?.arg(&images).arg(&photos))?;
    // Without threads of its own, ONNX Runtime survives fork() by luck; the other engine has threads to miss.
    project::run(compile("forks", "programs", &[])?.arg(&images).env("VISAVIS_TEST_ENGINE", "embedded"))?;
    golden(&images)?;
    let mut panics = compile("panics", "panic", &["-Wl,-rpath,$ORIGIN"])?;
    project::run_quietly(&mut panics)?;
    two_runtimes(&images)
}

/// C and Rust give the same for every golden case, to the bit.
fn golden(images: &Path) -> Result {
    let table = project::root().join("tests/golden/cases.tsv");
    let engine = if install::provided().is_some() { "onnxruntime" } else { "embedded" };
    let mut by_c = compile("golden", "programs", &[])?;
    let by_c = output(by_c.arg(&table).arg(images).env("VISAVIS_TEST_ENGINE", engine))?;
    let mut by_rust = reference()?;
    let by_rust = output(by_rust.arg("golden").arg(&table).arg(images).arg(engine))?;
    let different: Vec<_> = by_c.lines().zip(by_rust.lines()).filter(|(c, rust)| c != rust).collect();
    if by_c != by_rust || by_c.lines().count() < 100 {
        return Err(format!("C and Rust differ over the golden cases: {different:?}"));
    }
    eprintln!("golden: {} cases give the same through C and Rust ({engine})", by_c.lines().count());
    Ok(())
}

/// The program has loaded another copy of ONNX Runtime before.
fn two_runtimes(images: &Path) -> Result {
    let Some(runtime) = install::provided() else {
        eprintln!("SKIPPED two_runtimes: there is no ONNX Runtime here");
        return Ok(());
    };
    let copy = folder("copy")?.join("libonnxruntime-of-the-host.so");
    fs::copy(runtime, &copy).map_err(text)?;
    project::run(compile("two_runtimes", "programs", &[])?.arg(copy).arg(images))
}

/// The examples, built as users build: with `CMake` and with pkg-config; shared and static.
fn builds() -> Result {
    let prefix = folder("prefix")?;
    let root = project::root();
    let mut programs = Vec::new();
    if tool("cmake")? {
        let build = folder("cmake")?;
        let mut configure = project::program("cmake");
        configure.arg("-S").arg(root.join("tests/c/consumer")).arg("-B").arg(&build);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
        configure.arg(format!("-DEXAMPLES={}", root.join("examples").display()));
        project::run_quietly(&mut configure)?;
        project::run_quietly(project::program("cmake").arg("--build").arg(&build))?;
        programs.extend(["c-visavis", "c-static", "cpp-visavis"].map(|name| build.join(name)));
    }
    if tool("pkg-config")? {
        for (compiler, source, more) in [("cc", "c/verify.c", ""), ("c++", "cpp/verify.cpp", "--static")] {
            let mut ask = project::program("pkg-config");
            ask.args(["--cflags", "--libs", more].iter().filter(|word| !word.is_empty())).arg("visavis");
            let flags = output(ask.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")))?;
            let built = folder("pkg-config")?.join(compiler);
            let mut compile = project::program(compiler);
            compile.arg(root.join("examples").join(source)).arg("-o").arg(&built).args(WARNINGS);
            compile.args(flags.split_whitespace());
            compile.arg(format!("-Wl,-rpath,{}", prefix.join("lib").display()));
            project::run_quietly(&mut compile)?;
            programs.push(built);
        }
    }
    for program in &programs {
        answers(program)?;
    }
    eprintln!("{} builds of the examples answer as they should", programs.len());
    Ok(())
}

/// An example tells people apart, and names what is wrong with a photo.
fn answers(program: &Path) -> Result {
    let images = project::root().join("tests/golden/images");
    let ask = |probe: &str, reference: &str| {
        let run = Command::new(program).arg(images.join(probe)).arg(images.join(reference)).output();
        run.map_err(|error| format!("{}: {error}", program.display()))
    };
    let same = ask("astronaut.jpg", "astronaut.png")?;
    let different = ask("astronaut.jpg", "hopper.jpg")?;
    let nobody = ask("astronaut.jpg", "gray.png")?;
    let as_expected = String::from_utf8_lossy(&same.stdout).contains("same person")
        && String::from_utf8_lossy(&different.stdout).contains("different people")
        && same.status.success()
        && different.status.success()
        && nobody.status.code() == Some(1)
        && String::from_utf8_lossy(&nobody.stderr) == "reference: no face was found (NO_FACE)\n";
    if as_expected {
        Ok(())
    } else {
        Err(format!("{}: {same:?}, {different:?}, {nobody:?}", program.display()))
    }
}

/// No error and no leak by valgrind's memcheck, and none by the compiler's sanitizers.
fn memory() -> Result {
    let images = project::root().join("tests/golden/images");
    let sanitized = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-O1"];
    for name in ["misuse", "threads"] {
        project::run(compile(name, "sanitized", &sanitized)?.arg(&images))?;
    }
    if !tool("valgrind")? {
        return Ok(());
    }
    let misuse = compile("misuse", "programs", &[])?;
    let mut valgrind = project::program("valgrind");
    valgrind
        .args([
            "--quiet",
            "--error-exitcode=9",
            "--leak-check=full",
            "--errors-for-leak-kinds=definite,possible",
        ])
        .args(["--suppressions=tests/c/valgrind.supp"])
        .arg(misuse.get_program())
        .arg(&images)
        .arg("brief")
        // All of it is Rust, so that nothing but the loader's and the threads' own needs to be suppressed.
        .env("VISAVIS_TEST_ENGINE", "embedded")
        // The cache of backtraces would look like a leak.
        .env("RUST_BACKTRACE", "0");
    project::run(&mut valgrind)
}

/// NIST's FRTE 1:1 interface, which uses the C ABI alone, and what NIST checks of it.
fn frte() -> Result {
    let prefix = folder("prefix")?;
    let program = folder("frte")?.join("driver");
    let mut compile = project::program("c++");
    compile.args(["-std=c++17", "-O1"]).args(WARNINGS).arg("-I").arg(prefix.join("include"));
    compile.args(["examples/frte/adapter.cpp", "examples/frte/driver.cpp", "-o"]).arg(&program);
    compile.args(link_flags(&prefix));
    project::run_quietly(&mut compile)?;
    project::run(Command::new(program).arg(project::root().join("models")).arg(photos()?))
}

/// Compiles tests/c/NAME.c or .cpp against the installed library; `panic` has a library of its own.
fn compile(name: &str, place: &str, flags: &[&str]) -> Result<Command> {
    let prefix = folder("prefix")?;
    let program = folder(place)?.join(name);
    let source = project::root().join("tests/c");
    let c = source.join(format!("{name}.c"));
    let (mut compile, source) = if c.is_file() {
        let mut cc = project::program("cc");
        cc.args(["-std=c99", "-D_POSIX_C_SOURCE=200809L"]);
        (cc, c)
    } else {
        let mut cpp = project::program("c++");
        cpp.arg("-std=c++17");
        (cpp, source.join(format!("{name}.cpp")))
    };
    compile.arg("-g").args(WARNINGS).args(flags).arg("-I").arg(prefix.join("include")).arg(source);
    compile.arg("-o").arg(&program);
    if place == "panic" {
        compile.arg(program.with_file_name(install::soname()));
    } else {
        compile.args(link_flags(&prefix));
    }
    compile.args(["-lpthread", "-ldl", "-lm"]);
    project::run_quietly(&mut compile)?;
    Ok(Command::new(program))
}

fn link_flags(prefix: &Path) -> [String; 3] {
    let lib = prefix.join("lib");
    [format!("-L{}", lib.display()), "-lvisavis".into(), format!("-Wl,-rpath,{}", lib.display())]
}

/// Photos as raw pixels, which C and C++ read without a codec.
fn photos() -> Result<PathBuf> {
    let photos = folder("photos")?;
    for name in ["astronaut", "hopper", "two-people"] {
        let photo = project::root().join(format!("tests/golden/images/{name}.jpg"));
        let made = reference()?.arg("ppm").arg(photo).output().map_err(text)?;
        if !made.status.success() {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&made.stderr)));
        }
        fs::write(photos.join(format!("{name}.ppm")), made.stdout).map_err(text)?;
    }
    Ok(photos)
}

fn reference() -> Result<Command> {
    Ok(Command::new(project::target()?.join("debug/examples/reference")))
}

fn output(command: &mut Command) -> Result<String> {
    let name = Path::new(command.get_program()).display().to_string();
    let output = command.output().map_err(|error| format!("{name} cannot be run: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{name} failed ({}): {}", output.status, told.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn folder(name: &str) -> Result<PathBuf> {
    let folder = project::target()?.join("c").join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    Ok(folder)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
