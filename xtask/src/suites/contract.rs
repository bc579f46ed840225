//! The HTTP contract as clients see it: through common HTTP libraries, and through clients generated from the OpenAPI
//! document.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::running::{PASSWORD, Server, USER};
use super::{Step, tool};
use crate::{Result, load, project, venv};

pub(super) const STEPS: &[Step] =
    &[Step { name: "contract", run: contract }, Step { name: "typed", run: typed }];

const TYPED: &str = "tests/contract/typed";

/// The requests of tests/contract by curl, Python's requests, Node's fetch and Java's HttpClient.
fn contract() -> Result {
    for name in ["python3", "curl", "node"] {
        if !tool(name)? {
            return Ok(());
        }
    }
    load::build("dev")?;
    let python = venv::provide("contract", "tests/contract/requirements.txt")?;
    let server = Server::start()?;
    let mut kit = project::program(python);
    kit.args(["tests/contract/run.py", "--url", &format!("http://{}", server.address)]);
    project::run(kit.args(["--user", USER, "--password", PASSWORD]))
}

/// Clients in TypeScript, Java and C#, generated, compiled and used.
fn typed() -> Result {
    load::build("dev")?;
    let server = Server::start()?;
    typescript(&server)?;
    if !is_installed("javac") {
        eprintln!("NOT RUN: the generated clients in Java and C#, since there is no JDK");
        return Ok(());
    }
    let python = venv::provide("typed", "tests/contract/typed/requirements.txt")?;
    java(&python, &server)?;
    csharp(&python)
}

fn typescript(server: &Server) -> Result {
    if !(tool("node")? && tool("npm")?) {
        return Ok(());
    }
    let folder = project::empty("typed/typescript")?;
    for name in ["package.json", "package-lock.json", "tsconfig.json", "usage.ts"] {
        let from = project::root().join(TYPED).join(name);
        fs::copy(&from, folder.join(name)).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    let here = |name: &str| {
        let mut command = Command::new(name);
        command.current_dir(&folder);
        command
    };
    project::run_quietly(here("npm").args(["ci", "--no-audit", "--no-fund"]))?;
    let document = project::root().join("server/openapi.json");
    let mut generate = here("node_modules/.bin/openapi-typescript");
    project::run_quietly(generate.arg(document).args(["--output", "generated/api.d.ts"]))?;
    project::run(&mut here("node_modules/.bin/tsc"))?;
    project::run(with_server(here("node").arg("generated/js/usage.js"), server))
}

fn java(python: &Path, server: &Server) -> Result {
    let folder = project::empty("typed/java")?;
    // The generator contains the libraries that the Java client needs.
    let mut where_is = project::program(python);
    let jar = "import openapi_generator_cli as it, pathlib; \
               print(pathlib.Path(it.__file__).with_name('openapi-generator.jar'), end='')";
    let output = where_is.args(["-c", jar]).output().map_err(|error| error.to_string())?;
    let jar = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    generate(
        python,
        "java",
        &folder,
        &["--library", "native", "--additional-properties", "openApiNullable=false"],
    )?;
    let mut sources = Vec::new();
    sources_below(&folder.join("src/main"), &mut sources)?;
    sources_below(&project::root().join(TYPED), &mut sources)?;
    let classes = folder.join("classes");
    let mut compile = project::program("javac");
    compile.args(["-nowarn", "-Xlint:none", "-cp", &jar, "-d"]).arg(&classes).args(sources);
    project::run_quietly(&mut compile)?;
    let path = format!("{jar}:{}", classes.display());
    project::run(with_server(project::program("java").args(["-cp", &path, "Usage"]), server))
}

fn csharp(python: &Path) -> Result {
    let folder = project::empty("typed/csharp")?;
    generate(python, "csharp", &folder, &[])?;
    if !is_installed("dotnet") {
        eprintln!("NOT COMPILED: the generated client in C#, since dotnet is not installed");
        return Ok(());
    }
    project::run(Command::new("dotnet").args(["build", "--nologo"]).current_dir(folder.join("src")))
}

fn generate(python: &Path, language: &str, folder: &Path, options: &[&str]) -> Result {
    let mut generate = project::program(python.with_file_name("openapi-generator-cli"));
    generate.args(["generate", "-i", "server/openapi.json", "-g", language, "-o"]).arg(folder).args(options);
    project::run_quietly(&mut generate)
}

/// Passes the server, a login and photos to a program.
fn with_server<'a>(program: &'a mut Command, server: &Server) -> &'a mut Command {
    let photos = project::root().join("tests/golden/images");
    program.arg(format!("http://{}", server.address)).arg(format!("{USER}:{PASSWORD}")).arg(photos)
}

/// For optional compilers: their absence is reported and is not a failure.
fn is_installed(name: &str) -> bool {
    let mut command = Command::new(name);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn sources_below(folder: &Path, sources: &mut Vec<PathBuf>) -> Result {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            sources_below(&path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "java") {
            sources.push(path);
        }
    }
    Ok(())
}
