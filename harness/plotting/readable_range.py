"""The range of scores in which most of a board can be read, where few entries are far above the others."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_BEYOND = 2  # entries that may lie outside
_SQUASHED = 0.25  # share of the whole range that the others take, below which they cannot be told apart
_FEWEST = 3  # entries inside


def n_beyond(scores: Sequence[float]) -> int:
    """Return how many of the best scores squash the others: without them the range is less than a quarter.

    >>> n_beyond([0.57, 0.02, 0.018, 0.01]), n_beyond([0.5, 0.4, 0.3, 0.1]), n_beyond([0.9, 0.8, 0.02, 0.01, 0.0])
    (1, 0, 2)
    """
    ordered = sorted(scores, reverse=True)
    if len(ordered) < _FEWEST + 1:
        return 0
    whole = ordered[0] - ordered[-1]
    for count in range(1, min(_MOST_BEYOND, len(ordered) - _FEWEST) + 1):
        if ordered[count] - ordered[-1] < _SQUASHED * whole:
            return count
    return 0


def readable_scores(scores: Sequence[float]) -> list[float]:
    """Return the scores without those that squash the others, in their order.

    >>> readable_scores([0.018, 0.57, 0.02, 0.01])
    [0.018, 0.02, 0.01]
    """
    beyond = sorted(scores, reverse=True)[: n_beyond(scores)]
    return [score for score in scores if score not in beyond]
