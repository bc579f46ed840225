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
print(loaded or "nothing", "libonnxruntime" in maps, visavis._verifier._default)
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


def test_the_bill_of_materials_names_crates_and_not_the_build_folder(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".cyclonedx.json"))
        bill = archive.read(name).decode()
        record = archive.read(name.partition("/")[0] + "/RECORD").decode()
    crates = {component["name"] for component in json.loads(bill)["components"]}
    assert {"visavis", "visavis-cli", "rten", "pyo3"} <= crates
    assert str(ROOT) not in bill and "/root" not in bill and "/home" not in bill
    digest = base64.urlsafe_b64encode(hashlib.sha256(bill.encode()).digest()).rstrip(b"=").decode()
    assert f"{name},sha256={digest},{len(bill.encode())}" in record


def test_the_metadata_is_complete() -> None:
    metadata = importlib.metadata.metadata("visavis")
    assert metadata["License-Expression"] == "Apache-2.0 OR MIT"
    assert metadata["Requires-Python"] == ">=3.9"
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
