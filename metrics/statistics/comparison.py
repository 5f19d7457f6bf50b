"""Comparison of several systems on the same queries: intervals, pairwise significance tests, probability of being best.

Intervals and the probability of being best come from one bootstrap of the queries for all systems, the p-value of a
pair from a paired permutation test with Holm's correction over all pairs. Over folds a score is the mean of the folds'
scores, and queries are drawn and exchanged within their fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, zip_longest

import numpy as np
from numpy.typing import NDArray

from metrics.base import Metric, NoPositives
from metrics.statistics.bootstrap import LEVEL, REPLICATES, interval, resamples, sorted_by_id, values_of, weighted_score
from metrics.statistics.permutation_test import ROUNDING, Folds, holm, permutation_p_value

EXCHANGES, EXCHANGES_PER_PAIR = 2000, 100


@dataclass(frozen=True)
class PairComparison:
    """The comparison of two systems, `better` and `worse` by their scores.

    `difference` is the first score minus the second, and `low` and `high` bound its interval. `p` is the p-value of the
    permutation test and `p_holm` the same after Holm's correction; neither is ever 0. `effect` is the mean difference
    of the queries divided by its standard deviation, None if that is 0 and the mean is not. `wins`, `ties` and `losses`
    count the queries on which the first system is better, equal or worse.
    """

    better: str
    worse: str
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    effect: float | None
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True)
class Comparison:
    """Several systems compared by one metric, the best first, equal ones by name.

    `p_first` is the share of resamples in which a system has the best score; equal systems share it. `tied` are the
    best and those not significantly different from it: p_holm is at least 1 - level.
    """

    metric: str
    queries: int
    replicates: int
    exchanges: int
    scores: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    p_first: dict[str, float]
    tied: tuple[str, ...]
    pairs: tuple[PairComparison, ...]


def compare(
    metric: Metric, answers: Mapping[str, Folds], *, replicates: int = REPLICATES, level: float = LEVEL, seed: int = 0
) -> Comparison:
    """Compare named systems on the same queries, fold by fold; the order of the queries does not matter.

    Each pair is tested with 2000 exchanges, or with 100 times the number of pairs if that is more: otherwise no p-value
    could stay significant after the correction. Raises ValueError if two systems have different queries or ground
    truths, and NoPositives if no query of a fold counts.

    >>> from metrics import MeanAveragePrecision, judge_retrieval
    >>> truth = {f"q{i}": ["a"] for i in range(50)}
    >>> half = judge_retrieval({f"q{i}": ["a"] for i in range(25)}, truth)
    >>> systems = {"half": [half], "none": [judge_retrieval({}, truth)], "too": [half]}
    >>> comparison = compare(MeanAveragePrecision(), systems)
    >>> comparison.tied, comparison.p_first
    (('half', 'too'), {'half': 0.5, 'too': 0.5, 'none': 0.0})
    """
    ordered = {name: [sorted_by_id(judgement) for judgement in folds] for name, folds in answers.items()}
    require_same_queries(ordered)
    scores = {name: _score(metric, folds) for name, folds in ordered.items()}
    sign = 1 if metric.higher_is_better else -1
    names = sorted(scores, key=lambda name: (-sign * scores[name], name))
    table = bootstrap_scores(metric, [ordered[name] for name in names], replicates, seed)
    resampled = dict(zip(names, table.T, strict=True))
    name_pairs = list(combinations(names, 2))
    exchanges = max(EXCHANGES, EXCHANGES_PER_PAIR * len(name_pairs))
    p = [permutation_p_value(metric, ordered[a], ordered[b], exchanges, seed) for a, b in name_pairs]
    pairs = [
        PairComparison(
            *(a, b, scores[a] - scores[b], *interval(resampled[a] - resampled[b], level), p_pair, p_holm),
            *_by_query(metric, ordered[a], ordered[b]),
        )
        for (a, b), p_pair, p_holm in zip(name_pairs, p, holm(p), strict=True)
    ]
    beaten = {pair.worse for pair in pairs if pair.better == names[0] and pair.p_holm < 1 - level}
    return Comparison(
        metric=metric.name,
        queries=sum(len(judgement.query_ids) for judgement in ordered[names[0]]),
        replicates=replicates,
        exchanges=exchanges,
        scores={name: scores[name] for name in names},
        intervals={name: interval(column, level) for name, column in resampled.items()},
        p_first=dict(zip(names, first_place_shares(sign * table).tolist(), strict=True)),
        tied=tuple(name for name in names if name not in beaten),
        pairs=tuple(pairs),
    )


def first_place_shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_answers,) the share of the rows (replicates, n_answers) in which each has the highest score; ties share it.

    >>> first_place_shares(np.array([[1.0, 1.0], [1.0, 0.0]]))
    array([0.75, 0.25])
    """
    best = scores == scores.max(axis=1, keepdims=True)
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0))


def bootstrap_scores(metric: Metric, answers: Sequence[Folds], replicates: int, seed: int) -> NDArray[np.float64]:
    """(at most replicates, n_answers) scores on the same resamples; those in which no query counts are left out."""
    total = np.zeros((replicates, len(answers)))
    for fold, judgements in enumerate(zip(*answers, strict=True)):
        scorers = [weighted_score(metric, judgement) for judgement in judgements]
        for row, counts in zip(total, resamples(judgements[0], replicates, [seed, fold]), strict=True):
            row += [score(counts) for score in scorers]
    return (total / len(answers[0]))[~np.isnan(total).any(axis=1)]


def most_different(metric: Metric, a: Folds, b: Folds, limit: int) -> list[tuple[str, float, float]]:
    """At most `limit` queries on which two systems differ most: (id, value of a, value of b), equal ones by id.

    Queries that do not count are left out. By GAP a query's value is what its answer adds to the sum.
    """
    ids, one, other = _values(metric, a, b)
    apart = np.abs(one - other)
    order = np.lexsort((ids, -apart))[: min(limit, np.count_nonzero(apart > ROUNDING))]
    return list(zip(ids[order].tolist(), one[order].tolist(), other[order].tolist(), strict=True))


def _by_query(metric: Metric, a: Folds, b: Folds) -> tuple[float | None, int, int, int]:
    """Return effect size, wins, ties and losses."""
    _, one, other = _values(metric, a, b)
    differences = np.where(np.abs(one - other) > ROUNDING, one - other, 0.0)
    better = differences if metric.higher_is_better else -differences
    wins, losses = int(np.count_nonzero(better > 0)), int(np.count_nonzero(better < 0))
    deviation = differences.std(ddof=1) if len(differences) > 1 else 0.0
    same = 0.0 if not wins + losses else None
    return float(differences.mean() / deviation) if deviation else same, wins, len(differences) - wins - losses, losses


def _values(metric: Metric, a: Folds, b: Folds) -> tuple[NDArray[np.object_], NDArray[np.float64], NDArray[np.float64]]:
    """Return the ids of the queries that count for both, and their values, the folds one after the other."""
    a, b = [sorted_by_id(judgement) for judgement in a], [sorted_by_id(judgement) for judgement in b]
    one, other = (np.concatenate([values_of(metric, judgement) for judgement in folds]) for folds in (a, b))
    counts = ~np.isnan(one) & ~np.isnan(other)
    return np.concatenate([judgement.query_ids for judgement in a])[counts], one[counts], other[counts]


def _score(metric: Metric, folds: Folds) -> float:
    once = [np.ones(len(judgement.query_ids), dtype=np.int64) for judgement in folds]
    scores = [weighted_score(metric, judgement)(counts) for judgement, counts in zip(folds, once, strict=True)]
    if np.isnan(scores).any():
        raise NoPositives(f"{metric.name}: no query counts, there is nothing to compare")
    return float(np.mean(scores))


def require_same_queries(answers: Mapping[str, Folds]) -> None:
    """Raise ValueError if two systems have different queries in a fold."""
    (first, expected), *others = answers.items()
    for name, folds in others:
        pairs = zip_longest((own.query_ids for own in folds), (own.query_ids for own in expected))
        if not all(np.array_equal(own, theirs) for own, theirs in pairs):
            raise ValueError(f"{first} and {name} answer different queries")
