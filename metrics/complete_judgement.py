"""Judgements of complete rankings: the ranks of the relevant images after the ignored images are removed.

The building and holiday benchmarks use them: every index image is ranked, there is no cut-off, and some images of a
query are neither relevant nor wrong. The plain and the fast judge have equal results.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.judgement import Judgement, require_known


@dataclass(frozen=True, eq=False)
class CompleteJudgement(Judgement):
    """The ranks of each query's relevant images.

    ranks       (n_queries, most relevant) float64  ascending, from 1, ignored images not counted; inf after the last
    n_relevant  (n_queries,) int64                  number of relevant images, ranked or not
    """

    ranks: NDArray[np.float64]
    n_relevant: NDArray[np.int64]


def judge_complete(
    rankings: Mapping[str, Sequence[Hashable]],
    relevant: Mapping[str, Collection[Hashable]],
    ignored: Mapping[str, Collection[Hashable]],
) -> CompleteJudgement:
    """The judgement of `rankings`, one row for every query of `relevant`, in its order.

    Ignored images are removed and leave no gap. A relevant image that is not ranked has the rank inf, so that a cut
    list never scores more than the complete one. Raises ValueError if an image is ranked twice or is both relevant and
    ignored, and for a query that is not in `relevant`.

    >>> rankings = {"q": ["j", "a", "x", "b"]}
    >>> judgement = judge_complete(rankings, {"q": {"a", "b", "c"}}, {"q": {"j"}})
    >>> judgement.ranks.tolist(), judgement.n_relevant.tolist()
    ([[1.0, 3.0, inf]], [3])
    """
    require_known([*rankings, *ignored], relevant)
    hit_ranks = []
    for query, targets in relevant.items():
        ranking, excluded = rankings.get(query, ()), ignored.get(query, ())
        _require_consistent(query, len(ranking) - len(set(ranking)), set(targets).intersection(excluded))
        counted = [image for image in ranking if image not in excluded]
        hit_ranks.append([rank for rank, image in enumerate(counted, start=1) if image in targets])
    return _assemble(relevant, hit_ranks, [len(set(targets)) for targets in relevant.values()])


def judge_complete_codes(
    query_ids: Sequence[str],
    rankings: Sequence[NDArray[np.integer[Any]]],
    relevant: Sequence[NDArray[np.integer[Any]]],
    ignored: Sequence[NDArray[np.integer[Any]]],
) -> CompleteJudgement:
    """The result of `judge_complete` from images numbered 0, 1, …; it takes milliseconds a query for a million images.

    `rankings`, `relevant` and `ignored` have one array of images a query; rankings of equal length may be one array.

    >>> rankings = np.array([[3, 0, 2, 1]])
    >>> judge_complete_codes(["q"], rankings, [np.array([0, 1, 4])], [np.array([3])]).ranks.tolist()
    [[1.0, 3.0, inf]]
    """
    size = 1 + max((int(codes.max(initial=-1)) for codes in (*rankings, *relevant, *ignored)), default=-1)
    hit_ranks, n_relevant = [], []
    for query, ranking, targets, excluded in zip(query_ids, rankings, relevant, ignored, strict=True):
        is_target, is_excluded = _mask(targets, size), _mask(excluded, size)
        n_repeats = len(ranking) - int(np.count_nonzero(_mask(ranking, size)))
        _require_consistent(query, n_repeats, np.flatnonzero(is_target & is_excluded).tolist())
        rank = np.cumsum(~is_excluded[ranking])
        hit_ranks.append(rank[is_target[ranking]])
        n_relevant.append(int(np.count_nonzero(is_target)))
    return _assemble(query_ids, hit_ranks, n_relevant)


def _mask(codes: NDArray[np.integer[Any]], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    mask[codes] = True
    return mask


def _require_consistent(query: str, n_repeats: int, contradictory: Iterable[Hashable]) -> None:
    if n_repeats:
        raise ValueError(f"query {query!r}: the ranking names an image twice")
    for image in contradictory:
        raise ValueError(f"query {query!r}: image {image!r} cannot be both relevant and ignored")


def _assemble(query_ids: Iterable[str], hit_ranks: Sequence[Any], n_relevant: Sequence[int]) -> CompleteJudgement:
    ranks = np.full((len(hit_ranks), max(n_relevant, default=0)), np.inf)
    for row, ranks_of_query in zip(ranks, hit_ranks, strict=True):
        row[: len(ranks_of_query)] = ranks_of_query
    return CompleteJudgement(np.array(list(query_ids), dtype=object), ranks, np.array(n_relevant, dtype=np.int64))
