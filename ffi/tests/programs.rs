//! The programs of tests/c, compiled by the system's compilers against the library of this build, and run.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use face::{Error, Image, Options, Side, Verifier};
use testkit::{cases, files, report};

const WARNINGS: &[&str] = &["-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// A folder with the library under its SONAME, as programs find it at run time.
fn library() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let program = std::env::current_exe().expect("a program has a path");
        let built = program.ancestors().nth(2).expect("tests are in TARGET/PROFILE/deps");
        let profile = built.file_name().expect("a profile has a name").to_string_lossy();
        let profile = if profile == "debug" { "dev" } else { &profile };
        // `cargo test` does not build a library that no test can link as a crate.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let arguments = ["build", "--package", "visavis-ffi", "--lib", "--profile", profile];
        ran(Command::new(cargo).args(arguments).current_dir(files::root()));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
        fs::create_dir_all(&folder).expect("the target folder is writable");
        let library = built.join("libvisavis.so");
        let dynamic = ran(Command::new("readelf").arg("-d").arg(&library));
        let soname = text(&dynamic.stdout).split("soname: [").nth(1).and_then(|rest| rest.split(']').next());
        for name in ["libvisavis.so", soname.expect("the library has a SONAME")] {
            let link = folder.join(name);
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(&library, link).expect("the target folder is writable");
        }
        folder
    })
}

/// Compiles tests/c/NAME.c or NAME.cpp; none where there is no compiler.
fn program(name: &str) -> Option<Command> {
    let source = files::root().join("tests/c");
    let is_c = source.join(format!("{name}.c")).is_file();
    let (compiler, standard, end) = if is_c { ("cc", "-std=c99", "c") } else { ("c++", "-std=c++17", "cpp") };
    if Command::new(compiler).arg("--version").output().is_err() {
        report::skip(&format!("tests/c/{name}.{end}"), &format!("there is no {compiler}"));
        return None;
    }
    let (folder, built) = (library(), library().join(name));
    let mut compile = Command::new(compiler);
    compile.args([standard, "-D_GNU_SOURCE"]).args(WARNINGS);
    compile.arg("-I").arg(files::root().join("include")).arg(source.join(format!("{name}.{end}")));
    compile.arg("-o").arg(&built).arg("-L").arg(folder).arg("-lvisavis");
    compile.arg(format!("-Wl,-rpath,{}", folder.display())).args(["-lpthread", "-ldl", "-lm"]);
    ran(&mut compile);
    Some(Command::new(built))
}

fn images() -> PathBuf {
    files::root().join("tests/golden/images")
}

/// Runs a command that must succeed.
#[track_caller]
fn ran(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, text(&output.stderr));
    output
}

fn text(output: &[u8]) -> &str {
    std::str::from_utf8(output).expect("output is UTF-8")
}

#[test]
fn every_mistake_of_a_program_gives_a_status() {
    if let Some(mut misuse) = program("misuse") {
        ran(misuse.arg(images()));
    }
}

#[test]
fn one_verifier_serves_many_threads() {
    if let Some(mut threads) = program("threads") {
        ran(threads.arg(images()));
    }
}

/// Without threads of its own ONNX Runtime survives fork() by luck; the other engine has threads to miss.
#[test]
fn verifiers_outlive_fork_with_both_engines() {
    if let Some(mut forks) = program("forks") {
        ran(forks.arg(images()));
        ran(forks.env("VISAVIS_TEST_ENGINE", "embedded"));
    }
}

#[test]
fn the_wrapper_for_cpp_and_pixels_of_every_format() {
    let Some(mut wrapper) = program("wrapper") else { return };
    let verifier = Verifier::new(Options::default()).expect("the models are in the library");
    for name in ["astronaut", "hopper", "two-people"] {
        let photo = testkit::files::photo(&format!("{name}.jpg"));
        let image = verifier.decode(&photo).expect("golden photos are readable");
        fs::write(library().join(format!("{name}.ppm")), ppm(&image)).expect("the target folder is writable");
    }
    ran(wrapper.arg(images()).arg(library()));
}

fn ppm(image: &Image<'_>) -> Vec<u8> {
    let header = format!("P6\n{} {}\n255\n", image.width(), image.height());
    [header.as_bytes(), image.rgb()].concat()
}

#[test]
fn c_and_rust_give_the_same_for_every_golden_case_to_the_bit() {
    let Some(mut golden) = program("golden") else { return };
    let engine = Verifier::new(Options::default()).expect("the models are in the library").engine().engine;
    let engine = engine.name();
    let by_c = ran(golden.arg(cases::table()).arg(images()).env("VISAVIS_TEST_ENGINE", engine));
    let by_rust = by_rust(engine);
    let by_c: Vec<&str> = text(&by_c.stdout).lines().collect();
    assert!(by_c.len() > 100, "{} cases", by_c.len());
    assert_eq!(by_c, by_rust);
}

/// A line for every case, as tests/c/golden.c prints it: name, status, side, and the bits of similarity and score.
fn by_rust(engine: &str) -> Vec<String> {
    let mut verifiers: HashMap<Vec<(String, String)>, Verifier> = HashMap::new();
    let cases = cases::read(&cases::table()).into_iter();
    cases
        .map(|case| {
            let verifier = verifiers.entry(case.options).or_insert_with_key(|settings| {
                let mut options = Options::default();
                let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                for (name, value) in settings.chain([("engine", engine)]) {
                    options.set(name, value).expect("the table names options of the core");
                }
                Verifier::new(options).expect("the models are in the library")
            });
            let [probe, reference] = [&case.probe, &case.reference].map(|name| files::photo(name));
            match verifier.verify(&probe, &reference).map(|verdict| verdict.comparison) {
                Ok(made) => {
                    let (similarity, score) = (made.similarity.to_bits(), made.score.to_bits());
                    format!("{}\tOK\t\t{similarity:08x}\t{score:08x}", case.name)
                }
                Err(error) => format!("{}\t{}\t{}\t\t", case.name, error.kind(), side(&error)),
            }
        })
        .collect()
}

fn side(error: &Error) -> &'static str {
    error.side().map_or("", Side::name)
}
