"""Scores by the slow references of the metrics, with which fast metrics and other people's functions are compared."""

from metrics.base import Metric
from metrics.testing.cases import ScoringCase


def slow_score(metric: Metric, case: ScoringCase) -> float:
    """The score of a case by `metric.reference_score`; ZeroDivisionError where no query counts.

    >>> from metrics import metric
    >>> from metrics.testing.cases import retrieval_case
    >>> slow_score(metric("map@100"), retrieval_case({"q": "a b c", "r": "d"}, {"q": "a a x b"}))
    0.25
    """
    return metric.reference_score(case.truth, case.answers)
