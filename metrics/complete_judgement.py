"""Where the relevant images stand in complete rankings, once the images that are to be ignored have been taken out.

What the building and holiday benchmarks judge by: every index image is ranked, there is no cut-off, and some images of
a query are neither right nor wrong. The two judges agree exactly; the slow one reads like the rule.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.judgement import Judgement


@dataclass(frozen=True, eq=False)
class CompleteJudgement(Judgement):
    """The ranks of each query's relevant images.

    ranks       (n_queries, most relevant) float64  ascending, from 1, ignored images not counted; inf beyond the last
    n_relevant  (n_queries,) int64                  how many images are relevant, ranked or not
    """

    ranks: NDArray[np.float64]
    n_relevant: NDArray[np.int64]


def judge_complete(
    rankings: Mapping[str, Sequence[Hashable]],
    relevant: Mapping[str, Collection[Hashable]],
    ignored: Mapping[str, Collection[Hashable]],
) -> CompleteJudgement:
    """The judgement of `rankings`, one row for every query of `relevant`, in its order.

    Ignored images are taken out and leave no gap. A relevant image that is not ranked counts as ranked behind all
    others, at no rank in particular, so that a cut list never scores more than the complete one would. Raises
    ValueError where an image is ranked twice or is both relevant and ignored, and for a query that `relevant` does not
    know.

    >>> rankings = {"q": ["j", "a", "x", "b"]}
    >>> judgement = judge_complete(rankings, {"q": {"a", "b", "c"}}, {"q": {"j"}})
    >>> judgement.ranks.tolist(), judgement.n_relevant.tolist()
    ([[1.0, 3.0, inf]], [3])
    """
    for query in [*rankings, *ignored]:
        if query not in relevant:
            raise ValueError(f"query {query!r} is not part of the ground truth")
    found = []
    for query, wanted in relevant.items():
        ranking, left_out = rankings.get(query, ()), ignored.get(query, ())
        _refuse_contradictions(query, len(ranking) - len(set(ranking)), set(wanted).intersection(left_out))
        kept = [image for image in ranking if image not in left_out]
        found.append([rank for rank, image in enumerate(kept, start=1) if image in wanted])
    return _assembled(relevant, found, [len(set(wanted)) for wanted in relevant.values()])


def judge_complete_codes(
    query_ids: Sequence[str],
    rankings: Sequence[NDArray[np.integer[Any]]],
    relevant: Sequence[NDArray[np.integer[Any]]],
    ignored: Sequence[NDArray[np.integer[Any]]],
) -> CompleteJudgement:
    """What `judge_complete` gives, from images numbered 0, 1, … and in milliseconds for a query over a million of them.

    `rankings`, `relevant` and `ignored` hold one array of images a query; equally long rankings may be one array.

    >>> rankings = np.array([[3, 0, 2, 1]])
    >>> judge_complete_codes(["q"], rankings, [np.array([0, 1, 4])], [np.array([3])]).ranks.tolist()
    [[1.0, 3.0, inf]]
    """
    size = 1 + max((int(codes.max(initial=-1)) for codes in (*rankings, *relevant, *ignored)), default=-1)
    found, n_relevant = [], []
    for query, ranking, wanted, left_out in zip(query_ids, rankings, relevant, ignored, strict=True):
        is_wanted, is_left_out = _mask(wanted, size), _mask(left_out, size)
        n_repeats = len(ranking) - int(np.count_nonzero(_mask(ranking, size)))
        _refuse_contradictions(query, n_repeats, np.flatnonzero(is_wanted & is_left_out).tolist())
        rank = np.cumsum(~is_left_out[ranking])
        found.append(rank[is_wanted[ranking]])
        n_relevant.append(int(np.count_nonzero(is_wanted)))
    return _assembled(query_ids, found, n_relevant)


def _mask(codes: NDArray[np.integer[Any]], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    mask[codes] = True
    return mask


def _refuse_contradictions(query: str, n_repeats: int, doubtful: Iterable[Hashable]) -> None:
    if n_repeats:
        raise ValueError(f"query {query!r}: the ranking names an image twice")
    for image in doubtful:
        raise ValueError(f"query {query!r}: image {image!r} cannot be both relevant and ignored")


def _assembled(query_ids: Iterable[str], found: Sequence[Any], n_relevant: Sequence[int]) -> CompleteJudgement:
    ranks = np.full((len(found), max(n_relevant, default=0)), np.inf)
    for row, found_ranks in zip(ranks, found, strict=True):
        row[: len(found_ranks)] = found_ranks
    return CompleteJudgement(np.array(list(query_ids), dtype=object), ranks, np.array(n_relevant, dtype=np.int64))
