"""Many pairs: side by side, in order, a few at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sized
from contextlib import closing
from typing import TYPE_CHECKING, Callable, Optional

from visavis import _visavis
from visavis._photos import Photo
from visavis._results import Outcome, Verdict

if TYPE_CHECKING:
    from concurrent.futures import Future

_AHEAD = 4
"""Pairs taken ahead for each thread: one slow pair must not leave the others without work."""

Pair = tuple[Photo, Photo]
Progress = Callable[[int, Optional[int]], object]


def run(
    verify: Callable[[Photo, Photo], Verdict],
    pairs: Iterable[Pair],
    threads: int,
    progress: Optional[Progress],
) -> Iterator[Outcome]:
    """The outcomes in the order of the pairs. Wrong arguments are told now, not at the first outcome."""
    if not 1 <= threads <= 1024:
        raise _visavis.error("INVALID_ARGUMENT", f"threads must be in 1..=1024, not {threads}", None)
    outcomes = _outcomes(verify, iter(pairs), threads)
    if progress is None:
        return outcomes
    return _told(outcomes, progress, len(pairs) if isinstance(pairs, Sized) else None)


def _told(
    outcomes: Generator[Outcome, None, None], progress: Progress, total: Optional[int]
) -> Iterator[Outcome]:
    with closing(outcomes):
        for outcome in outcomes:
            progress(outcome.index + 1, total)
            yield outcome


def _outcomes(
    verify: Callable[[Photo, Photo], Verdict], pairs: Iterator[Pair], threads: int
) -> Generator[Outcome, None, None]:
    # Imported where it is needed: most programs verify one pair.
    from concurrent.futures import ThreadPoolExecutor

    def one(index: int, pair: Pair) -> Outcome:
        try:
            probe, reference = pair
            return Outcome(index, pair, verify(probe, reference), None)
        except Exception as error:
            # Its frames would keep both photos alive for as long as the outcome.
            return Outcome(index, pair, None, error.with_traceback(None))

    waiting: deque[Future[Outcome]] = deque()
    with ThreadPoolExecutor(threads, "visavis") as pool:
        try:
            for index, pair in enumerate(pairs):
                waiting.append(pool.submit(one, index, pair))
                if len(waiting) == _AHEAD * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            # Left early: what has not begun is not begun.
            for future in waiting:
                future.cancel()
