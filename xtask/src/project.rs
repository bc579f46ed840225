//! Where things are, and how programs are run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// A chore fails with a message.
pub(crate) type Result<T = ()> = std::result::Result<T, String>;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask/ is in the repository")
}

/// Cargo's target folder, wherever it was configured to be: this program is in `TARGET/PROFILE/`.
pub(crate) fn target() -> Result<PathBuf> {
    let program = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    match program.ancestors().nth(2) {
        Some(target) => Ok(target.to_owned()),
        None => Err(format!("{} is not in a target folder", program.display())),
    }
}

/// A program that will run in the root of the repository.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    command
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Removes a folder, if it is there.
pub(crate) fn remove(folder: &Path) -> Result {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// An empty folder below the target folder.
pub(crate) fn empty(name: &str) -> Result<PathBuf> {
    let folder = target()?.join(name);
    remove(&folder)?;
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// The message of an error that needs no more words.
pub(crate) fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Builds programs with the features that the whole workspace enables in their dependencies, so that what the tests have
/// compiled is not compiled again.
pub(crate) fn build(profile: &str, programs: &[&str]) -> Result {
    run(cargo().args(["build", "--workspace", "--profile", profile]).args(programs))
}

/// Runs a program to its end, with its output shown.
pub(crate) fn run(command: &mut Command) -> Result {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{} failed ({status})", shown(command))),
        Err(error) => Err(cannot_run(command, &error)),
    }
}

/// Runs a program to its end without showing its output; if it fails, its standard error is the message.
pub(crate) fn run_quietly(command: &mut Command) -> Result {
    output(command).map(|_| ())
}

/// Runs a program to its end, and returns what it prints; if it fails, its standard error is the message.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => {
            let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(format!("{} failed ({}): {why}", shown(command), output.status))
        }
        Err(error) => Err(cannot_run(command, &error)),
    }
}

/// Replaces this process with the program, which receives its signals and sets its exit status. Returns only on failure.
#[cfg(unix)]
pub(crate) fn become_program(command: &mut Command) -> Result {
    let error = std::os::unix::process::CommandExt::exec(command);
    Err(cannot_run(command, &error))
}

/// Runs the program and returns its result, since a process cannot be replaced here.
#[cfg(not(unix))]
pub(crate) fn become_program(command: &mut Command) -> Result {
    run(command)
}

fn cannot_run(command: &Command, error: &io::Error) -> String {
    format!("{} cannot be run: {error}", shown(command))
}

/// The program's name and first arguments, enough to identify the step.
fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(name).chain(command.get_args().take(3));
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
