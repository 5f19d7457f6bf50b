"""Properties that must hold for a metric on any submission, each with the strategy of the cases it is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import starmap
from math import isnan
from typing import Any

from hypothesis.strategies import SearchStrategy

from metrics.base import Metric, RetrievalMetric
from metrics.testing import perturbations
from metrics.testing.cases import ScoringCase
from metrics.testing.known_mistakes import (
    TOLERANCE,
    has_cases,
    is_recognition,
    is_retrieval,
    scores_agree,
    uses_confidence,
)
from metrics.testing.strategies import cases_for

Cases = tuple[ScoringCase, ...]
Scores = tuple[float, ...]
Strategy = Callable[[Any], SearchStrategy[Cases]]
Holds = Callable[[Metric, Cases, Scores], bool]


@dataclass(frozen=True)
class MetricProperty:
    """A sentence on scores, the metrics it applies to, one or two cases to try it on, and whether it holds there."""

    name: str
    applies: Callable[[Metric], bool]
    cases: Strategy
    holds: Holds


def properties_of(metric: Metric) -> tuple[MetricProperty, ...]:
    """The properties that must hold for a metric."""
    return tuple(each for each in PROPERTIES if each.applies(metric))


def _perfect_if_hits_lead(metric: Metric) -> bool:
    return isinstance(metric, RetrievalMetric) and metric.perfect_if_hits_lead


def _ignores_confidence(metric: Metric) -> bool:
    return is_recognition(metric) and not uses_confidence(metric)


def _one(metric: Metric) -> SearchStrategy[Cases]:
    return cases_for(metric).map(lambda case: (case,))


def _is_number(_: Metric, __: Cases, scores: Scores) -> bool:
    return not isnan(scores[0])


def _within_bounds(metric: Metric, _: Cases, scores: Scores) -> bool:
    low, high = metric.bounds
    return low - TOLERANCE <= scores[0] <= high + TOLERANCE


def _unchanged(_: Metric, __: Cases, scores: Scores) -> bool:
    return scores_agree(*scores)


def _no_worse(metric: Metric, _: Cases, scores: Scores) -> bool:
    before, after = scores if metric.higher_is_better else scores[::-1]
    return after >= before - TOLERANCE


def _one_if_perfect(metric: Any, cases: Cases, scores: Scores) -> bool:
    truth, answers = cases[0].truth, cases[0].answers
    possible = {query: min(len(relevant), metric.k) for query, relevant in truth.items()}
    hits = {query: set(answers.get(query, ())[:n]) & set(truth[query]) for query, n in possible.items()}
    return scores_agree(scores[0], 1.0) == all(len(hits[query]) == n for query, n in possible.items())


_ROWS: tuple[tuple[str, Callable[[Metric], bool], Strategy, Holds], ...] = (
    ("gives a finite number", has_cases, _one, _is_number),
    ("lies within its bounds", has_cases, _one, _within_bounds),
    ("the order of rows does not matter", has_cases, perturbations.shuffled_rows, _unchanged),
    ("a hit that moves above a miss never makes it worse", is_retrieval, perturbations.raised_hit, _no_worse),
    ("what follows rank k does not matter", is_retrieval, perturbations.longer_list, _unchanged),
    ("an image appended within k never makes it worse", is_retrieval, perturbations.appended_image, _no_worse),
    ("an answer is never worse than none", is_retrieval, perturbations.additional_ranking, _no_worse),
    ("is 1 exactly if the first min(R, k) are different hits", _perfect_if_hits_lead, _one, _one_if_perfect),
    ("only the order of confidences matters", uses_confidence, perturbations.rescaled_confidences, _unchanged),
    ("confidences do not matter", _ignores_confidence, perturbations.replaced_confidences, _unchanged),
    ("a wrong answer of least confidence changes nothing", is_recognition, perturbations.wrong_answer, _unchanged),
    ("an additional right answer never makes it worse", is_recognition, perturbations.right_answer, _no_worse),
    ("query ids matter only among equal confidences", is_recognition, perturbations.renamed_queries, _unchanged),
)
PROPERTIES = tuple(starmap(MetricProperty, _ROWS))
