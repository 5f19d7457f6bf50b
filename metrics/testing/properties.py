"""Properties that must hold for a metric on any submission, each with the strategy of the cases it is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import Any

from hypothesis.strategies import SearchStrategy

from metrics.base import Metric, RecognitionMetric, RetrievalMetric
from metrics.testing import perturbations
from metrics.testing.cases import ScoringCase
from metrics.testing.known_mistakes import TOLERANCE, scores_agree
from metrics.testing.strategies import cases_for

Cases = tuple[ScoringCase, ...]
Scores = tuple[float, ...]


@dataclass(frozen=True)
class MetricProperty:
    """A sentence on scores, the metrics it applies to, one or two cases to try it on, and whether it holds there."""

    name: str
    applies: Callable[[Metric], bool]
    cases: Callable[[Any], SearchStrategy[Cases]]
    holds: Callable[[Metric, Cases, Scores], bool]


def properties_of(metric: Metric) -> tuple[MetricProperty, ...]:
    """The properties that must hold for a metric."""
    return tuple(each for each in PROPERTIES if each.applies(metric))


def _retrieval(metric: Metric) -> bool:
    return isinstance(metric, RetrievalMetric)


def _recognition(metric: Metric) -> bool:
    return isinstance(metric, RecognitionMetric)


def _any(metric: Metric) -> bool:
    return _retrieval(metric) or _recognition(metric)


def _perfect_if_hits_lead(metric: Metric) -> bool:
    return isinstance(metric, RetrievalMetric) and metric.perfect_if_hits_lead


def _confidence(metric: Metric) -> bool:
    return isinstance(metric, RecognitionMetric) and metric.uses_confidence


def _no_confidence(metric: Metric) -> bool:
    return isinstance(metric, RecognitionMetric) and not metric.uses_confidence


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


PROPERTIES: tuple[MetricProperty, ...] = (
    MetricProperty("gives a finite number", _any, _one, _is_number),
    MetricProperty("lies within its bounds", _any, _one, _within_bounds),
    MetricProperty("the order of rows does not matter", _any, perturbations.shuffled_rows, _unchanged),
    MetricProperty(
        "a hit that moves above a miss never makes it worse", _retrieval, perturbations.raised_hit, _no_worse
    ),
    MetricProperty("what follows rank k does not matter", _retrieval, perturbations.longer_list, _unchanged),
    MetricProperty(
        "an image appended within k never makes it worse", _retrieval, perturbations.appended_image, _no_worse
    ),
    MetricProperty("an answer is never worse than none", _retrieval, perturbations.additional_ranking, _no_worse),
    MetricProperty(
        "is 1 exactly if the first min(R, k) are different hits", _perfect_if_hits_lead, _one, _one_if_perfect
    ),
    MetricProperty(
        "only the order of confidences matters", _confidence, perturbations.rescaled_confidences, _unchanged
    ),
    MetricProperty("confidences do not matter", _no_confidence, perturbations.replaced_confidences, _unchanged),
    MetricProperty(
        "a wrong answer of least confidence changes nothing",
        _recognition,
        perturbations.additional_wrong_answer,
        _unchanged,
    ),
    MetricProperty(
        "an additional right answer never makes it worse",
        _recognition,
        perturbations.additional_right_answer,
        _no_worse,
    ),
    MetricProperty(
        "query ids matter only among equal confidences", _recognition, perturbations.renamed_queries, _unchanged
    ),
)
