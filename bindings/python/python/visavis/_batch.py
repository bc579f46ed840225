"""Many calls: a few at a time in parallel, with outcomes in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sized
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable, Generic, NoReturn, Optional, TypeVar, Union

from visavis._errors import invalid_argument
from visavis._results import Ambiguous

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Progress = Callable[[int, Optional[int]], object]

_AHEAD = 4
"""Items taken ahead for each thread: one slow item must not leave the others without work."""


@dataclass(frozen=True)
class Success(Ambiguous, Generic[Answer]):
    """The answer for one item of many."""

    index: int
    """The item's index in the order of the input."""
    item: object = field(repr=False)
    """The pair or the photo itself."""
    value: Answer
    """The answer: a verdict or an extraction."""
    error: None = field(default=None, repr=False)

    def get(self) -> Answer:
        """The value."""
        return self.value


@dataclass(frozen=True)
class Failure(Ambiguous):
    """Why one item of many has no answer."""

    index: int
    """The item's index in the order of the input."""
    item: object = field(repr=False)
    """The pair or the photo itself."""
    error: Exception
    """Why there is no answer."""
    value: None = field(default=None, repr=False)

    def get(self) -> NoReturn:
        """Raises the error."""
        raise self.error


Outcome = Union[Success[Answer], Failure]
"""What `verify_many` and `extract_many` yield. `outcome.error is None` distinguishes the two, for type checkers too."""


def run(
    work: Callable[[Item], Answer], items: Iterable[Item], threads: int, progress: Optional[Progress]
) -> Iterator[Outcome[Answer]]:
    """The outcomes in the order of the items. Wrong arguments are reported now, not at the first outcome."""
    if not 1 <= threads <= 1024:
        raise invalid_argument(f"threads must be in 1..=1024, not {threads}")
    outcomes = _outcomes(work, iter(items), threads)
    if progress is None:
        return outcomes
    return _reporting(outcomes, progress, len(items) if isinstance(items, Sized) else None)


def _reporting(
    outcomes: Generator[Outcome[Answer], None, None], progress: Progress, total: Optional[int]
) -> Iterator[Outcome[Answer]]:
    with closing(outcomes):
        for outcome in outcomes:
            progress(outcome.index + 1, total)
            yield outcome


def _outcomes(
    work: Callable[[Item], Answer], items: Iterator[Item], threads: int
) -> Generator[Outcome[Answer], None, None]:
    # Imported only when needed: most programs verify one pair.
    from concurrent.futures import ThreadPoolExecutor

    def one(index: int, item: Item) -> Outcome[Answer]:
        try:
            return Success(index, item, work(item))
        except Exception as error:
            # The traceback's frames would keep both photos alive as long as the outcome.
            return Failure(index, item, error.with_traceback(None))

    waiting: deque[Future[Outcome[Answer]]] = deque()
    with ThreadPoolExecutor(threads, "visavis") as pool:
        try:
            for index, item in enumerate(items):
                waiting.append(pool.submit(one, index, item))
                if len(waiting) == _AHEAD * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            # If the loop is left early, calls that have not started are cancelled.
            for future in waiting:
                future.cancel()
