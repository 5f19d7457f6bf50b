"""The classic mistakes of scorers, each with a name and the rules of a scorer that makes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import isclose, isnan
from typing import Any

from metrics.base import Metric, RetrievalMetric
from metrics.testing.cases import World
from metrics.testing.mistaken_scorers import Rules, faulty_range

TOLERANCE = 1e-12
_MAP = frozenset({"map"})
_AVERAGED = frozenset({"map", "precision", "recall"})
_FIRST_HIT = frozenset({"mean_first_hit", "median_first_hit"})
_RETRIEVAL = _AVERAGED | _FIRST_HIT
_GAP = frozenset({"gap"})
_RECOGNITION = _GAP | {"top1_accuracy"}


@dataclass(frozen=True)
class Fault:
    """A mistake: its name, what it is in a sentence, the rules that make it, the metrics where it can be made."""

    name: str
    sentence: str
    metrics: frozenset[str]
    change: Mapping[str, Any] = field(hash=False)


def _from_0(how: str) -> dict[str, Any]:
    return {"first_rank": how}


_LEFT_OUT = "missing queries left out of the mean"
_LEFT_OUT_SENTENCE = "a query that the submission does not answer must count as 0, or as a miss"
_TIES = "equal confidences must stand in the order of the query ids"
_NON_LANDMARK = "an answer where there is no landmark is wrong and keeps its rank"
_RANK_SENTENCE = "the first rank is 1"

_MIXED = f"{_TIES}; a sort that is not stable mixes them"

FAULTS: tuple[Fault, ...] = (  # the last explains much, so it is asked last
    Fault("duplicates counted twice", "a relevant image listed again is no new hit", _AVERAGED, {"repeats": "twice"}),
    Fault("duplicates closed up", "a repeated image must keep its rank", _RETRIEVAL, {"repeats": "closed up"}),
    Fault("divide by R", "the number of relevant images R is not what to divide by", _AVERAGED, {"divisor": "R"}),
    Fault("divide by k", "the cut-off k is not what to divide by", _AVERAGED, {"divisor": "k"}),
    Fault("divide by min(R, k)", "min(R, k) is not what to divide by", _AVERAGED, {"divisor": "min(R, k)"}),
    Fault("divide by the list's length", "a short list must not score more", _AVERAGED, {"divisor": "n"}),
    Fault("divide by the hits found", "relevant images not found must count", _AVERAGED, {"divisor": "hits"}),
    Fault("rank from 0", _RANK_SENTENCE, _MAP | _FIRST_HIT | _GAP, _from_0("0")),
    Fault("rank from 0", _RANK_SENTENCE, _MAP | _GAP, _from_0("0, divided by 1")),
    Fault("rank from 0", _RANK_SENTENCE, _MAP | _GAP, _from_0("0, skipped")),
    Fault("rank from 0", _RANK_SENTENCE, _FIRST_HIT, {"first_rank": "0", "no_hit": "k"}),
    Fault("one rank too many", "rank k + 1 lies beyond the cut-off", _AVERAGED, {"cut": 1}),
    Fault("no cut-off", "what stands beyond rank k must not count", _RETRIEVAL, {"cut": None}),
    Fault("no hit counted as k", "a query without a hit counts as k + 1", _FIRST_HIT, {"no_hit": "k"}),
    Fault("no hit left out of the mean", "a query without a hit counts as k + 1", _FIRST_HIT, {"no_hit": "left out"}),
    Fault(_LEFT_OUT, _LEFT_OUT_SENTENCE, _RETRIEVAL | _RECOGNITION, {"unanswered": "left out"}),
    Fault(_LEFT_OUT, _LEFT_OUT_SENTENCE, _RETRIEVAL | _RECOGNITION, {"unanswered": "rows left out"}),
    Fault("ties by file order", _TIES, _GAP, {"ties": "file"}),
    Fault("ties by file order", f"{_TIES}, not of the ground truth's rows", _GAP, {"ties": "ground truth file"}),
    Fault("ties by file order, backwards", _TIES, _GAP, {"ties": "file backwards"}),
    Fault("ties by id, backwards", _TIES, _GAP, {"ties": "id backwards"}),
    Fault("confidences compared as text", "10.0 is more than 9.0", _GAP, {"confidence": "text"}),
    Fault("least confident first", "the most confident answer comes first", _GAP, {"confidence": "upwards"}),
    Fault("non-landmark images dropped", _NON_LANDMARK, _GAP, {"non_landmark": "dropped"}),
    Fault("only the first landmark counts", "any of several landmarks is right", _RECOGNITION, {"several": "first"}),
    Fault("divide by all queries", "only queries that show a landmark count", _RECOGNITION, {"divisor": "queries"}),
    Fault("divide by all answers", "only queries that show a landmark count", _RECOGNITION, {"divisor": "answers"}),
    Fault("confidence ties unstable", _MIXED, _GAP, {"ties": "any"}),
)  # fmt: skip


def faults_of(metric: Metric) -> tuple[Fault, ...]:
    """The mistakes that can be made with a metric, the likeliest first."""
    kind = metric.prefix if isinstance(metric, RetrievalMetric) else metric.name
    right = {"map": "min(R, k)", "precision": "k", "recall": "R"}.get(kind)
    return tuple(each for each in FAULTS if kind in each.metrics and each.change.get("divisor", "") != right)


def diagnose(metric: Metric, found: Mapping[World, float]) -> tuple[Fault, ...]:
    """The mistake, or the two, of a scorer that gave those scores, all of them; none if no mistake explains them.

    A score is nan where the scorer failed.
    """
    singles = [(each,) for each in faults_of(metric)]
    pairs = [
        (one, other) for one, other in combinations(faults_of(metric), 2) if not one.change.keys() & other.change.keys()
    ]
    for faults in (*singles, *pairs):
        rules = Rules(**{name: value for fault in faults for name, value in fault.change.items()})
        if _explains(metric, rules, found.items()):
            return faults
    return ()


def same(one: float, other: float) -> bool:
    """Whether two scores agree to 1e-12; a failure agrees with a failure."""
    return isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (isnan(one) and isnan(other))


def _explains(metric: Metric, rules: Rules, found: Iterable[tuple[World, float]]) -> bool:
    for world, score in found:
        low, high = faulty_range(metric, world, rules)
        if not (same(low, score) or same(high, score) or low < score < high):
            return False
    return True
