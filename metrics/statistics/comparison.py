"""Which of several answers to the same queries is the better, and whether chance would do as well.

Intervals and the probability of being first come from one bootstrap of the queries for all; a pair's p from exchanging
the two answers to each query at random; Holm's correction is over all pairs. Over folds a score is the mean of the
folds' scores, and queries are drawn and exchanged within their fold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from metrics.base import Metric, NoPositives
from metrics.statistics.bootstrap import LEVEL, REPLICATES, by_id, interval, recounted, resamples, values_of
from metrics.statistics.permutation_test import ROUNDING, Folds, holm, p_exchanged

EXCHANGES, EXCHANGES_A_PAIR = 2000, 100


@dataclass(frozen=True)
class Pair:
    """`better` against `worse`, by their scores.

    `difference` is the score of the first minus that of the second, `low` and `high` bound its interval. `p` is how
    often exchanged answers differ as much, `p_holm` the same corrected for the number of pairs; neither is ever 0.
    `effect` is the mean of the queries' differences in units of their standard deviation, None where that is 0 and they
    are not. `wins`, `ties` and `losses` count the queries on which the first is the better, as good, the worse.
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
    """Several answers by one metric, the best first, equal ones by name.

    `p_first` is the share of resamples in which one has the best score, equal ones sharing it. `tied` are the best and
    those that cannot be told from it: p_holm is at least 1 - level.
    """

    metric: str
    queries: int
    replicates: int
    exchanges: int
    scores: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    p_first: dict[str, float]
    tied: tuple[str, ...]
    pairs: tuple[Pair, ...]


def compare(
    metric: Metric, answers: Mapping[str, Folds], *, replicates: int = REPLICATES, level: float = LEVEL, seed: int = 0
) -> Comparison:
    """Compare named answers to the same queries, fold by fold, each query in any order.

    There are 2000 exchanges a pair, or 100 times the number of pairs if that is more, so that the correction leaves
    something to find. Raises ValueError where two were asked other queries or judged by another truth, and NoPositives
    where no query of a fold counts.

    >>> from metrics import MeanAveragePrecision, judge_retrieval
    >>> truth = {f"q{i}": ["a"] for i in range(50)}
    >>> half = judge_retrieval({f"q{i}": ["a"] for i in range(25)}, truth)
    >>> found = compare(MeanAveragePrecision(), {"half": [half], "none": [judge_retrieval({}, truth)], "too": [half]})
    >>> found.tied, found.p_first
    (('half', 'too'), {'half': 0.5, 'too': 0.5, 'none': 0.0})
    """
    ordered = {name: [by_id(judgement) for judgement in folds] for name, folds in answers.items()}
    _demand_same_queries(ordered)
    scores = {name: _score(metric, folds) for name, folds in ordered.items()}
    sign = 1 if metric.higher_is_better else -1
    names = sorted(scores, key=lambda name: (-sign * scores[name], name))
    table = bootstrapped(metric, [ordered[name] for name in names], replicates, seed)
    drawn = dict(zip(names, table.T, strict=True))
    couples = list(combinations(names, 2))
    exchanges = max(EXCHANGES, EXCHANGES_A_PAIR * len(couples))
    p = [p_exchanged(metric, ordered[a], ordered[b], exchanges, seed) for a, b in couples]
    pairs = [
        Pair(
            *(a, b, scores[a] - scores[b], *interval(drawn[a] - drawn[b], level), p_pair, p_holm),
            *_by_query(metric, ordered[a], ordered[b]),
        )
        for (a, b), p_pair, p_holm in zip(couples, p, holm(p), strict=True)
    ]
    beaten = {pair.worse for pair in pairs if pair.better == names[0] and pair.p_holm < 1 - level}
    return Comparison(
        metric=metric.name,
        queries=sum(len(judgement.query_ids) for judgement in ordered[names[0]]),
        replicates=replicates,
        exchanges=exchanges,
        scores={name: scores[name] for name in names},
        intervals={name: interval(column, level) for name, column in drawn.items()},
        p_first=dict(zip(names, shares_of_first(sign * table).tolist(), strict=True)),
        tied=tuple(name for name in names if name not in beaten),
        pairs=tuple(pairs),
    )


def shares_of_first(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_answers,) the share of the rows (replicates, n_answers) in which each has the highest score.

    >>> shares_of_first(np.array([[1.0, 1.0], [1.0, 0.0]]))
    array([0.75, 0.25])
    """
    best = scores == scores.max(axis=1, keepdims=True)
    shares: NDArray[np.float64] = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def bootstrapped(metric: Metric, answers: Sequence[Folds], replicates: int, seed: int) -> NDArray[np.float64]:
    """(at most replicates, n_answers) scores on the same resamples; one in which no query counts is left out."""
    total = np.zeros((replicates, len(answers)))
    for fold, judgements in enumerate(zip(*answers, strict=True)):
        scorers = [recounted(metric, judgement) for judgement in judgements]
        for row, counts in zip(total, resamples(judgements[0], replicates, [seed, fold]), strict=True):
            row += [score(counts) for score in scorers]
    return (total / len(answers[0]))[~np.isnan(total).any(axis=1)]


def most_different(metric: Metric, a: Folds, b: Folds, few: int) -> list[tuple[str, float, float]]:
    """The queries on which two answers to the same queries differ most, with what each got; of equal ones by id.

    A query that does not count is never among them. By GAP a query gets what its answer adds to the sum.
    """
    ids, one, other = _values(metric, a, b)
    apart = np.abs(one - other)
    order = np.lexsort((ids, -apart))[: min(few, np.count_nonzero(apart > ROUNDING))]
    return list(zip(ids[order].tolist(), one[order].tolist(), other[order].tolist(), strict=True))


def _by_query(metric: Metric, a: Folds, b: Folds) -> tuple[float | None, int, int, int]:
    """Effect, wins, ties and losses."""
    _, one, other = _values(metric, a, b)
    differences = np.where(np.abs(one - other) > ROUNDING, one - other, 0.0)
    better = differences if metric.higher_is_better else -differences
    wins, losses = int(np.count_nonzero(better > 0)), int(np.count_nonzero(better < 0))
    deviation = differences.std(ddof=1) if len(differences) > 1 else 0.0
    same = 0.0 if not wins + losses else None
    return float(differences.mean() / deviation) if deviation else same, wins, len(differences) - wins - losses, losses


def _values(metric: Metric, a: Folds, b: Folds) -> tuple[NDArray[np.object_], NDArray[np.float64], NDArray[np.float64]]:
    """Ids and values of the queries that count, all folds in one."""
    a, b = [by_id(judgement) for judgement in a], [by_id(judgement) for judgement in b]
    one, other = (np.concatenate([values_of(metric, judgement) for judgement in folds]) for folds in (a, b))
    counts = ~np.isnan(one) & ~np.isnan(other)
    return np.concatenate([judgement.query_ids for judgement in a])[counts], one[counts], other[counts]


def _score(metric: Metric, folds: Folds) -> float:
    scores = [recounted(metric, judgement)(np.ones(len(judgement.query_ids), dtype=np.int64)) for judgement in folds]
    if np.isnan(scores).any():
        raise NoPositives(f"{metric.name}: no query counts, there is nothing to compare")
    return float(np.mean(scores))


def _demand_same_queries(answers: Mapping[str, Folds]) -> None:
    (first, wanted), *others = answers.items()
    for name, folds in others:
        if len(folds) != len(wanted) or not all(
            np.array_equal(own.query_ids, theirs.query_ids) for own, theirs in zip(folds, wanted, strict=True)
        ):
            raise ValueError(f"{first} and {name} were not asked the same queries")
