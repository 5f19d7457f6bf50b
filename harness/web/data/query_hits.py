"""The hits of rankings query by query: which queries have some, all or none, and at which rank the first is."""

from collections.abc import Mapping, Sequence

import numpy as np

RANKS = 100  # that are scored
FIRST_HIT, RECALL = "mean_first_hit@100", "recall@100"
HITS = {
    "none": "no hit",
    "some": "some hits",
    "all": "all found",
    "first1": "first at rank 1",
    "first2-10": "first at ranks 2 to 10",
    "first11-100": "first at ranks 11 to 100",
}  # filters, and how pages call them


def hit_mask(name: str, first: np.ndarray, recall: np.ndarray) -> np.ndarray:
    """Return which queries a filter of `HITS` selects, by rank of the first hit (101: none) and recall, both `(n,)`.

    >>> first, recall = np.array([1.0, 4.0, 101.0]), np.array([1.0, 0.5, 0.0])
    >>> [hit_mask(name, first, recall).tolist() for name in ("some", "first2-10")]
    [[False, True, False], [False, True, False]]
    """
    if name == "none":
        return first > 100
    if name == "all":
        return recall >= 1
    if name == "some":
        return (first <= 100) & (recall < 1)
    low, _, high = name.removeprefix("first").partition("-")
    return (first >= int(low)) & (first <= int(high or low))


def hit_facts(relevant: Sequence[str], first: Mapping[str, int]) -> list[str]:
    """Return how many relevant images are among the first 100, and the rank of the first."""
    ranks = sorted(first[image] for image in set(relevant) if image in first)
    among = sum(rank <= RANKS for rank in ranks)
    last = [f"last at rank {ranks[-1]}"] if ranks and ranks[-1] > RANKS else []
    return [f"{among} of {len(relevant)} found", *([f"first at rank {ranks[0]}"] if ranks else []), *last]
