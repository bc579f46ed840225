"""A verification opens no network socket and writes no file: checked by strace, in a separate network namespace."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import IMAGES

# Every call that names a file, every call about sockets, and those that change a file by its descriptor.
TRACED = "trace=%file,%network,ftruncate,fallocate,fchmod,fchown"
LOOKING = (
    r"access|chdir|execve|faccessat2?|getcwd|l?getxattr|lstat|newfstatat|readlink(at)?|stat|statfs|statx"
)
# Calls on sockets that send nothing, or need a socket whose creation is an offence.
HARMLESS_CALLS = r"getpeername|getsockname|getsockopt|recvfrom|recvmsg|setsockopt|shutdown"
HARMLESS_FILES = r'"/dev/null"|"/dev/tty|"/proc/self/|"/dev/pts/'

PROGRAM = """
import sys, visavis
verifier = visavis.Verifier(engine=sys.argv[1])
print(verifier.verify("astronaut.jpg", "hopper.jpg").integer_score, len(verifier.detect("two-people.jpg")))
template = verifier.extract("hopper.jpg", quality=True).template
print(verifier.compare(template, visavis.Template.from_bytes(template.to_bytes())).score)
"""


def offends(line: str) -> bool:
    """Whether a line of the trace opens or uses a network socket, or changes a file."""
    call = re.match(r"(?:\d+ +)?(\w+)\((.*)", line)
    if call is None:
        return False
    name, arguments = call.groups()
    if name in ("socket", "socketpair"):
        return not arguments.startswith("AF_UNIX")
    if name in ("bind", "connect", "sendto", "sendmsg", "sendmmsg"):
        return "sa_family=" in arguments and "sa_family=AF_UNIX" not in arguments
    if name in ("open", "openat", "openat2"):
        writes = re.search("O_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)", arguments)
        return bool(writes) and not re.search(HARMLESS_FILES, arguments)
    return not re.fullmatch(f"{LOOKING}|{HARMLESS_CALLS}", name)


def watch(trace: Path) -> list[str]:
    """strace, inside a namespace without a network where that is allowed."""
    strace = ["strace", "-f", "-qq", "-e", TRACED, "-o", str(trace)]
    for command in (["unshare", "-n", *strace], ["unshare", "-rn", *strace], strace):
        if (
            shutil.which(command[0])
            and not subprocess.run([*command, "true"], capture_output=True).returncode
        ):
            return command
    if "CI" in os.environ:
        pytest.fail("strace is needed here, and must be allowed to trace")
    pytest.skip("strace is missing or may not trace here")


@pytest.mark.parametrize("engine", ["onnxruntime", "embedded"])
def test_a_verification_uses_no_network_and_writes_no_file(engine: str, tmp_path: Path) -> None:
    trace, home = tmp_path / "trace", tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home)}
    # -B: Python itself must not write compiled modules.
    call = [*watch(trace), sys.executable, "-B", "-c", PROGRAM, engine]
    done = subprocess.run(call, cwd=IMAGES, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "10 2\n100.0\n"), done.stderr
    lines = trace.read_text().splitlines()
    assert any('hopper.jpg", O_RDONLY' in line for line in lines)
    offences = [line for line in lines if offends(line)]
    assert not offences, "\n".join(offences)
    assert not list(home.iterdir())


def test_the_check_detects_offences() -> None:
    for line in [
        "12 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3",
        "12 connect(3, {sa_family=AF_INET, sin_port=htons(443)}, 16) = -1 ENETUNREACH",
        '12 openat(AT_FDCWD, "/home/a/.cache/x", O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 4',
        '12 mkdir("/home/x", 0777) = 0',
        "12 fchmod(4, 0600) = 0",
    ]:
        assert offends(line), line
    for line in [
        '12 openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3',
        '12 openat(AT_FDCWD, "/dev/null", O_RDWR) = 3',
        "12 socket(AF_UNIX, SOCK_STREAM, 0) = 3",
        "12 <... openat resumed>) = 4",
        "12 +++ exited with 0 +++",
    ]:
        assert not offends(line), line
