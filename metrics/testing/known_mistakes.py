"""Known mistakes of scorers: their names, the rules of a scorer that makes them, and a diagnosis by its scores."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations, starmap
from math import isclose, isnan
from typing import Any

from metrics.base import GainMetric, Metric, RecognitionMetric, RetrievalMetric
from metrics.registry import METRICS
from metrics.testing.cases import ScoringCase
from metrics.testing.mistaken_scorers import DIVISORS, ScorerRules, mistaken_score_range

TOLERANCE = 1e-12

Applies = Callable[[Metric], bool]


@dataclass(frozen=True)
class KnownMistake:
    """A mistake: its name, a sentence that explains it, the metrics it applies to, the rules that make it."""

    name: str
    sentence: str
    applies: Applies = field(compare=False)
    change: Mapping[str, Any] = field(hash=False)


def is_retrieval(metric: Metric) -> bool:
    """Whether a metric is of the first k ranks."""
    return isinstance(metric, RetrievalMetric)


def is_recognition(metric: Metric) -> bool:
    """Whether a metric is of labels."""
    return isinstance(metric, RecognitionMetric)


def uses_confidence(metric: Metric) -> bool:
    """Whether a metric orders the answers by confidence."""
    return isinstance(metric, RecognitionMetric) and metric.uses_confidence


def has_cases(metric: Metric) -> bool:
    """Whether there are cases for a metric: it is no metric of complete rankings."""
    return is_retrieval(metric) or is_recognition(metric)


def _gain(metric: Metric) -> bool:
    return isinstance(metric, GainMetric)


def _first_hit(metric: Metric) -> bool:
    return isinstance(metric, RetrievalMetric) and metric.value_is_rank


def _discounted(metric: Metric) -> bool:
    """Whether a hit, or a right answer, adds less at a lower rank."""
    return uses_confidence(metric) or (isinstance(metric, GainMetric) and metric.gain(1, 1) != metric.gain(1, 2))


def _ranked(metric: Metric) -> bool:
    return _discounted(metric) or _first_hit(metric)


_MISSING = "missing queries left out of the mean"
_MISSING_SENTENCE = "a query that the submission does not answer must count as 0, or as a miss"
_TIES = "equal confidences must stand in the order of the query ids"
_NON_LANDMARK = "an answer where there is no landmark is wrong and keeps its rank"
_RANK = "the first rank is 1"
_UNSTABLE = f"{_TIES}; a sort that is not stable mixes them"

_ROWS: tuple[tuple[str, str, Applies, dict[str, Any]], ...] = (  # the last explains many scores, so it is tried last
    ("duplicates counted twice", "a relevant image listed again is no new hit", _gain, {"repeats": "twice"}),
    ("duplicates closed up", "a repeated image must keep its rank", is_retrieval, {"repeats": "closed up"}),
    ("divide by R", "the number of relevant images R is not what to divide by", _gain, {"divisor": "R"}),
    ("divide by k", "the cut-off k is not what to divide by", _gain, {"divisor": "k"}),
    ("divide by min(R, k)", "min(R, k) is not what to divide by", _gain, {"divisor": "min(R, k)"}),
    ("divide by the list's length", "a short list must not score more", _gain, {"divisor": "n"}),
    ("divide by the hits found", "relevant images not found must count", _gain, {"divisor": "hits"}),
    ("rank from 0", _RANK, _ranked, {"first_rank": "0"}),
    ("rank from 0", _RANK, _discounted, {"first_rank": "0, divided by 1"}),
    ("rank from 0", _RANK, _discounted, {"first_rank": "0, skipped"}),
    ("rank from 0", _RANK, _first_hit, {"first_rank": "0", "no_hit": "k"}),
    ("one rank too many", "rank k + 1 lies beyond the cut-off", _gain, {"cut": 1}),
    ("no cut-off", "images beyond rank k must not count", is_retrieval, {"cut": None}),
    ("no hit counted as k", "a query without a hit counts as k + 1", _first_hit, {"no_hit": "k"}),
    ("no hit left out of the mean", "a query without a hit counts as k + 1", _first_hit, {"no_hit": "left out"}),
    (_MISSING, _MISSING_SENTENCE, has_cases, {"unanswered": "left out"}),
    (_MISSING, _MISSING_SENTENCE, has_cases, {"unanswered": "rows left out"}),
    ("ties by file order", _TIES, uses_confidence, {"ties": "file"}),
    ("ties by file order", f"{_TIES}, not of the ground truth's rows", uses_confidence, {"ties": "ground truth file"}),
    ("ties by file order, backwards", _TIES, uses_confidence, {"ties": "file backwards"}),
    ("ties by id, backwards", _TIES, uses_confidence, {"ties": "id backwards"}),
    ("confidences compared as text", "10.0 is more than 9.0", uses_confidence, {"confidence": "text"}),
    ("least confident first", "the most confident answer comes first", uses_confidence, {"confidence": "upwards"}),
    ("non-landmark images dropped", _NON_LANDMARK, uses_confidence, {"non_landmark": "dropped"}),
    ("only the first landmark counts", "any of several landmarks is right", is_recognition, {"several": "first"}),
    ("divide by all queries", "only queries that show a landmark count", is_recognition, {"divisor": "queries"}),
    ("divide by all answers", "only queries that show a landmark count", is_recognition, {"divisor": "answers"}),
    ("confidence ties unstable", _UNSTABLE, uses_confidence, {"ties": "any"}),
)  # fmt: skip
KNOWN_MISTAKES = tuple(starmap(KnownMistake, _ROWS))


def mistakes_of(metric: Metric) -> tuple[KnownMistake, ...]:
    """The mistakes that can be made with a metric, the likeliest first."""
    if is_recognition(metric) and metric.name not in METRICS:
        return ()
    return tuple(each for each in KNOWN_MISTAKES if each.applies(metric) and not _is_right(metric, each))


def diagnose(metric: Metric, scores: Mapping[ScoringCase, float]) -> tuple[KnownMistake, ...]:
    """The mistake, or the two, that explain all scores of a scorer (nan: it failed); none if no mistakes do."""
    candidates = mistakes_of(metric)
    pairs = [(one, other) for one, other in combinations(candidates, 2) if not one.change.keys() & other.change.keys()]
    for mistakes in (*((each,) for each in candidates), *pairs):
        rules = ScorerRules(**{name: value for mistake in mistakes for name, value in mistake.change.items()})
        if _explains(metric, rules, scores.items()):
            return mistakes
    return ()


def scores_agree(one: float, other: float) -> bool:
    """Whether two scores agree to 1e-12; a failure agrees with a failure."""
    return isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (isnan(one) and isnan(other))


def _is_right(metric: Metric, mistake: KnownMistake) -> bool:
    """Return whether a mistake's divisor is that of the metric, so that it is no mistake there."""
    divisor = DIVISORS.get(mistake.change.get("divisor", ""))
    if divisor is None or not isinstance(metric, GainMetric):
        return False
    return all(divisor(n, metric.k) == metric.norm(n) for n in (1, 2, 3, metric.k, metric.k + 1))


def _explains(metric: Metric, rules: ScorerRules, scores: Iterable[tuple[ScoringCase, float]]) -> bool:
    for case, score in scores:
        low, high = mistaken_score_range(metric, case, rules)
        if not (scores_agree(low, score) or scores_agree(high, score) or low < score < high):
            return False
    return True
