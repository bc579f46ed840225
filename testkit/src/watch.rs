//! Checks that a program opens no network socket and writes no file: with strace, in a separate network namespace.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::report;

/// Every call that names a file, every call about sockets, and those that change a file by its number.
const TRACED: &str = "trace=%file,%network,ftruncate,fallocate,fchmod,fchown";

/// Calls with a file's name that only read.
const LOOKING: &[&str] = &[
    "access",
    "chdir",
    "execve",
    "faccessat",
    "faccessat2",
    "getcwd",
    "getxattr",
    "lgetxattr",
    "lstat",
    "newfstatat",
    "readlink",
    "readlinkat",
    "stat",
    "statfs",
    "statx",
];

/// Files to which writing leaves nothing behind.
const HARMLESS: &[&str] = &["\"/dev/null\"", "\"/dev/tty", "\"/proc/self/", "\"/dev/pts/"];

/// Runs a program that verifies hopper.jpg among others, checks its system calls, and returns its standard output.
/// `None`, with a note, if they cannot be traced here.
///
/// # Panics
/// If the program fails, opens a network socket or writes a file.
pub fn hermetic(program: &Path, arguments: impl FnOnce(&mut Command), folder: &Path) -> Option<String> {
    let [home, cache, trace] = ["home", "cache", "trace"].map(|name| folder.join(name));
    for folder in [&home, &cache] {
        std::fs::create_dir(folder).expect("the folder is new");
    }
    let Some(mut command) = watched(&trace) else {
        report::skip("the watch over sockets and files", "strace is missing or may not trace here");
        return None;
    };
    command.arg(program).env("HOME", &home).env("XDG_CACHE_HOME", &cache);
    arguments(&mut command);
    let output = command.output().expect("strace has just run");
    assert!(output.status.success(), "{output:?}");
    let trace = std::fs::read_to_string(&trace).expect("strace wrote it");
    assert!(trace.contains("hopper.jpg\", O_RDONLY"), "the trace shows what the program does");
    let offences: Vec<&str> = trace.lines().filter(|line| offends(line)).collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
    for folder in [home, cache] {
        let written = folder.read_dir().expect("it is there").count();
        assert_eq!(written, 0, "{} was written to", folder.display());
    }
    report::note(&format!("no socket, no written file in {} calls", trace.lines().count()));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// strace, inside a namespace without a network if that is allowed.
fn watched(trace: &Path) -> Option<Command> {
    let strace = |mut command: Command| {
        command.args(["-f", "-qq", "-e", TRACED, "-o"]).arg(trace);
        command
    };
    if !works(strace(Command::new("strace"))) {
        return None;
    }
    for flags in ["-n", "-rn"] {
        let namespace = || {
            let mut command = Command::new("unshare");
            command.args([flags, "strace"]);
            strace(command)
        };
        if works(namespace()) {
            return Some(namespace());
        }
    }
    report::note("network namespaces are not allowed here: the program is watched, but not cut off");
    Some(strace(Command::new("strace")))
}

fn works(mut command: Command) -> bool {
    let command = command.arg("true").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether a line of the trace opens or uses a network socket, or changes a file.
fn offends(line: &str) -> bool {
    // PID NAME(ARGUMENTS) = RESULT
    let call = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let Some((name, arguments)) = call.split_once('(') else { return false };
    match name {
        "socket" | "socketpair" => !arguments.starts_with("AF_UNIX"),
        "bind" | "connect" | "sendto" | "sendmsg" | "sendmmsg" => {
            arguments.contains("sa_family=") && !arguments.contains("sa_family=AF_UNIX")
        }
        "open" | "openat" | "openat2" => {
            let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE"];
            let harmless = HARMLESS.iter().any(|place| arguments.contains(place));
            writes.iter().any(|flag| arguments.contains(flag)) && !harmless
        }
        _ => !LOOKING.contains(&name) && !NETWORK.contains(&name),
    }
}

/// The other calls about sockets: they need one that was refused above, or do not leave the machine.
const NETWORK: &[&str] =
    &["getpeername", "getsockname", "getsockopt", "recvfrom", "recvmsg", "setsockopt", "shutdown"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offences_are_recognised() {
        for line in [
            "12 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3",
            "12 socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = -1 EAFNOSUPPORT (Address family not supported)",
            "12 connect(3, {sa_family=AF_INET, sin_port=htons(443)}, 16) = -1 ENETUNREACH",
            "12 openat(AT_FDCWD, \"/home/a/.cache/x\", O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 4",
            "12 openat(AT_FDCWD, \"/tmp/x\", O_WRONLY <unfinished ...>",
            "12 mkdir(\"/tmp/x\", 0777) = 0",
            "12 unlink(\"/tmp/x\") = 0",
            "12 fchmod(4, 0600) = 0",
        ] {
            assert!(offends(line), "{line}");
        }
        for line in [
            "12 openat(AT_FDCWD, \"/etc/ld.so.cache\", O_RDONLY|O_CLOEXEC) = 3",
            "12 openat(AT_FDCWD, \"/dev/null\", O_RDWR) = 3",
            "12 socket(AF_UNIX, SOCK_STREAM, 0) = 3",
            "12 readlink(\"/proc/self/exe\", \"/a/b\", 4096) = 4",
            "12 <... openat resumed>) = 4",
            "12 +++ exited with 0 +++",
        ] {
            assert!(!offends(line), "{line}");
        }
    }
}
