"""Record the similarities behind rankings, so that a check can tell a tie from a difference."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

import numpy as np

_scores: WeakKeyDictionary[object, np.ndarray] | None = None  # ranking -> scores; None: not recorded


@contextmanager
def record_scores() -> Iterator[None]:
    """Record the scores of all rankings that are made inside the block by similarity or distance."""
    global _scores  # noqa: PLW0603 (one check in a process)
    _scores = WeakKeyDictionary()
    try:
        yield
    finally:
        _scores = None


def record(ranking: object, scores: np.ndarray) -> None:
    """Store similarities or distances `(n_queries, n_index)` of a ranking, while they are recorded."""
    if _scores is not None:
        _scores[ranking] = np.array(scores, np.float64)


def recorded_scores(ranking: object) -> np.ndarray | None:
    """Return the similarities or distances `(n_queries, n_index)` float64 of a ranking; None if they are unknown."""
    return None if _scores is None else _scores.get(ranking)
