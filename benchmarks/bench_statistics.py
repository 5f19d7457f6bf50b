"""How sure: 118 k queries drawn 1000 times, and two entries of that size compared, on one core."""

import time
from collections.abc import Iterator

import numpy as np
from threadpoolctl import threadpool_limits

from metrics import Judgement, QueryValues, RecognitionJudgement, compare, intervals, metric

N_QUERIES = 118_000


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Give processor seconds of an interval and of a comparison, by a metric that is a mean and by one that is not."""
    draw = np.random.default_rng(0)
    ids = np.array([f"{number:016x}" for number in draw.integers(2**62, size=N_QUERIES)], object)
    yield from cost("map@100", *(QueryValues(ids, draw.random(N_QUERIES) * best) for best in (1, 0.95)))
    yield from cost("gap", *(labelled(ids, right, draw) for right in (0.5, 0.45)))


def cost(name: str, one: Judgement, other: Judgement) -> Iterator[tuple[str, str, str, bool]]:
    """Give the rows of a metric."""
    with threadpool_limits(1):
        begun = time.process_time()
        intervals([metric(name)], one)
        drawn = time.process_time()
        compare(metric(name), {"one": [one], "other": [other]})
        compared = time.process_time()
    alone, both = drawn - begun, compared - drawn
    yield f"interval of {name}, 1000 replicates", f"{alone:.1f} CPU s", "≤ 10 s", alone <= 10
    yield f"two entries compared by {name}", f"{both:.1f} CPU s", "≤ 30 s", both <= 30


def labelled(ids: np.ndarray, right: float, draw: np.random.Generator) -> RecognitionJudgement:
    """Return the judgement of answers to nine queries in ten, of which so many are right, all showing a landmark."""
    answered = draw.random(len(ids)) < 0.9
    correct = answered & (draw.random(len(ids)) < right)
    confidence = np.where(answered, draw.random(len(ids)), np.nan)
    return RecognitionJudgement(ids, np.ones(len(ids), bool), answered, correct, confidence)
