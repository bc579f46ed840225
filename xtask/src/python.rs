//! `cargo xtask python` and `cargo xtask ray`: the wheel, environments to test it in, and its tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::release::{self, Platform};
use crate::{Result, install, notices, panicking, project, venv};

const SOURCES: &str = "bindings/python";

/// The first line that a user might run.
const FIRST_LINE: &str = "import visavis; \
     print(visavis.verify('tests/golden/images/astronaut.jpg', 'tests/golden/images/astronaut-dark.jpg'))";

/// `cargo xtask python`
pub(crate) fn command(arguments: &[String]) -> Result {
    if !arguments.is_empty() {
        return Err("python takes no arguments".into());
    }
    first_use()?;
    checks()?;
    tests()?;
    sources()
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

/// A fresh environment, the wheel and nothing else, one line.
pub(crate) fn first_use() -> Result {
    let fresh = venv::fresh("python-fresh")?;
    install(&fresh, &wheel()?)?;
    project::run(&mut first_line(&fresh))
}

/// The package as pip builds it from its sources: from the repository, and from the source distribution.
pub(crate) fn sources() -> Result {
    let python = release::tools()?;
    let folder = folder("sources")?;
    let distribution = build(&python, &folder.join("dist"), &["sdist"], release::HOST)?;
    for source in [project::root().join(SOURCES), distribution] {
        let mut pip = venv::pip(&python);
        // maturin is in the environment, so that no index is needed.
        pip.args(["--no-index", "--no-build-isolation", "--force-reinstall"]).arg(source);
        // Whether it can be built is tested, not its speed: ONNX Runtime runs the networks.
        pip.env("MATURIN_PEP517_ARGS", "--profile dev").env("CARGO_PROFILE_DEV_OPT_LEVEL", "0");
        pip.env("CARGO_TARGET_DIR", folder.join("target"));
        project::run(release::with_tools(&mut pip, &python)?)?;
        let mut line = first_line(&python);
        if let Some(library) = install::provided() {
            line.env("ORT_DYLIB_PATH", library);
        }
        project::run(&mut line)?;
    }
    Ok(())
}

fn first_line(python: &Path) -> Command {
    let mut line = project::program(python);
    outside(&mut line).args(["-c", FIRST_LINE]);
    line
}

/// Formatting, lints, and types as users' checkers see them.
pub(crate) fn checks() -> Result {
    let python = tested()?;
    let check = |words: &[&str]| project::run(inside(&python).arg("-m").args(words));
    check(&["ruff", "format", "--quiet", "--check", "."])?;
    check(&["ruff", "check", "--quiet", "."])?;
    check(&["mypy", "--strict", "-p", "visavis"])?;
    check(&["mypy", "--strict", "tests/typed.py"])?;
    // Neither Ray nor Arrow is installed for this, and neither has complete types.
    check(&["mypy", "--strict", "--ignore-missing-imports", "examples/ray_batch.py"])?;
    check(&["mypy.stubtest", "visavis", "--allowlist", "tests/stubtest.txt"])
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
        // A process for each core, and a file in one process.
        pytest.args(["--numprocesses=auto", "--dist=loadfile"]);
        pytest.env("VISAVIS_TEST_PANIC", panicking()?);
    }
    project::run(&mut pytest)
}

/// A copy of the package with the function that panics.
fn panicking() -> Result<PathBuf> {
    let folder = folder("panic")?;
    let package = folder.join("visavis");
    fs::create_dir_all(&package).map_err(text)?;
    for file in fs::read_dir(project::root().join(SOURCES).join("python/visavis")).map_err(text)?.flatten() {
        if file.path().is_file() {
            fs::copy(file.path(), package.join(file.file_name())).map_err(text)?;
        }
    }
    fs::copy(panicking::library("visavis_python")?, package.join("_visavis.abi3.so")).map_err(text)?;
    Ok(folder)
}

/// The wheel for this machine, built once in a run. The tested wheel is the published one, which runs on every Linux since
/// 2012.
pub(crate) fn wheel() -> Result<PathBuf> {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    if let Some(wheel) = MADE.get() {
        return Ok(wheel.clone());
    }
    let wheel = wheel_for(release::HOST)?;
    Ok(MADE.get_or_init(|| wheel).clone())
}

pub(crate) fn wheel_for(platform: &'static Platform) -> Result<PathBuf> {
    let python = release::tools()?;
    // First, since all libraries share what is compiled.
    release::libraries(platform)?;
    let words = ["build", "--release", "--locked", "--quiet", "--compatibility", platform.wheel];
    let words = [&words[..], &["--target", platform.triple]].concat();
    let wheel = build(&python, &folder(&format!("wheels-{}", platform.npm))?, &words, platform)?;
    let folder = folder(&format!("notices-{}", platform.npm))?;
    notices::write("visavis-python", platform.triple, &folder)?;
    let mut add = project::program(&python);
    add.arg("xtask/into_wheel.py").arg(&wheel);
    project::run_quietly(add.args([notices::NOTICES, notices::BILL].map(|name| folder.join(name))))?;
    Ok(wheel)
}

/// Runs maturin; returns the one file that it makes.
fn build(python: &Path, out: &Path, words: &[&str], platform: &Platform) -> Result<PathBuf> {
    // Older ones would be found too.
    fs::create_dir_all(out).and_then(|()| fs::remove_dir_all(out)).map_err(text)?;
    let mut maturin = project::program(python);
    maturin.args(["-m", "maturin"]).args(words);
    maturin
        .arg("--manifest-path")
        .arg(project::root().join(SOURCES).join("Cargo.toml"))
        .arg("--out")
        .arg(out);
    project::run_quietly(release::with_zig(&mut maturin, platform)?)?;
    let mut files = fs::read_dir(out).map_err(text)?.flatten().map(|entry| entry.path());
    files.next().ok_or_else(|| "maturin made nothing".to_owned())
}

fn environment(name: &str, requirements: &str) -> Result<PathBuf> {
    venv::provide(&format!("python-{name}"), &format!("{SOURCES}/{requirements}"))
}

/// Installs nothing but the wheel: its dependencies must be there already.
pub(crate) fn install(python: &Path, wheel: &Path) -> Result {
    project::run_quietly(venv::pip(python).args(["--no-index", "--force-reinstall"]).arg(wheel))
}

fn inside(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.current_dir(project::root().join(SOURCES));
    command
}

/// As users run it: without settings, and without the loader's search path from cargo, which has ONNX Runtime.
fn outside(command: &mut Command) -> &mut Command {
    let ours = ["LD_LIBRARY_PATH", "ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED", "ORT_DYLIB_PATH"];
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
