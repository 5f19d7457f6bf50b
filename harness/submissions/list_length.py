"""How many index images a ranking lists: as many as are scored, or the whole index for Oxford, Paris and Holidays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import SubmissionError

MAX_SCORED_IDS = 100  # ids of a row that are scored
MAX_LISTED_IDS = MAX_SCORED_IDS + 1  # one more, because the query itself is removed later
MAX_PLACES = 1 << 28  # of all complete rankings of a submission, four bytes each

_WHOLE_INDEX = [False]  # of this process: each run has its own


def lists_whole_index() -> bool:
    """Return whether the rankings of this run must list the whole index."""
    return _WHOLE_INDEX[-1]


def list_length(n_index: int, usual: int = MAX_LISTED_IDS) -> int:
    """Return how many images of an index of this size a solution should list for each query.

    `usual` is the number where the whole index need not be ranked.

    >>> list_length(5000), list_length(5000, 200)
    (101, 200)
    >>> with whole_index_lists():
    ...     list_length(5000)
    5000
    """
    return n_index if lists_whole_index() else usual


@contextmanager
def whole_index_lists(demanded: bool = True) -> Iterator[None]:
    """Demand rankings of the whole index inside the block, in all threads of this process."""
    _WHOLE_INDEX.append(demanded)
    try:
        yield
    finally:
        _WHOLE_INDEX.pop()


def require_places(n_queries: int, n_index: int) -> None:
    """Raise SubmissionError if complete rankings of so many queries do not fit into memory.

    >>> require_places(70, 1_006_322)
    """
    if n_queries * n_index > MAX_PLACES:
        raise SubmissionError(
            f"complete rankings of {n_queries} queries over {n_index} index images have {n_queries * n_index} places; "
            f"at most {MAX_PLACES} are possible: split the queries, or leave out distractors"
        )
