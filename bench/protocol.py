"""The protocol for every subject: the same pairs, the same rates, the same clock. Needs nothing but Python."""

from __future__ import annotations

import csv
import itertools
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Subject(Protocol):
    """A way to compare two photos."""

    name: str
    #: Versions and where the threshold comes from, for the line below the table.
    about: str

    def extract(self, photo: bytes) -> Any | None:
        """The template of a photo, or None for a failure to extract."""

    def compare(self, probe: Any, reference: Any) -> tuple[float, bool]:
        """How alike two templates are, in any unit that rises, and the verdict at the documented threshold."""


class Pair(NamedTuple):
    probe: str
    reference: str
    same: bool


class Comparison(NamedTuple):
    """The result of a subject for a pair: `value` is None if one of its photos gave no template."""

    same: bool
    value: float | None
    match: bool


@dataclass
class Rates:
    accuracy: float
    false_matches: int
    false_non_matches: int
    different: int
    same: int


def pairs_of(table: Path) -> list[Pair]:
    with table.open(newline="", encoding="utf-8") as lines:
        return [Pair(row["path_a"], row["path_b"], row["same"] == "1") for row in csv.DictReader(lines)]


def spread(pairs: list[Pair], count: int | None) -> list[Pair]:
    """`count` pairs, spread over the table, which has the pairs of the same person first."""
    count = len(pairs) if count is None else min(count, len(pairs))
    return [pairs[index * len(pairs) // count] for index in range(count)]


def run(subject: Subject, data: Path, pairs: list[Pair]) -> tuple[list[Comparison], int, int]:
    """Compares every pair, with one template per photo; also returns the numbers of photos and of failures to extract."""
    photos = list(dict.fromkeys(name for pair in pairs for name in pair[:2]))
    templates = {}
    for done, name in enumerate(photos, start=1):
        templates[name] = subject.extract((data / name).read_bytes())
        if done % 100 == 0 or done == len(photos):
            print(f"{subject.name}: {done} of {len(photos)} photos", file=sys.stderr)
    comparisons = []
    for probe, reference, same in pairs:
        comparisons.append(Comparison(same, *verdict(subject, templates[probe], templates[reference])))
    return comparisons, len(photos), sum(template is None for template in templates.values())


def verdict(subject: Subject, probe: Any | None, reference: Any | None) -> tuple[float | None, bool]:
    """A failure to extract has no value and is a non-match."""
    if probe is None or reference is None:
        return None, False
    return subject.compare(probe, reference)


def rates(comparisons: list[Comparison]) -> Rates:
    """The rates of the comparisons' verdicts."""
    false_matches = sum(c.match and not c.same for c in comparisons)
    false_non_matches = sum(c.same and not c.match for c in comparisons)
    same = sum(c.same for c in comparisons)
    accuracy = 1 - (false_matches + false_non_matches) / len(comparisons)
    return Rates(accuracy, false_matches, false_non_matches, len(comparisons) - same, same)


def at(comparisons: list[Comparison], threshold: float) -> list[Comparison]:
    """The same comparisons with the verdicts of another threshold."""
    return [c._replace(match=c.value is not None and c.value >= threshold) for c in comparisons]


def best_threshold(comparisons: list[Comparison]) -> float:
    """The threshold with the highest accuracy on these comparisons: halfway between two values, the middle one of
    several equally good ones."""
    values = sorted({c.value for c in comparisons if c.value is not None})
    cuts = [float("-inf"), *((low + high) / 2 for low, high in itertools.pairwise(values)), float("inf")]
    accuracies = [rates(at(comparisons, cut)).accuracy for cut in cuts]
    best = max(accuracies)
    winners = [cut for cut, accuracy in zip(cuts, accuracies) if accuracy == best]
    return winners[len(winners) // 2]


def verify(subject: Subject, probe: bytes, reference: bytes) -> bool:
    """The whole task: from two files to a verdict."""
    return verdict(subject, subject.extract(probe), subject.extract(reference))[1]


def clock(
    subjects: list[Subject], data: Path, pairs: list[Pair], rounds: int
) -> list[tuple[float, float]]:
    """Median seconds of each subject for one pair: by the wall clock, and of processor time in all threads.

    The subjects take turns at every pair, each starting as often as the others, so that other load on the machine
    affects all of them alike.
    """
    photos = [((data / pair.probe).read_bytes(), (data / pair.reference).read_bytes()) for pair in pairs]
    for subject in subjects:
        verify(subject, *photos[0])
    times = [([], []) for _ in subjects]
    for turn, (probe, reference) in enumerate(photos * rounds):
        for place in range(len(subjects)):
            index = (turn + place) % len(subjects)
            wall, processor = time.perf_counter(), time.process_time()
            verify(subjects[index], probe, reference)
            times[index][0].append(time.perf_counter() - wall)
            times[index][1].append(time.process_time() - processor)
    return [(statistics.median(wall), statistics.median(processor)) for wall, processor in times]


ACCURACY_COLUMNS = (
    "",
    "best accuracy",
    "accuracy at train's threshold",
    "accuracy at its own threshold",
    "FMR",
    "FNMR",
    "failures to extract",
)
TIMING_COLUMNS = ("", "time", "processor time")


def accuracy_row(
    name: str, comparisons: list[Comparison], photos: int, failures: int, learnt: float | None
) -> list[str]:
    """`learnt` is the threshold that train chose, or None if train was not used."""

    def accuracy(threshold: float) -> str:
        return percent(rates(at(comparisons, threshold)).accuracy)

    own = rates(comparisons)
    return [
        name,
        accuracy(best_threshold(comparisons)),
        "not measured" if learnt is None else accuracy(learnt),
        percent(own.accuracy),
        f"{percent(own.false_matches / own.different)} ({own.false_matches} of {own.different})",
        f"{percent(own.false_non_matches / own.same)} ({own.false_non_matches} of {own.same})",
        f"{failures} of {photos} photos",
    ]


def timing_row(name: str, times: tuple[float, float], base: tuple[float, float]) -> list[str]:
    return [name, *(f"{own / other:.2f}" for own, other in zip(times, base))]


def percent(part: float) -> str:
    return f"{100 * part:.2f} %"


def table(columns: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [list(columns), ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
