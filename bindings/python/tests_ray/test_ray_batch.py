"""The batch job on a local cluster: answers, errors, a lost worker, and continuing a stopped run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
import visavis

ROOT = Path(__file__).parents[3]
IMAGES = ROOT / "tests/golden/images"
EXAMPLES = ROOT / "bindings/python/examples"
sys.path.insert(0, str(EXAMPLES))

import ray  # noqa: E402
import ray_batch  # noqa: E402

PAIRS = [("astronaut.jpg", "hopper.jpg"), ("astronaut.jpg", "astronaut-dark.jpg"), ("gray.png", "hopper.jpg")]
PAIRS += [("astronaut.jpg", "missing.jpg")]
ROWS = 24


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    # The workers import the job by its module name.
    environment = {"env_vars": {"PYTHONPATH": f"{EXAMPLES}:{Path(__file__).parent}"}}
    ray.init(num_cpus=2, include_dashboard=False, runtime_env=environment)
    yield
    ray.shutdown()


def table(folder: Path, read: bool) -> Path:
    def photo(name: str) -> Any:
        path = IMAGES / name
        return (path.read_bytes() if path.exists() else b"") if read else str(path)

    rows = [
        {"id": index, "probe": photo(probe), "reference": photo(reference)}
        for index, (probe, reference) in enumerate(PAIRS * (ROWS // len(PAIRS)))
    ]
    path = folder / "pairs.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=5)
    return path


def answers(out: Path) -> list[dict[str, Any]]:
    assert not list(out.glob("*.tmp"))
    return sorted(pyarrow.parquet.read_table(out).to_pylist(), key=lambda row: row["id"])


@pytest.mark.parametrize("read", [False, True])
def test_every_pair_gets_its_answer(tmp_path: Path, read: bool) -> None:
    out = tmp_path / "out"
    assert ray_batch.run(table(tmp_path, read), out) == (ROWS, ROWS // 2)
    rows = answers(out)
    assert [row["id"] for row in rows] == list(range(ROWS)) and len(list(out.iterdir())) == 5
    assert set(rows[0]) == {"id", "score", "similarity", "is_match", "error"} | (
        set() if read else {"probe", "reference"}
    )
    for row in rows[::4]:
        assert int(row["score"]) == 10 and not row["is_match"] and row["error"] is None
    for row in rows[1::4]:
        assert int(row["score"]) == 67 and row["is_match"]
    for row in rows[2::4]:
        assert row["score"] is None and row["error"] == "probe: NO_FACE"
    for row in rows[3::4]:
        assert row["error"] == ("reference: EMPTY_IMAGE" if read else "FileNotFoundError")


class Doomed(ray_batch.Worker):
    """The first worker that starts the third row group is killed, as if its machine were lost."""

    def part(self, file: str, group: int, out: str) -> tuple[int, int]:
        lost = Path(file).with_name("lost")
        if group == 2 and not lost.exists():
            lost.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().part(file, group, out)


def test_the_unfinished_task_of_a_lost_worker_is_repeated(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert ray_batch.run(table(tmp_path, False), out, worker=Doomed) == (ROWS, ROWS // 2)
    assert (tmp_path / "lost").exists() and [row["id"] for row in answers(out)] == list(range(ROWS))


def test_a_second_run_processes_only_what_is_missing(tmp_path: Path) -> None:
    pairs, out = table(tmp_path, False), tmp_path / "out"
    ray_batch.run(pairs, out)
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert ray_batch.run(pairs, out) == (0, 0)
    (out / "pairs-000001.parquet").unlink()
    (out / "pairs-000004.parquet").unlink()
    assert ray_batch.run(pairs, out) == (9, 4)
    after = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert sorted(name for name in after if after[name] != before[name]) == [
        "pairs-000001.parquet",
        "pairs-000004.parquet",
    ]
    assert len(answers(out)) == ROWS


def test_a_table_without_the_columns_is_rejected(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"probe": ["a"]}), tmp_path / "pairs.parquet")
    with pytest.raises(SystemExit, match="no column reference"):
        ray_batch.run(tmp_path / "pairs.parquet", tmp_path / "out")


def test_the_command(tmp_path: Path) -> None:
    pairs = table(tmp_path, False)
    call = [sys.executable, str(EXAMPLES / "ray_batch.py"), str(pairs), str(tmp_path / "out")]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RAY_ADDRESS")}
    done = subprocess.run([*call, "--workers", "1"], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{ROWS} pairs verified, {ROWS // 2} without a score")
    assert len(answers(tmp_path / "out")) == ROWS and visavis.__version__
