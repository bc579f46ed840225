"""Shared by all tests: the photos, and a verifier that is created once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import visavis

ROOT = Path(__file__).parents[3]
IMAGES = ROOT / "tests/golden/images"


@pytest.fixture
def images() -> Path:
    return IMAGES


@pytest.fixture(scope="session")
def verifier() -> visavis.Verifier:
    return visavis.Verifier()


@pytest.fixture
def astronaut() -> bytes:
    return (IMAGES / "astronaut.jpg").read_bytes()


@pytest.fixture
def hopper() -> bytes:
    return (IMAGES / "hopper.jpg").read_bytes()


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Another interpreter with the same packages, in the folder of the photos."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=IMAGES,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def run(program: str, **environment: str) -> str:
    """The output of a program that must succeed."""
    done = python("-c", program, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
