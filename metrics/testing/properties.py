"""What must hold for a metric whatever the submission: each law with the strategy of the worlds it is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import Any

from hypothesis.strategies import SearchStrategy

from metrics.base import Metric, RetrievalMetric
from metrics.testing import perturbations as changes
from metrics.testing.cases import World
from metrics.testing.known_mistakes import TOLERANCE, same
from metrics.testing.strategies import worlds_for

Worlds = tuple[World, ...]
Scores = tuple[float, ...]

_RANKED = frozenset({"map", "precision", "recall", "mean_first_hit", "median_first_hit"})
_GAP = frozenset({"gap", "gap_landmarks_only"})
_LABELLED = _GAP | {"top1_accuracy"}


@dataclass(frozen=True)
class Law:
    """A sentence on scores, the metrics it holds for, one or two worlds to try it on, and whether it held there."""

    name: str
    metrics: frozenset[str]
    worlds: Callable[[Any], SearchStrategy[Worlds]]
    held: Callable[[Metric, Worlds, Scores], bool]


def laws_of(metric: Metric) -> tuple[Law, ...]:
    """The laws that hold for a metric."""
    kind = metric.prefix if isinstance(metric, RetrievalMetric) else metric.name
    return tuple(law for law in LAWS if kind in law.metrics)


def _one(metric: Metric) -> SearchStrategy[Worlds]:
    return worlds_for(metric).map(lambda world: (world,))


def _is_number(_: Metric, __: Worlds, scores: Scores) -> bool:
    return not isnan(scores[0])


def _within_bounds(metric: Metric, _: Worlds, scores: Scores) -> bool:
    low, high = metric.bounds
    return low - TOLERANCE <= scores[0] <= high + TOLERANCE


def _unchanged(_: Metric, __: Worlds, scores: Scores) -> bool:
    return same(*scores)


def _no_worse(metric: Metric, _: Worlds, scores: Scores) -> bool:
    before, after = scores if metric.higher_is_better else scores[::-1]
    return after >= before - TOLERANCE


def _one_if_perfect(metric: Any, worlds: Worlds, scores: Scores) -> bool:
    truth, answers = worlds[0].truth, worlds[0].answers
    wanted = {query: min(len(relevant), metric.k) for query, relevant in truth.items()}
    found = {query: set(answers.get(query, ())[:n]) & set(truth[query]) for query, n in wanted.items()}
    return same(scores[0], 1.0) == all(len(found[query]) == n for query, n in wanted.items())


LAWS: tuple[Law, ...] = (
    Law("gives a finite number", _RANKED | _LABELLED, _one, _is_number),
    Law("lies within its bounds", _RANKED | _LABELLED, _one, _within_bounds),
    Law("the order of rows does not matter", _RANKED | _LABELLED, changes.rows_shuffled, _unchanged),
    Law("a hit that moves above a miss never makes it worse", _RANKED, changes.hit_raised, _no_worse),
    Law("what follows rank k does not matter", _RANKED, changes.tail_added, _unchanged),
    Law("an image appended within k never makes it worse", _RANKED, changes.image_appended, _no_worse),
    Law("an answer is never worse than none", _RANKED, changes.query_answered, _no_worse),
    Law("is 1 exactly if the first min(R, k) are different hits", frozenset({"map"}), _one, _one_if_perfect),
    Law("only the order of confidences matters", _GAP, changes.confidences_rescaled, _unchanged),
    Law("confidences do not matter", frozenset({"top1_accuracy"}), changes.confidences_replaced, _unchanged),
    Law("a wrong answer of least confidence changes nothing", _LABELLED, changes.wrong_answer_added, _unchanged),
    Law("a right answer more never makes it worse", _LABELLED, changes.right_answer_added, _no_worse),
    Law("query ids matter only among equal confidences", _LABELLED, changes.queries_renamed, _unchanged),
)
