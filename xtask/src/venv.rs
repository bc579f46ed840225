//! Python environments below the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::{Result, project};

/// The interpreter of an environment with the packages of a requirements file of the repository. It is rebuilt when the
/// file changes.
pub(crate) fn provide(name: &str, requirements: &str) -> Result<PathBuf> {
    provide_with(name, requirements, &[])
}

/// The same with further flags for pip.
pub(crate) fn provide_with(name: &str, requirements: &str, flags: &[&str]) -> Result<PathBuf> {
    let home = home(name)?;
    let (python, known) = (python(&home), home.join("requirements.txt"));
    let list = project::root().join(requirements);
    let wanted = fs::read(&list).map_err(|error| about(&list, &error))?;
    // The list is copied only after everything is installed.
    if fs::read(&known).is_ok_and(|known| known == wanted) {
        return Ok(python);
    }
    fresh(name)?;
    project::run_quietly(pip(&python).args(flags).arg("--requirement").arg(&list))?;
    fs::write(&known, wanted).map_err(|error| about(&known, &error))?;
    Ok(python)
}

/// The interpreter of a new, empty environment.
pub(crate) fn fresh(name: &str) -> Result<PathBuf> {
    let home = home(name)?;
    project::run_quietly(project::program("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    Ok(python(&home))
}

/// `pip install` without prompts or update notices.
pub(crate) fn pip(python: &Path) -> Command {
    let mut pip = project::program(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    pip
}

fn home(name: &str) -> Result<PathBuf> {
    Ok(project::target()?.join("environments").join(name))
}

fn python(home: &Path) -> PathBuf {
    home.join("bin/python")
}

fn about(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
