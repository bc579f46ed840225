"""Verifies a table of image pairs on a Ray cluster of one or more machines.

    python ray_batch.py PAIRS OUT [--address ADDRESS] [--workers N]

PAIRS is a Parquet file or a folder of them with the columns `probe` and `reference`: image files as bytes, or paths
that every machine can read. OUT becomes a folder with one Parquet file for each row group of PAIRS: all columns but
the photos, and `score`, `similarity`, `is_match`, or `error` if there is no score.

A row group is the unit of work. Its file appears only when it is complete, so that the same command continues where
an earlier run was stopped, and a row group that a lost machine had started is repeated elsewhere. Write PAIRS
with some thousand rows a group: `pyarrow.parquet.write_table(table, "pairs.parquet", row_group_size=2000)`.
"""

from __future__ import annotations

import argparse
import os
import sys
import uuid
from pathlib import Path
from typing import Any, Optional

# Ray sends usage reports unless this is set before it starts.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import numpy
import pyarrow
import pyarrow.parquet
import ray
import ray.data
import visavis

COLUMNS = ("probe", "reference")


class Worker:
    """One per process, with its own verifier, which uses one thread."""

    def __init__(self) -> None:
        self.verifier = visavis.Verifier(workers=1)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        done = [self.part(*part) for part in zip(batch["file"], batch["group"], batch["out"])]
        return {
            "pairs": numpy.array([pairs for pairs, _ in done]),
            "errors": numpy.array([bad for _, bad in done]),
        }

    def part(self, file: str, group: int, out: str) -> tuple[int, int]:
        """Processes one row group; returns the number of its pairs and of those without a score."""
        table = pyarrow.parquet.ParquetFile(file).read_row_group(int(group))
        pairs = zip(*(table.column(name).to_pylist() for name in COLUMNS))
        rows = [self.row(outcome) for outcome in self.verifier.verify_many(pairs, threads=1)]
        # Photos are not copied to the results; paths are kept.
        kept = [name for name in table.column_names if not _is_binary(table.schema.field(name).type)]
        answers = pyarrow.Table.from_pylist(rows, schema=ANSWERS)
        result = table.select(kept)
        for field, column in zip(ANSWERS, answers.columns):
            result = result.append_column(field, column)
        # Another attempt may process the same part: each writes its own file, and the last one renamed wins.
        unfinished = f"{out}.{uuid.uuid4().hex}.tmp"
        pyarrow.parquet.write_table(result, unfinished)
        os.replace(unfinished, out)
        return len(rows), sum(row["error"] is not None for row in rows)

    @staticmethod
    def row(outcome: visavis.Outcome[visavis.Verdict]) -> dict[str, Any]:
        if outcome.error is None:
            verdict = outcome.value
            return {
                "score": verdict.score,
                "similarity": verdict.similarity,
                "is_match": verdict.is_match,
                "error": None,
            }
        error = outcome.error
        if isinstance(error, (visavis.SetupError, visavis.InternalError)):
            # The error is not about the photos: another machine may succeed.
            raise error
        # A name for programs; it reveals nothing about the photo.
        name = f"{error.side}: {error.code}" if isinstance(error, visavis.Error) else type(error).__name__
        return {"score": None, "similarity": None, "is_match": None, "error": name}


ANSWERS = pyarrow.schema(
    [
        ("score", pyarrow.float32()),
        ("similarity", pyarrow.float32()),
        ("is_match", pyarrow.bool_()),
        ("error", pyarrow.string()),
    ]
)


def _is_binary(kind: pyarrow.DataType) -> bool:
    return bool(pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind))


def parts(pairs: Path, out: Path) -> list[dict[str, Any]]:
    """The row groups of the table, with the output file of each."""
    files = sorted(pairs.rglob("*.parquet")) if pairs.is_dir() else [pairs]
    found = []
    for file in files:
        about = pyarrow.parquet.ParquetFile(file)
        missing = set(COLUMNS) - set(about.schema_arrow.names)
        if missing:
            raise SystemExit(f"{file} has no column {', '.join(sorted(missing))}")
        stem = (file.relative_to(pairs) if pairs.is_dir() else Path(file.name)).with_suffix("")
        for group in range(about.num_row_groups):
            name = "-".join(stem.parts) + f"-{group:06}.parquet"
            found.append({"file": str(file.resolve()), "group": group, "out": str(out.resolve() / name)})
    return found


def run(
    pairs: Path, out: Path, workers: Optional[int] = None, worker: type[Worker] = Worker
) -> tuple[int, int]:
    """Processes what is missing; returns the number of pairs verified in this run, and of those without a score."""
    out.mkdir(parents=True, exist_ok=True)
    to_do = [part for part in parts(pairs, out) if not os.path.exists(part["out"])]
    if not to_do:
        return 0, 0
    most = min(workers or int(ray.cluster_resources()["CPU"]), len(to_do))
    answers = ray.data.from_items(to_do, override_num_blocks=len(to_do)).map_batches(
        worker,
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=most),
        num_cpus=1,
        # A worker that is lost with its machine is restarted, and its unfinished task is repeated.
        max_restarts=-1,
        max_task_retries=3,
    )
    verified = failed = 0
    for done, answer in enumerate(answers.iter_rows(), 1):
        verified, failed = verified + int(answer["pairs"]), failed + int(answer["errors"])
        print(
            f"{done} of {len(to_do)} row groups, {verified} pairs, {failed} without a score", file=sys.stderr
        )
    return verified, failed


def main() -> None:
    parser = argparse.ArgumentParser(description="Verify a table of image pairs on a Ray cluster.")
    parser.add_argument("pairs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--address", help="address of a running cluster (default: start one on this machine)")
    parser.add_argument("--workers", type=int, help="worker processes (default: one per core of the cluster)")
    options = parser.parse_args()
    ray.init(address=options.address, log_to_driver=False)
    verified, failed = run(options.pairs, options.out, options.workers)
    print(f"{verified} pairs verified, {failed} without a score; all of them are in {options.out}")


if __name__ == "__main__":
    main()
