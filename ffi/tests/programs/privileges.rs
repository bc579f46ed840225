//! A setuid program loads no code chosen by the user who starts it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::report;

use crate::compile::{library, program_with, soname};

/// A user without rights.
const NOBODY: u32 = 65534;

#[test]
fn a_setuid_program_loads_no_engine_that_its_caller_chose() {
    // SAFETY: has no preconditions and cannot fail.
    #[allow(unsafe_code)]
    let root = unsafe { libc::geteuid() } == 0;
    if !root {
        report::note("SKIPPED: setuid programs: only root can make one that another user starts");
        return;
    }
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    mode(folder.path(), 0o755);
    // Anyone may write to the program's folder, as after a hard link to it was made elsewhere.
    let home = folder.path().join("home");
    fs::create_dir(&home).expect("the folder is ours");
    mode(&home, 0o777);
    let rpath = format!("-Wl,-rpath,{}", folder.path().display());
    let Some(program) = program_with("privileged", &[&rpath]) else { return };
    let Some(injected) = program_with("injected", &["-shared", "-fPIC"]) else { return };
    let shared = library().join("libvisavis.so");
    place(&shared, &folder.path().join(soname(&shared)));
    let program = place(&program, &home.join("privileged"));
    let named = place(&injected, &folder.path().join("injected.so"));
    place(&injected, &home.join("libonnxruntime.so.1"));
    for named in [Some(&named), None] {
        mode(&program, 0o755);
        let output = start(&program, named);
        assert!(output.contains("INJECTED"), "without other rights the caller may choose: {output}");
        mode(&program, 0o4755);
        let output = start(&program, named);
        assert!(!output.contains("INJECTED") && output.contains("euid 0 engine "), "{output}");
    }
}

fn place(from: &Path, to: &Path) -> PathBuf {
    fs::copy(from, to).expect("there is room for temporary files");
    mode(to, 0o755);
    to.to_owned()
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the file is ours");
}

/// Both outputs of the program, started by a user without rights.
fn start(program: &Path, named: Option<&PathBuf>) -> String {
    let mut command = Command::new(program);
    command.uid(NOBODY).gid(NOBODY).current_dir("/").env_remove("ORT_DYLIB_PATH");
    command.envs(named.map(|named| ("ORT_DYLIB_PATH", named)));
    let output = command.output().expect("the program can be started");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
