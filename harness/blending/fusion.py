"""Fuse several answers to the same queries into one, independent of the order of the answers.

* rrf: the sum of weight / (k + rank). Cormack, Clarke and Buettcher, Reciprocal rank fusion outperforms Condorcet and
  individual rank learning methods, SIGIR 2009, where k is 60.
* score: the weighted sum of scores. A ranking has no similarities, so rank r of 100 scores (101 - r) / 100, our
  reconstruction. A confidence is replaced by its quantile among the answers of its file, in (0, 1], because the scales
  of solutions differ.
* votes: the summed weight of the rankings that list an image. For labellings, the summed weight of those that give a
  landmark plus the weighted mean of their confidences, as the winners of the recognition challenges merge them.

Images with equal scores are ordered by their sum of reciprocal ranks, then by their position in the index. Of landmarks
with equal scores the lowest number wins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np

from harness.data.tables.id_index import find_positions
from harness.errors import SubmissionError
from harness.submissions.answer import Answer, Labelling, Ranking
from harness.submissions.list_length import MAX_SCORED_IDS, list_length, lists_whole_index

FusionMethod = Literal["rrf", "score", "votes"]
Curve = Callable[[np.ndarray], np.ndarray]  # ranks from 1 -> their scores, at most 1

K = 60.0  # added to each rank in reciprocal rank fusion
_BLOCK = 1024  # queries fused at a time
_SCALE = 100 << 31  # score of the first rank: scores are integers, so that sums are exact in any order
_WEIGHT_BITS = 24
_MAX_WEIGHT = 1e100


def fuse_answers(
    answers: Sequence[Answer], weights: Sequence[float], method: FusionMethod = "rrf", k: float = K
) -> Answer:
    """Fuse answers to the same queries into one; rankings must be of the same index.

    Answers of weight 0 are ignored. A query that no other answer answers stays unanswered. A fused ranking has at most
    100 images, without repetitions and the query itself; a repeated image counts at its first rank. Where the whole
    index must be ranked, it has all images.

    Raises SubmissionError for invalid weights, and for votes with confidences outside of [0, 1].

    >>> queries, index = np.array(["q"]), np.array(["a", "b", "c"])
    >>> one, two = (Ranking.from_rows([row], queries, index) for row in (["a", "b"], ["b", "c"]))
    >>> fuse_answers([one, two], [1, 1]).rows()
    [['b', 'a', 'c']]
    """
    shares = normalise_weights(weights, len(answers))
    weighted = [(answer, place) for place, answer in enumerate(answers) if shares[place]]
    rankings = [(answer, float(weights[place])) for answer, place in weighted if isinstance(answer, Ranking)]
    if len(rankings) == len(weighted):
        length = list_length(len(rankings[0][0].index_ids), MAX_SCORED_IDS)
        return _fuse_rankings(rankings, (_curve(method, k, length), _curve("rrf", k, length)), length)
    labellings = [(answer, float(shares[place])) for answer, place in weighted if isinstance(answer, Labelling)]
    if len(labellings) == len(weighted):
        return _fuse_labellings(labellings, method, k)
    raise SubmissionError("rankings and labellings answer different tasks and cannot be blended with one another")


def normalise_weights(weights: Sequence[float], count: int) -> np.ndarray:
    """Return the weights `(count,)` divided by their sum.

    >>> normalise_weights([3, 1], 2)
    array([0.75, 0.25])
    """
    values = np.asarray(weights, np.float64)
    if len(values) != count:
        raise SubmissionError(f"there are {len(values)} weights for {count} answers; give one for each")
    total = float(np.sum(values, where=np.abs(values) < _MAX_WEIGHT))
    if not ((values >= 0) & (values < _MAX_WEIGHT)).all() or not total:
        raise SubmissionError("weights must be 0 or more, and at least one must be above 0")
    return np.asarray(values / total)


def reindex(ranking: Ranking, index_ids: np.ndarray) -> Ranking:
    """Return the ranking with positions in `index_ids`; the rank of an image that is not among them stays empty.

    >>> ranking = Ranking.from_rows([["x", "b"]], np.array(["q"]), np.array(["b", "x"]))
    >>> reindex(ranking, np.array(["a", "b"])).positions
    array([[-1,  1]], dtype=int32)
    """
    if ranking.index_ids is index_ids:
        return ranking
    place = np.append(find_positions(ranking.index_ids, index_ids), -1).astype(np.int32)  # the last one for empty ranks
    return Ranking(ranking.query_ids, index_ids, place[np.maximum(ranking.positions, -1)])


def vote_scores(landmarks: np.ndarray, confidences: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the score of each predicted landmark `(n, models, any)`, NaN where its confidence is NaN.

    A landmark scores the summed weight of the models that rank it first, plus the sum of weight · confidence over all
    models that predict it. Weights sum to 1.

    >>> landmarks = np.tile([1, 2], (1, 3, 1))
    >>> confidences = np.array([[[0.9, 0.05], [0.7, 0.2], [0.1, 0.8]]])
    >>> vote_scores(landmarks, confidences, np.full(3, 1 / 3)).round(4)[0, 0]
    array([1.2333, 0.6833])
    """
    ordered = np.where(np.isnan(confidences), -np.inf, confidences)
    first = ordered == ordered.max(axis=2, keepdims=True)
    lowest = np.where(first, landmarks, np.iinfo(np.int64).max).min(axis=2, keepdims=True)
    values = weights[:, None] * (confidences + (first & (landmarks == lowest)))
    flat = (len(landmarks), -1)
    return _totals(landmarks.reshape(flat), values.reshape(flat)).reshape(landmarks.shape)


def _curve(method: FusionMethod, k: float, length: int) -> Curve:
    """Return the score of the ranks 1 to `length`; raise SubmissionError for an unknown method or an invalid k."""
    if method not in get_args(FusionMethod):
        raise SubmissionError(f"unknown method {method!r}; choose {', '.join(get_args(FusionMethod))}")
    if not 0 <= k < np.inf:
        raise SubmissionError(f"k is {k:g}; it must be 0 or more")
    curves: dict[FusionMethod, Curve] = {
        "rrf": lambda rank: 1 / (k + rank),
        "score": lambda rank: (length + 1 - rank) / length,
        "votes": lambda rank: np.ones(len(rank)),
    }
    return curves[method]


def _fuse_rankings(rankings: Sequence[tuple[Ranking, float]], curves: Sequence[Curve], length: int) -> Ranking:
    first, widths = rankings[0][0], [min(length, int(ranking.positions.shape[1])) for ranking, _ in rankings]
    ranking_number = np.repeat(np.arange(len(rankings)), widths)
    weights = [weight for _, weight in rankings]
    values = [_column_scores(weights, widths, curve(np.arange(1, length + 1))) for curve in curves]
    own = find_positions(first.query_ids, first.index_ids)
    if lists_whole_index():
        own[:] = -1  # nothing is left out
    fused = np.full((len(own), min(length, len(ranking_number))), -1, np.int32)
    for start in range(0, len(own) if len(ranking_number) else 0, _BLOCK):
        rows = slice(start, start + _BLOCK)
        listed = np.concatenate([ranking.positions[rows, :length] for ranking, _ in rankings], axis=1)
        fused[rows] = _fuse_block(listed, ranking_number, values, own[rows])[:, :length]
    return Ranking(first.query_ids, first.index_ids, fused)


def _column_scores(weights: Sequence[float], widths: Sequence[int], rank_scores: np.ndarray) -> np.ndarray:
    """Return the score of each column of the concatenated rankings, as integers on an arbitrary scale.

    Weights are scaled by a power of two, which keeps their sums exact.
    """
    bits = _WEIGHT_BITS - math.frexp(math.fsum(weights))[1]
    scores = np.rint(rank_scores / rank_scores[:1] * _SCALE).astype(np.int64)
    pairs = zip(weights, widths, strict=True)
    return np.concatenate([round(math.ldexp(weight, bits)) * scores[:width] for weight, width in pairs])


def _fuse_block(
    listed: np.ndarray, ranking_number: np.ndarray, values: Sequence[np.ndarray], own: np.ndarray
) -> np.ndarray:
    """Return the images with the highest sums of the first values, ties broken by the second; -1 for empty places.

    `ranking_number` has the ranking of each column of `listed`, and `values` its score and its tie-breaking score.
    """
    order = np.argsort(listed, axis=1, kind="stable")
    images, owners = np.take_along_axis(listed, order, axis=1), ranking_number[order]
    is_repeat = _shift_right(images[:, 1:] == images[:, :-1])
    is_listed_twice = is_repeat & _shift_right(owners[:, 1:] == owners[:, :-1])
    is_counted = ~is_repeat & (images >= 0) & (images != np.where(own < 0, -1, own)[:, None])
    sums = [_run_sums(np.where(is_listed_twice, 0, value[order]), np.flatnonzero(~is_repeat)) for value in values]
    best = np.lexsort([np.where(is_counted, -each, 1) for each in reversed(sums)], axis=1)
    return np.where(np.take_along_axis(is_counted, best, axis=1), np.take_along_axis(images, best, axis=1), -1)


def _shift_right(mask: np.ndarray) -> np.ndarray:
    """Return the mask with a column of False in front."""
    return np.pad(mask, ((0, 0), (1, 0)))


def _run_sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the sum of each run of the flattened values at the start of the run, 0 elsewhere."""
    sums = np.zeros(values.shape, np.int64)
    sums.ravel()[starts] = np.add.reduceat(values.ravel(), starts)
    return sums


def _fuse_labellings(labellings: Sequence[tuple[Labelling, float]], method: FusionMethod, k: float) -> Labelling:
    query_ids = labellings[0][0].query_ids
    landmarks = np.stack([labelling.landmarks for labelling, _ in labellings], axis=1)
    confidences = np.stack([labelling.confidences for labelling, _ in labellings], axis=1)
    weights = np.array([share for _, share in labellings])
    if method == "votes":
        _require_probabilities(confidences)
        scores = vote_scores(landmarks[:, :, None], confidences[:, :, None], weights)[:, :, 0]
    else:
        curve = _curve(method, k, MAX_SCORED_IDS)
        comparable = _quantiles if method == "score" else lambda column: curve(_ranks(column))
        scores = _totals(landmarks, weights * np.stack([comparable(column) for column in confidences.T], axis=1))
    best = np.lexsort((landmarks, np.where(np.isnan(scores), np.inf, -scores)), axis=1)[:, :1]
    label, score = (np.take_along_axis(each, best, axis=1)[:, 0] for each in (landmarks, scores))
    return Labelling.of(np.where(np.isnan(score), 0, label), score, query_ids)


def _totals(landmarks: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each landmark `(n, any)` the sum of its values in its row, NaN where its own value is NaN.

    Values are added in ascending order, so that the sum does not depend on the order of the columns.
    """
    order = np.argsort(values, axis=1)
    columns = (np.take_along_axis(each, order, axis=1).T[:, :, None] for each in (landmarks, values))
    totals = np.where(np.isnan(values), np.nan, 0.0)
    for landmark, value in zip(*columns, strict=True):
        totals += np.where((landmarks == landmark) & ~np.isnan(value), value, 0)
    return totals


def _ranks(confidences: np.ndarray) -> np.ndarray:
    """Return the rank of each confidence: 1 + the number of higher ones; NaN without an answer.

    >>> _ranks(np.array([0.5, 0.9, np.nan, 0.5]))
    array([ 2.,  1., nan,  2.])
    """
    answers = np.sort(confidences[~np.isnan(confidences)])
    higher = len(answers) - np.searchsorted(answers, confidences, side="right")
    return np.where(np.isnan(confidences), np.nan, higher + 1.0)


def _quantiles(confidences: np.ndarray) -> np.ndarray:
    """Return the quantile of each confidence: the share that is not higher, in (0, 1]; NaN without an answer.

    >>> _quantiles(np.array([0.5, 0.9, np.nan, 0.5, 0.1]))
    array([0.75, 1.  ,  nan, 0.75, 0.25])
    """
    answers = np.sort(confidences[~np.isnan(confidences)])
    not_higher = np.searchsorted(answers, confidences, side="right")
    return np.where(np.isnan(confidences), np.nan, not_higher / max(1, len(answers)))


def _require_probabilities(confidences: np.ndarray) -> None:
    if (confidences < 0).any() or (confidences > 1).any():
        raise SubmissionError(
            "--how votes adds confidences, so they must lie between 0 and 1, and some do not; "
            "--how score and --how rrf compare confidences of any scale"
        )
