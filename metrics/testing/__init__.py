"""Tools to test a metric: cases, slow reference scores, properties that must hold, and known mistakes.

>>> from hypothesis import given
>>> from metrics import metric
>>> @given(cases_for(metric("map@100")))
... def test_score_is_within_bounds(case):
...     assert 0 <= slow_score(metric("map@100"), case) <= 1
>>> test_score_is_within_bounds()
"""

from metrics.testing.cases import ScoringCase, recognition_case, retrieval_case, slow_score
from metrics.testing.check import CounterExample, MetricCheckReport, PropertyViolation, check
from metrics.testing.known_mistakes import KNOWN_MISTAKES, KnownMistake, diagnose, mistakes_of
from metrics.testing.properties import PROPERTIES, MetricProperty, properties_of
from metrics.testing.strategies import (
    cases_for,
    ground_truths,
    labellings,
    rankings,
    recognition_cases,
    retrieval_cases,
    submissions,
)

__all__ = [
    "KNOWN_MISTAKES",
    "PROPERTIES",
    "CounterExample",
    "KnownMistake",
    "MetricCheckReport",
    "MetricProperty",
    "PropertyViolation",
    "ScoringCase",
    "cases_for",
    "check",
    "diagnose",
    "ground_truths",
    "labellings",
    "mistakes_of",
    "properties_of",
    "rankings",
    "recognition_case",
    "recognition_cases",
    "retrieval_case",
    "retrieval_cases",
    "slow_score",
    "submissions",
]
