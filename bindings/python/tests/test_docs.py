"""Every example in the docstrings and in the README runs and prints what it documents."""

from __future__ import annotations

import doctest
import importlib
import re
import shutil
from pathlib import Path

import pytest
import visavis
from conftest import IMAGES, ROOT

README = ROOT / "bindings/python/README.md"


def test_examples_in_docstrings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(IMAGES)
    run = failed = 0
    for name in ("", "._errors", "._results", "._verifier"):
        module = importlib.import_module(f"visavis{name}")
        result = doctest.testmod(module)
        run, failed = run + result.attempted, failed + result.failed
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    for test in finder.find(visavis.Template, "Template", module=False):
        runner.run(test)
    assert failed == 0 and runner.failures == 0
    assert run >= 25 and runner.tries >= 5


def test_examples_in_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    for name, photo in [("probe", "astronaut"), ("reference", "astronaut-dark"), ("group", "two-people")]:
        shutil.copy(IMAGES / f"{photo}.jpg", tmp_path / f"{name}.jpg")
    shutil.copy(tmp_path / "probe.jpg", tmp_path / "probe.webp")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, f"{README.name}: {block.splitlines()[0]}", "exec"), names)
    assert len(blocks) >= 7
    printed = iter(capsys.readouterr().out.splitlines())
    documented = re.findall(r"print\(.*\)  # (.*)", "".join(blocks))
    assert len(documented) >= 7
    # A comment after print() is a line of the output, in which "..." stands for any text.
    for expected in documented:
        pattern = re.escape(expected).replace(re.escape("..."), ".*")
        assert any(re.fullmatch(pattern, line) for line in printed), expected
