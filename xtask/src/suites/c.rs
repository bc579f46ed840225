//! The C ABI: header, exports, installation, memory, NIST's interface. The programs of tests/c run in `cargo test`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Step, library, tool};
use crate::soname::soname;
use crate::{Result, abi, header, install, packages, panicking, project, release};

pub(super) const STEPS: &[Step] = &[
    Step { name: "c-abi", run: interface },
    Step { name: "c", run: programs },
    Step { name: "c-builds", run: builds },
    Step { name: "c-memory", run: memory },
    Step { name: "frte", run: frte },
];

const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// Checks that header and exports are the committed ones; builds and installs the library for the other steps.
fn interface() -> Result {
    header::check()?;
    if tool("abidiff")? {
        abi::check()?;
    }
    headers_alone()?;
    let built = project::target()?.join("debug");
    fs::copy(panicking::library("visavis")?, folder("panic")?.join(soname())).map_err(text)?;
    project::build("dev", &["--lib"])?;
    project::build("dev", &["--example", "ppm"])?;
    let place = install::Place::new(&folder("prefix")?, "lib");
    install::install(&place, &built, release::HOST.triple, install::provided().as_deref())?;
    // For the names of functions in reports of valgrind and the sanitizers.
    install::add_symbols(&place, &built)?;
    library::exports(&folder("prefix")?)
}

/// Each header compiles on its own, in every version of its languages.
fn headers_alone() -> Result {
    let file = folder("alone")?;
    let c = file.join("header.c");
    let uses = "vav_result r = VAV_RESULT_INIT; vav_sample s = VAV_SAMPLE_INIT; vav_face f = VAV_FACE_INIT; \
                vav_photo p = VAV_PHOTO_ENCODED(&r, 1), q = VAV_PHOTO_PIXELS(&r, 1, 1, 1, 1, VAV_FORMAT_GRAY8), \
                t = VAV_PHOTO_FILE(\"t\"); return (int)(r.flags + s.width + f.flags + p.flags + q.flags + t.flags);";
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

/// The programs of tests/c that need a library of another kind, or another copy of ONNX Runtime.
fn programs() -> Result {
    let panics = compile("panics", "panic", &["-Wl,-rpath,$ORIGIN"])?.output().map_err(text)?;
    let stderr = String::from_utf8_lossy(&panics.stderr);
    // Only the program's last line may be there, and no report of a panic.
    if !panics.status.success() || stderr.lines().count() != 1 {
        return Err(format!("panics: {}: {stderr}", panics.status));
    }
    two_runtimes(&project::root().join("tests/golden/images"))
}

/// The program has loaded another copy of ONNX Runtime first.
fn two_runtimes(images: &Path) -> Result {
    let Some(runtime) = install::provided() else {
        eprintln!("SKIPPED: two_runtimes: ONNX Runtime is not available");
        return Ok(());
    };
    let copy = folder("copy")?.join("libonnxruntime-of-the-host.so");
    fs::copy(runtime, &copy).map_err(text)?;
    project::run(compile("two_runtimes", "programs", &[])?.arg(copy).arg(images))
}

/// The archives that would be published, unpacked.
fn unpacked() -> Result<PathBuf> {
    let folder = folder("unpacked")?;
    project::remove(&folder)?;
    fs::create_dir_all(&folder).map_err(text)?;
    // Compressed as fast as possible, since they are not kept.
    for archive in packages::archives(&folder, "-0", release::HOST)? {
        let mut tar = project::program("tar");
        tar.arg("--extract").arg("--file").arg(&archive).arg("--directory").arg(&folder);
        project::run_quietly(tar.arg("--strip-components=1"))?;
        fs::remove_file(archive).map_err(text)?;
    }
    Ok(folder)
}

/// The examples, built as users build: with CMake and with pkg-config; shared, static and fully static.
fn builds() -> Result {
    let prefix = unpacked()?;
    library::exports(&prefix)?;
    library::versions(&prefix)?;
    library::symbols(&prefix)?;
    let root = project::root();
    let mut programs = Vec::new();
    if tool("cmake")? {
        let build = folder("cmake")?;
        let mut configure = project::program("cmake");
        configure.arg("-S").arg(root.join("tests/c/consumer")).arg("-B").arg(&build);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
        configure.arg(format!("-DEXAMPLES={}", root.join("examples").display()));
        configure.arg(format!("-DPLUGIN={}", root.join("tests/c/plugin.c").display()));
        configure.arg(format!("-DEXPECTED_VERSION={}", env!("CARGO_PKG_VERSION")));
        project::run_quietly(&mut configure)?;
        project::run_quietly(project::program("cmake").arg("--build").arg(&build))?;
        programs.extend(["c-visavis", "c-static", "cpp-visavis"].map(|name| build.join(name)));
        library::exports_only(&build.join("libplugin.so"), &["plugin_status"])?;
    }
    if tool("pkg-config")? {
        for (compiler, source, module, more) in [
            ("cc", "c/verify.c", "visavis", ""),
            ("c++", "cpp/verify.cpp", "visavis-static", ""),
            ("cc", "c/verify.c", "visavis-static", "-static"),
        ] {
            let mut ask = project::program("pkg-config");
            ask.args(["--cflags", "--libs", module]).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
            let flags = project::output(&mut ask)?;
            let built = folder("pkg-config")?.join(format!("{compiler}-{module}{more}"));
            let mut compile = project::program(compiler);
            compile.arg(root.join("examples").join(source)).arg("-o").arg(&built).args(WARNINGS);
            compile.args(flags.split_whitespace()).args(more.split_whitespace());
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

/// Checks that an example distinguishes people, and reports what is wrong with a photo.
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
        && String::from_utf8_lossy(&nobody.stderr).ends_with("reference: no face was found (NO_FACE)\n");
    if as_expected {
        Ok(())
    } else {
        Err(format!("{}: {same:?}, {different:?}, {nobody:?}", program.display()))
    }
}

/// No error and no leak by valgrind's memcheck, and none by the compiler's sanitizers. Both at once: valgrind uses one core.
fn memory() -> Result {
    let images = &project::root().join("tests/golden/images");
    let sanitized = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-O1"];
    let mut programs = Vec::new();
    for name in ["misuse", "threads"] {
        programs.push(compile(name, "sanitized", &sanitized)?);
    }
    let valgrind =
        if tool("valgrind")? { Some(valgrind(&compile("misuse", "programs", &[])?)) } else { None };
    std::thread::scope(|scope| {
        let checked = valgrind.map(|mut run| scope.spawn(move || project::run(run.arg(images).arg("brief"))));
        let sanitized = programs.iter_mut().try_for_each(|program| project::run(program.arg(images)));
        let checked =
            checked.map(|run| run.join().unwrap_or_else(|_| Err("valgrind's thread failed".into())));
        sanitized.and(checked.unwrap_or(Ok(())))
    })
}

fn valgrind(program: &Command) -> Command {
    let mut valgrind = project::program("valgrind");
    valgrind
        .args(["--quiet", "--error-exitcode=9", "--leak-check=full"])
        .args(["--errors-for-leak-kinds=definite,possible", "--suppressions=tests/c/valgrind.supp"])
        .arg(program.get_program())
        // This engine is all Rust: only leaks of the loader and of threads need suppressions.
        .env("VISAVIS_TEST_ENGINE", "embedded")
        // The cache for backtraces would look like a leak.
        .env("RUST_BACKTRACE", "0");
    valgrind
}

/// NIST's FRTE 1:1 interface over the C ABI alone, and the properties that NIST checks.
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

/// Compiles tests/c/NAME.c or .cpp against the installed library or, in the folder `panic`, against the one there.
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
        compile.arg(program.with_file_name(soname()));
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

/// A folder of photos as PPM files, which C and C++ read without a codec.
fn photos() -> Result<PathBuf> {
    let photos = folder("photos")?;
    for name in ["astronaut", "hopper", "two-people"] {
        let photo = project::root().join(format!("tests/golden/images/{name}.jpg"));
        let made =
            Command::new(project::target()?.join("debug/examples/ppm")).arg(photo).output().map_err(text)?;
        if !made.status.success() {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&made.stderr)));
        }
        fs::write(photos.join(format!("{name}.ppm")), made.stdout).map_err(text)?;
    }
    Ok(photos)
}

fn folder(name: &str) -> Result<PathBuf> {
    let folder = project::target()?.join("c").join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    Ok(folder)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
