//! Python packages in a folder of their own below the target folder.

use std::path::{Path, PathBuf};

use crate::{Result, project};

/// The `bin` folder of an environment that has what a file of requirements in the repository names.
pub(crate) fn provide(name: &str, requirements: &str) -> Result<PathBuf> {
    let bin = project::target()?.join(name).join("bin");
    if !bin.join("python").is_file() {
        let folder = bin.parent().unwrap_or(Path::new("."));
        project::run(project::program("python3").args(["-m", "venv"]).arg(folder))?;
    }
    let mut pip = project::program(bin.join("python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    project::run(pip.arg(requirements))?;
    Ok(bin)
}
