"""For people who write metrics: worlds to try them on, slow twins to compare them with, laws, and classic mistakes.

>>> from hypothesis import given
>>> from metrics import metric
>>> @given(worlds_for(metric("map@100")))
... def test_mine_is_within_bounds(world):
...     assert 0 <= slow_score(metric("map@100"), world) <= 1
>>> test_mine_is_within_bounds()
"""

try:
    import hypothesis  # noqa: F401 (to say what to do where it is missing)
except ImportError as error:
    message = "metrics.testing needs hypothesis, which is not installed: pip install 'landmark[testing]'"
    raise ImportError(message, name="hypothesis") from error

from metrics.testing.cases import World, recognition_world, retrieval_world
from metrics.testing.check import Broken, CounterExample, Report, check
from metrics.testing.known_mistakes import FAULTS, Fault, diagnose, faults_of
from metrics.testing.properties import LAWS, Law, laws_of
from metrics.testing.slow_reference import slow_score
from metrics.testing.strategies import (
    ground_truths,
    labellings,
    rankings,
    recognition_worlds,
    retrieval_worlds,
    submissions,
    worlds_for,
)

__all__ = [
    "FAULTS",
    "LAWS",
    "Broken",
    "CounterExample",
    "Fault",
    "Law",
    "Report",
    "World",
    "check",
    "diagnose",
    "faults_of",
    "ground_truths",
    "labellings",
    "laws_of",
    "rankings",
    "recognition_world",
    "recognition_worlds",
    "retrieval_world",
    "retrieval_worlds",
    "slow_score",
    "submissions",
    "worlds_for",
]
