//! deploy/: what can be checked without a container engine, a cluster or a running systemd.

use std::fs;

use super::{Step, tool};
use crate::{Result, project, venv};

pub(super) const STEPS: &[Step] = &[Step { name: "deploy", run: deploy }];

/// The highest exposure that `systemd-analyze security` may report, in tenths: 0 is a service that can do nothing.
const EXPOSURE: &str = "11";

fn deploy() -> Result {
    image()?;
    unit()?;
    prometheus()?;
    cluster()
}

/// Checks that the build context of the image has everything that cargo needs.
fn image() -> Result {
    let context = project::empty("deploy-files/context")?;
    for name in allowed(&read("Dockerfile.dockerignore")?) {
        let link = context.join(name);
        // Docker ignores a name that does not exist; cargo fails below in that case.
        std::os::unix::fs::symlink(project::root().join(name), &link)
            .map_err(|error| format!("{}: {error}", link.display()))?;
    }
    let mut metadata = project::cargo();
    metadata.args(["metadata", "--locked", "--offline", "--no-deps", "--format-version", "1"]);
    project::run_quietly(metadata.current_dir(context))
        .map_err(|why| format!("cargo in the context of the Dockerfile: {why}"))
}

/// The exceptions in a list that ignores everything else.
fn allowed(ignored: &str) -> impl Iterator<Item = &str> {
    ignored.lines().filter_map(|line| line.strip_prefix('!'))
}

/// Checks the unit, with an existing program in place of the installed one.
fn unit() -> Result {
    if !tool("systemd-analyze")? {
        return Ok(());
    }
    let unit = project::empty("deploy-files/unit")?.join("visavis-server.service");
    let text = read("visavis-server.service")?.replace("/usr/local/bin/visavis-server", "/bin/true");
    fs::write(&unit, text).map_err(|error| format!("{}: {error}", unit.display()))?;
    project::run(project::program("systemd-analyze").arg("verify").arg(&unit))?;
    let mut security = project::program("systemd-analyze");
    security.args(["security", "--offline=true", "--no-pager", "--threshold", EXPOSURE]);
    project::run_quietly(security.arg(&unit))
}

/// Checks that the rules are valid, and that each alert fires when it should and not otherwise.
fn prometheus() -> Result {
    if !tool("promtool")? {
        return Ok(());
    }
    let folder = project::root().join("deploy/prometheus");
    for arguments in [["check", "config", "prometheus.yaml"], ["test", "rules", "alerts.test.yaml"]] {
        project::run(project::program("promtool").args(arguments).current_dir(&folder))?;
    }
    Ok(())
}

/// Checks the manifests against Kubernetes' own schemas, the Dockerfile against hadolint's rules, and the workflow for
/// releases against those of actionlint, which cover the syntax, the expressions and the inputs of actions.
fn cluster() -> Result {
    if !tool("python3")? {
        return Ok(());
    }
    let python = venv::provide("deploy", "deploy/requirements.txt")?;
    let mut validate = project::program(python.with_file_name("kubernetes-validate"));
    project::run(validate.args(["--strict", "deploy/kubernetes/visavis.yaml"]))?;
    project::run(project::program(python.with_file_name("hadolint")).arg("deploy/Dockerfile"))?;
    let workflow = ".github/workflows/release.yml";
    project::run(project::program(python.with_file_name("actionlint")).arg(workflow))
}

fn read(name: &str) -> Result<String> {
    let path = project::root().join("deploy").join(name);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_admitted() {
        assert_eq!(
            allowed("**\n!core\n!Cargo.toml\n**/target\n").collect::<Vec<_>>(),
            ["core", "Cargo.toml"]
        );
    }
}
