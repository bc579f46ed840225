"""Which engine is used, and which ONNX Runtime. Each test starts its own process, because libraries stay loaded."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, python, run
from visavis import _onnxruntime

REPORT = """
engine = visavis.Verifier().engine
print(engine.name, engine.version, engine.library)
libraries = {line.split()[-1] for line in open("/proc/self/maps") if "libonnxruntime.so" in line}
print(len(libraries), *libraries)
# os.environ still holds the environment with which the interpreter started.
getenv = ctypes.CDLL(None).getenv
getenv.restype = ctypes.c_char_p
names = (b"ORT_DISABLE_TELEMETRY", b"ORT_TELEMETRY_DISABLED")
print(*((getenv(name) or b"").decode() for name in names))
print(visavis.verify("astronaut.jpg", "hopper.jpg").integer_score)
"""

HOST = """
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
session.run(None, {session.get_inputs()[0].name: numpy.zeros((1, 3, 112, 112), "float32")})
"""

MODEL = ROOT / "models/mobilefacenet.onnx"


def report(program: str) -> list[str]:
    ours = ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED")
    environment = {key: value for key, value in os.environ.items() if key not in ours}
    assert environment == dict(os.environ), "these variables must be unset: the tests check who sets them"
    done = python("-c", "import ctypes, numpy, os, sys, visavis" + program, str(MODEL))
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_library_is_found_without_importing_its_package() -> None:
    engine, libraries, telemetry, score = report(REPORT + 'assert "onnxruntime" not in sys.modules')
    name, version, library = engine.split()
    assert (name, version) == ("onnxruntime", "1.28.0") and Path(library).parent.name == "capi"
    assert libraries == f"1 {os.path.realpath(library)}"
    assert telemetry == "1 1" and score == "10"


def test_host_program_and_package_share_the_library_in_either_order() -> None:
    alone = report(REPORT)
    for program in (HOST + REPORT, REPORT + HOST, HOST + REPORT + HOST):
        said = report(program)
        assert said == alone and said[1].startswith("1 ")


def test_without_the_package_the_embedded_engine_is_used_and_the_reason_given() -> None:
    program = """
import sys, visavis
sys.modules["onnxruntime"] = None
engine = visavis.Verifier().engine
print(engine.name, engine.library, "libonnxruntime.so" in engine.fallback_reason)
print(visavis.verify("astronaut.jpg", "hopper.jpg").integer_score)
print(visavis.Verifier(engine="embedded").engine.fallback_reason)
"""
    assert run(program).splitlines() == ["embedded None True", "10", "None"]


def test_a_missing_package_is_reported_once_with_the_command_that_installs_it() -> None:
    program = """
import sys, warnings, visavis
sys.modules["onnxruntime"] = None
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    visavis.Verifier(engine="embedded")
    print(len(caught))
    visavis.Verifier()
    visavis.Verifier()
    visavis.verify("astronaut.jpg", "hopper.jpg")
for warning in caught:
    print(warning.category.__name__, warning.filename, "visavis[fast]" in str(warning.message))
"""
    assert run(program).splitlines() == ["0", "RuntimeWarning <string> True"]
    # With the package there is nothing to report.
    assert python("-W", "error", "-c", "import visavis; visavis.Verifier()").returncode == 0


def test_a_library_with_telemetry_that_the_program_loaded_first_causes_one_warning(
    tmp_path: Path,
) -> None:
    library = str(tmp_path / "newer.so")
    flags = ["-shared", "-fPIC", '-DVERSION="1.30.0"', f'-DRUNTIME="{_onnxruntime.library()}"', "-o", library]
    subprocess.run(["cc", *flags, str(ROOT / "tests/c/renamed_runtime.c")], check=True)
    program = f"""
import warnings, visavis
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    engines = [visavis.Verifier(onnxruntime={library!r}).engine for _ in range(2)]
print(engines[0].version, *(engine.warning is not None for engine in engines))
for warning in caught:
    print(warning.category.__name__, warning.filename, "ORT_DISABLE_TELEMETRY=1 before" in str(warning.message))
"""
    said = run(program, LD_PRELOAD=library).splitlines()
    assert said == ["1.30.0 True True", "RuntimeWarning <string> True"]
    assert run(program) == "1.30.0 False False"
    assert run(program, LD_PRELOAD=library, ORT_TELEMETRY_DISABLED="1") == "1.30.0 False False"


def test_a_package_with_a_broken_library_is_skipped_unless_it_was_requested(tmp_path: Path) -> None:
    capi = tmp_path / "onnxruntime/capi"
    capi.mkdir(parents=True)
    (capi.parent / "__init__.py").write_text("raise RuntimeError('imported')")
    (capi / "libonnxruntime.so.1.99.0").write_bytes(b"broken")
    program = """
import visavis
engine = visavis.Verifier().engine
print(engine.name, "1.99.0" in engine.fallback_reason)
try:
    visavis.Verifier(engine="onnxruntime")
except visavis.SetupError as error:
    print(error.code, "1.99.0" in error.message)
"""
    said = run(program, PYTHONPATH=str(tmp_path)).splitlines()
    assert said == ["embedded True", "ENGINE_UNAVAILABLE True"]


def test_a_named_path_is_used_or_an_error() -> None:
    program = """
import visavis
from visavis import _onnxruntime
library = _onnxruntime.library()
for named in ("/nowhere/libonnxruntime.so", __file__ if "__file__" in globals() else "/etc/hostname"):
    try:
        visavis.Verifier(onnxruntime=named)
    except visavis.SetupError as error:
        print(error.code, error.stage)
print(visavis.Verifier(onnxruntime=library).engine.library == library)
print(visavis.Verifier().engine.library == library)
"""
    assert run(program).splitlines() == [
        "ENGINE_UNAVAILABLE setup",
        "ENGINE_UNAVAILABLE setup",
        "True",
        "True",
    ]


@pytest.mark.parametrize("engine", ["auto", "onnxruntime"])
def test_a_wrong_library_in_the_environment_is_not_skipped_silently(engine: str) -> None:
    program = f"""
import visavis
try:
    visavis.Verifier(engine="{engine}")
except visavis.SetupError as error:
    print(error.code, error.stage, "/nowhere/libonnxruntime.so" in error.message)
print(visavis.Verifier(engine="embedded").engine.name)
"""
    said = run(program, ORT_DYLIB_PATH="/nowhere/libonnxruntime.so").splitlines()
    assert said == ["ENGINE_UNAVAILABLE setup True", "embedded"]
