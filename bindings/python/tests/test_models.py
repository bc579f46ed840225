"""Folders of models: the commands of docs/MODELS.md, with small networks in place of the two files."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import visavis
from conftest import ROOT

STAND_INS = {
    "face_detection_yunet_2023mar.onnx": "yunet.onnx",
    "face_recognition_sface_2021dec.onnx": "extractor.onnx",
}


def photo(path: Path, seed: int) -> None:
    """Squares of random colours, as a PPM."""
    draw, side, square = random.Random(seed), 128, 8
    colours = [bytes(draw.randrange(256) for _ in range(3)) for _ in range((side // square) ** 2)]
    rows = (
        b"".join(colours[y // square * (side // square) + x // square] for x in range(side))
        for y in range(side)
    )
    path.write_bytes(b"P6 %d %d 255\n" % (side, side) + b"".join(rows))


def test_five_commands_from_an_empty_folder_to_a_verdict(tmp_path: Path) -> None:
    (commands,) = re.findall(
        r"```sh\n(.*?)```", (ROOT / "docs/MODELS.md").read_text(encoding="utf-8"), re.DOTALL
    )
    heading = re.sub(r"<<END\n.*?\nEND\n", "\n", commands, flags=re.DOTALL)
    assert len(heading.strip().splitlines()) == 5
    for file, stand_in in STAND_INS.items():
        shutil.copy(ROOT / "tests/models" / stand_in, tmp_path / file)
    for person in range(20):
        (tmp_path / f"people/{person}").mkdir(parents=True)
        photo(tmp_path / f"people/{person}/1.ppm", person)
    for name, seed in [("probe", 100), ("reference", 100)]:
        photo(tmp_path / f"{name}.jpg", seed)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "yunet yunet-2023mar: " in done.stdout and "my-set is ready\n" in done.stdout
    assert "calibration: 190 comparisons" in done.stdout and "our staff, 2026" in done.stdout
    assert "Verdict(is_match=" in done.stdout
    # Every interface accepts the folder; here the package itself does.
    verifier = visavis.Verifier(models=tmp_path / "my-set")
    assert verifier.verify(tmp_path / "probe.jpg", tmp_path / "reference.jpg").similarity > 0.999
    assert verifier.extract(tmp_path / "probe.jpg").template.dimensions == 128


def test_a_set_without_a_calibration_is_rejected(tmp_path: Path) -> None:
    manifest = (ROOT / "models/manifest.toml").read_text(encoding="utf-8")
    (tmp_path / "manifest.toml").write_text(manifest.split("[calibration]")[0], encoding="utf-8")
    for model in (ROOT / "models").glob("*.onnx"):
        shutil.copy(model, tmp_path)
    with pytest.raises(visavis.Error, match="calibrate") as caught:
        visavis.Verifier(models=tmp_path)
    assert caught.value.code == "MODEL_INVALID"
