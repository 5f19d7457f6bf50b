"""Fuse several answers to the same queries into one, the same in whatever order they are named.

* rrf: the sum of weight / (k + rank). Cormack, Clarke and Buettcher, Reciprocal rank fusion outperforms Condorcet and
  individual rank learning methods, SIGIR 2009, where k is 60.
* score: the weighted sum of scores. A ranking holds no similarities: rank r of 100 counts (101 - r) / 100, our
  reconstruction. A confidence counts as the share of the same file's answers that are no surer, in (0, 1], as those of
  different solutions have different scales.
* votes: the weight of the rankings that list an image. Of labellings, the weight of those that name a landmark and the
  weighted mean of their confidences, as the winners of the recognition challenges merge them.

An image that scores the same as another stands behind it if its sum of reciprocal ranks is lower, or else if it comes
later in the index. Of landmarks that score the same the lowest number is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np

from harness.data.tables.id_index import find_positions
from harness.errors import SubmissionError
from harness.submissions.answer import MAX_SCORED_IDS, Answer, Labelling, Ranking

FusionMethod = Literal["rrf", "score", "votes"]
Curve = Callable[[np.ndarray], np.ndarray]  # ranks, from 1 -> what they are worth, at most 1

K = 60.0  # ranks by which reciprocal ranks are damped
_BLOCK = 1024  # queries fused at a time
_FINE = 100 << 31  # what the first rank is worth: values are whole numbers, so that sums are exact in any order
_WEIGHT_BITS = 24
_HEAVIEST = 1e100


def fuse_answers(
    answers: Sequence[Answer], weights: Sequence[float], method: FusionMethod = "rrf", k: float = K
) -> Answer:
    """Return one answer from several to the same queries; rankings must be of the same index.

    An answer without weight has no say. A query that none of the others answers is not answered. A ranking is cut to
    100 images, none of them twice and none the query itself; a repeated image counts at its first rank.

    Raises SubmissionError for weights that cannot be used, and for votes with confidences outside of 0 to 1.

    >>> queries, index = np.array(["q"]), np.array(["a", "b", "c"])
    >>> one, two = (Ranking.from_rows([row], queries, index) for row in (["a", "b"], ["b", "c"]))
    >>> blended([one, two], [1, 1]).rows()
    [['b', 'a', 'c']]
    """
    shares = normalise_weights(weights, len(answers))
    chosen = [(answer, place) for place, answer in enumerate(answers) if shares[place]]
    rankings = [(answer, float(weights[place])) for answer, place in chosen if isinstance(answer, Ranking)]
    if len(rankings) == len(chosen):
        return _blended_rankings(rankings, _curve(method, k), _curve("rrf", k))
    labellings = [(answer, float(shares[place])) for answer, place in chosen if isinstance(answer, Labelling)]
    if len(labellings) == len(chosen):
        return _blended_labellings(labellings, method, k)
    raise SubmissionError("rankings and labellings answer different tasks and cannot be blended with one another")


def normalise_weights(weights: Sequence[float], count: int) -> np.ndarray:
    """Return the weights `(count,)` divided by their sum.

    >>> normalised([3, 1], 2)
    array([0.75, 0.25])
    """
    found = np.asarray(weights, np.float64)
    if len(found) != count:
        raise SubmissionError(f"there are {len(found)} weights for {count} answers; give one for each")
    total = float(np.sum(found, where=np.abs(found) < _HEAVIEST))
    if not ((found >= 0) & (found < _HEAVIEST)).all() or not total:
        raise SubmissionError("weights must be numbers from 0, at least one of them above it")
    return np.asarray(found / total)


def reindex(ranking: Ranking, index_ids: np.ndarray) -> Ranking:
    """Return the ranking with places in `index_ids`; what is not among them holds its rank and lists nothing.

    >>> ranking = Ranking.from_rows([["x", "b"]], np.array(["q"]), np.array(["b", "x"]))
    >>> on_index(ranking, np.array(["a", "b"])).positions
    array([[-1,  1]], dtype=int32)
    """
    if ranking.index_ids is index_ids:
        return ranking
    place = np.append(find_positions(ranking.index_ids, index_ids), -1).astype(
        np.int32
    )  # the last one for what is no place
    return Ranking(ranking.query_ids, index_ids, place[np.maximum(ranking.positions, -1)])


def vote_scores(landmarks: np.ndarray, confidences: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the score of each landmark named `(n, models, any)`, NaN where the confidence is.

    A landmark scores the weight of the models that it comes first in, and the sum of weight · confidence over all that
    name it. Weights sum to 1.

    >>> landmarks = np.tile([1, 2], (1, 3, 1))
    >>> confidences = np.array([[[0.9, 0.05], [0.7, 0.2], [0.1, 0.8]]])
    >>> merged(landmarks, confidences, np.full(3, 1 / 3)).round(4)[0, 0]
    array([1.2333, 0.6833])
    """
    ordered = np.where(np.isnan(confidences), -np.inf, confidences)
    first = ordered == ordered.max(axis=2, keepdims=True)
    lowest = np.where(first, landmarks, np.iinfo(np.int64).max).min(axis=2, keepdims=True)
    values = weights[:, None] * (confidences + (first & (landmarks == lowest)))
    flat = (len(landmarks), -1)
    return _totals(landmarks.reshape(flat), values.reshape(flat)).reshape(landmarks.shape)


def _curve(how: FusionMethod, k: float) -> Curve:
    """Return what ranks are worth, or raise SubmissionError."""
    if how not in get_args(FusionMethod):
        raise SubmissionError(f"there is no way {how!r} to blend; choose {', '.join(get_args(FusionMethod))}")
    if not 0 <= k < np.inf:
        raise SubmissionError(f"k is {k:g}; it must be 0 or more")
    curves: dict[FusionMethod, Curve] = {
        "rrf": lambda rank: 1 / (k + rank),
        "score": lambda rank: (MAX_SCORED_IDS + 1 - rank) / MAX_SCORED_IDS,
        "votes": lambda rank: np.ones(len(rank)),
    }
    return curves[how]


def _blended_rankings(rankings: Sequence[tuple[Ranking, float]], curve: Curve, tie_curve: Curve) -> Ranking:
    first = rankings[0][0]
    owner = np.concatenate([np.full(_width(ranking), number) for number, (ranking, _) in enumerate(rankings)])
    values = [_values(rankings, each) for each in (curve, tie_curve)]
    own = find_positions(first.query_ids, first.index_ids)
    fused = np.full((len(own), min(MAX_SCORED_IDS, len(owner))), -1, np.int32)
    for start in range(0, len(own) if len(owner) else 0, _BLOCK):
        rows = slice(start, start + _BLOCK)
        listed = np.concatenate([ranking.positions[rows, :MAX_SCORED_IDS] for ranking, _ in rankings], axis=1)
        fused[rows] = _fused(listed, owner, values, own[rows])
    return Ranking(first.query_ids, first.index_ids, fused)


def _width(ranking: Ranking) -> int:
    return min(MAX_SCORED_IDS, int(ranking.positions.shape[1]))


def _values(rankings: Sequence[tuple[Ranking, float]], curve: Curve) -> np.ndarray:
    """Return what each column of the rankings, side by side, is worth: whole numbers, on whatever scale.

    Weights are scaled by a power of two, so that those which add up to another still do.
    """
    bits = _WEIGHT_BITS - math.frexp(math.fsum(weight for _, weight in rankings))[1]
    worth = np.rint(curve(np.arange(1, MAX_SCORED_IDS + 1)) / curve(np.ones(1)) * _FINE).astype(np.int64)
    return np.concatenate([round(math.ldexp(weight, bits)) * worth[: _width(ranking)] for ranking, weight in rankings])


def _fused(listed: np.ndarray, owner: np.ndarray, values: Sequence[np.ndarray], own: np.ndarray) -> np.ndarray:
    """Return the places with the highest sums of values, the first kind of which decides; -1 behind them.

    Each column of `listed` is of the ranking that `owner` names and has a value of each kind.
    """
    order = np.argsort(listed, axis=1, kind="stable")
    images, owners = np.take_along_axis(listed, order, axis=1), owner[order]
    again = _behind(images[:, 1:] == images[:, :-1])
    repeat = again & _behind(owners[:, 1:] == owners[:, :-1])
    counts = ~again & (images >= 0) & (images != np.where(own < 0, -1, own)[:, None])
    sums = [_sums(np.where(repeat, 0, value[order]), np.flatnonzero(~again)) for value in values]
    best = np.lexsort([np.where(counts, -each, 1) for each in reversed(sums)], axis=1)[:, :MAX_SCORED_IDS]
    return np.where(np.take_along_axis(counts, best, axis=1), np.take_along_axis(images, best, axis=1), -1)


def _behind(mask: np.ndarray) -> np.ndarray:
    """Return the mask with a column of False before it."""
    return np.pad(mask, ((0, 0), (1, 0)))


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return at the start of each run, in the flattened values, the sum over the run; 0 elsewhere."""
    sums = np.zeros(values.shape, np.int64)
    sums.ravel()[starts] = np.add.reduceat(values.ravel(), starts)
    return sums


def _blended_labellings(labellings: Sequence[tuple[Labelling, float]], how: FusionMethod, k: float) -> Labelling:
    query_ids = labellings[0][0].query_ids
    landmarks = np.stack([labelling.landmarks for labelling, _ in labellings], axis=1)
    confidences = np.stack([labelling.confidences for labelling, _ in labellings], axis=1)
    weights = np.array([share for _, share in labellings])
    if how == "votes":
        _require_shares(confidences)
        scores = vote_scores(landmarks[:, :, None], confidences[:, :, None], weights)[:, :, 0]
    else:
        worth = _curve(how, k)
        comparable = _quantiles if how == "score" else lambda column: worth(_ranks(column))
        scores = _totals(landmarks, weights * np.stack([comparable(column) for column in confidences.T], axis=1))
    best = np.lexsort((landmarks, np.where(np.isnan(scores), np.inf, -scores)), axis=1)[:, :1]
    chosen = [np.take_along_axis(each, best, axis=1)[:, 0] for each in (landmarks, scores)]
    return Labelling.of(np.where(np.isnan(chosen[1]), 0, chosen[0]), chosen[1], query_ids)


def _totals(landmarks: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each landmark `(n, any)` the sum of the values of the same in its row; NaN where it has none.

    They are added from the smallest on, so that the sum is the same in any order of the columns.
    """
    order = np.argsort(values, axis=1)
    named, added = (np.take_along_axis(each, order, axis=1).T[:, :, None] for each in (landmarks, values))
    totals = np.where(np.isnan(values), np.nan, 0.0)
    for landmark, value in zip(named, added, strict=True):
        totals += np.where((landmarks == landmark) & ~np.isnan(value), value, 0)
    return totals


def _ranks(confidences: np.ndarray) -> np.ndarray:
    """Return one more than the number of answers that are surer; NaN for no answer.

    >>> _ranks(np.array([0.5, 0.9, np.nan, 0.5]))
    array([ 2.,  1., nan,  2.])
    """
    answers = np.sort(confidences[~np.isnan(confidences)])
    surer = len(answers) - np.searchsorted(answers, confidences, side="right")
    return np.where(np.isnan(confidences), np.nan, surer + 1.0)


def _quantiles(confidences: np.ndarray) -> np.ndarray:
    """Return the share of the answers that are no surer, in (0, 1]; NaN for no answer.

    >>> _quantiles(np.array([0.5, 0.9, np.nan, 0.5, 0.1]))
    array([0.75, 1.  ,  nan, 0.75, 0.25])
    """
    answers = np.sort(confidences[~np.isnan(confidences)])
    no_surer = np.searchsorted(answers, confidences, side="right")
    return np.where(np.isnan(confidences), np.nan, no_surer / max(1, len(answers)))


def _require_shares(confidences: np.ndarray) -> None:
    if (confidences < 0).any() or (confidences > 1).any():
        raise SubmissionError(
            "votes adds confidences as they are, so they must lie between 0 and 1, and some do not; "
            "--how score and --how rrf compare confidences of any scale"
        )
