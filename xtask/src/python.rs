//! `cargo xtask python` and `cargo xtask ray`: the wheel, environments to try it in, and its tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{Result, project, venv};

const SOURCES: &str = "bindings/python";

/// One line, as a user's first one.
const FIRST_LINE: &str = "import visavis; \
     print(visavis.verify('tests/golden/images/astronaut.jpg', 'tests/golden/images/astronaut-dark.jpg'))";

/// `cargo xtask python [--manylinux]`
pub(crate) fn command(arguments: &[String]) -> Result {
    match arguments {
        [] => {
            first_use()?;
            checks()?;
            tests()
        }
        [flag] if flag == "--manylinux" => manylinux(),
        _ => Err("python takes no arguments but --manylinux".into()),
    }
}

/// `cargo xtask ray`: the batch job on a cluster of this machine alone.
pub(crate) fn ray(arguments: &[String]) -> Result {
    if !arguments.is_empty() {
        return Err("ray takes no arguments".into());
    }
    let python = environment("ray", "requirements-ray.txt")?;
    install(&python, &wheel()?)?;
    pytest(&python, "tests_ray")
}

/// A wheel for every Linux since 2014, linked by zig against the C library of that time.
fn manylinux() -> Result {
    let python = environment("manylinux", "requirements-manylinux.txt")?;
    let zig = ["--zig", "--compatibility", "manylinux2014"];
    let wheel = build(&python, &folder("manylinux-wheels")?, &zig)?;
    project::run(Command::new(&python).args(["-m", "auditwheel", "show"]).arg(&wheel))?;
    let fresh = venv::fresh("python-fresh")?;
    install(&fresh, &wheel)?;
    say_first_line(&fresh)
}

/// A fresh environment, the wheel and nothing else, one line.
pub(crate) fn first_use() -> Result {
    let fresh = venv::fresh("python-fresh")?;
    install(&fresh, &wheel()?)?;
    say_first_line(&fresh)
}

fn say_first_line(python: &Path) -> Result {
    project::run(outside(&mut project::program(python)).args(["-c", FIRST_LINE]))
}

/// Formatting, lints, and types as users' checkers see them.
pub(crate) fn checks() -> Result {
    let python = tested()?;
    let check = |words: &[&str]| project::run(inside(&python).arg("-m").args(words));
    check(&["ruff", "format", "--quiet", "--check", "."])?;
    check(&["ruff", "check", "--quiet", "."])?;
    check(&["mypy", "--strict", "-p", "visavis"])?;
    check(&["mypy", "--strict", "tests/typed.py"])?;
    check(&["mypy.stubtest", "visavis"])
}

pub(crate) fn tests() -> Result {
    pytest(&tested()?, "tests")
}

/// An environment with the wheel and all that the tests need.
fn tested() -> Result<PathBuf> {
    let python = environment("tests", "requirements-test.txt")?;
    install(&python, &wheel()?)?;
    Ok(python)
}

fn pytest(python: &Path, tests: &str) -> Result {
    let mut pytest = inside(python);
    outside(&mut pytest).args(["-m", "pytest", tests]).env("VISAVIS_WHEEL", wheel()?);
    if tests == "tests" {
        pytest.env("VISAVIS_TEST_PANIC", panicking()?);
    }
    project::run(&mut pytest)
}

/// The package once more, with the function that panics.
fn panicking() -> Result<PathBuf> {
    let python = environment("build", "requirements-build.txt")?;
    let wheel = build(&python, &folder("panic-wheels")?, &["--features", "test-panic"])?;
    let package = folder("panic")?;
    let mut place = venv::pip(&python);
    place.args(["--no-index", "--no-deps", "--upgrade", "--target"]).arg(&package).arg(wheel);
    project::run_quietly(&mut place)?;
    Ok(package)
}

/// The wheel for this machine, made once in a run.
pub(crate) fn wheel() -> Result<PathBuf> {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    if let Some(wheel) = MADE.get() {
        return Ok(wheel.clone());
    }
    let wheel = build(&environment("build", "requirements-build.txt")?, &folder("wheels")?, &[])?;
    Ok(MADE.get_or_init(|| wheel).clone())
}

fn build(python: &Path, out: &Path, flags: &[&str]) -> Result<PathBuf> {
    // Older ones would be found too.
    fs::remove_dir_all(out).map_err(text)?;
    let mut maturin = project::program(python);
    maturin.args(["-m", "maturin", "build", "--release", "--quiet"]).args(flags);
    maturin
        .arg("--manifest-path")
        .arg(project::root().join(SOURCES).join("Cargo.toml"))
        .arg("--out")
        .arg(out);
    // maturin looks for zig there.
    if let (Some(bin), Some(path)) = (python.parent(), std::env::var_os("PATH")) {
        let places = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&path));
        maturin.env("PATH", std::env::join_paths(places).map_err(text)?);
    }
    project::run(&mut maturin)?;
    let mut files = fs::read_dir(out).map_err(text)?.flatten().map(|entry| entry.path());
    files.next().ok_or_else(|| "maturin made no wheel".to_owned())
}

fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    venv::provide(&format!("python-{name}"), &format!("{SOURCES}/{requirements}"))
}

/// Nothing but the wheel: what it needs besides must be there already.
pub(crate) fn install(python: &Path, wheel: &Path) -> Result {
    project::run_quietly(venv::pip(python).args(["--no-index", "--force-reinstall"]).arg(wheel))
}

fn inside(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.current_dir(project::root().join(SOURCES));
    command
}

/// As users run it: without what cargo tells the loader, which has an ONNX Runtime in it, and without such settings.
fn outside(command: &mut Command) -> &mut Command {
    let ours = ["LD_LIBRARY_PATH", "ORT_DISABLE_TELEMETRY", "ORT_DYLIB_PATH"];
    ours.iter().fold(command, |command, name| command.env_remove(name))
}

fn folder(name: &str) -> Result<PathBuf> {
    let folder = project::target()?.join("python").join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    Ok(folder)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
