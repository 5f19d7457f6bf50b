"""Statistics of 118 k queries: a bootstrap interval of 1000 replicates and a comparison of two entries, on one core."""

import time
from collections.abc import Iterator

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.table import Row
from metrics import Judgement, QueryValues, RecognitionJudgement, compare, intervals, metric

N_QUERIES = 118_000


def rows() -> Iterator[Row]:
    """Yield the CPU seconds of an interval and of a comparison, by a metric that is a mean over queries and by GAP."""
    random = np.random.default_rng(0)
    ids = np.array([f"{number:016x}" for number in random.integers(2**62, size=N_QUERIES)], object)
    yield from metric_rows("map@100", *(QueryValues(ids, random.random(N_QUERIES) * best) for best in (1, 0.95)))
    yield from metric_rows("gap", *(random_labels(ids, right, random) for right in (0.5, 0.45)))


def metric_rows(name: str, one: Judgement, other: Judgement) -> Iterator[Row]:
    """Yield the rows of a metric."""
    with threadpool_limits(1):
        start = time.process_time()
        intervals([metric(name)], one)
        after_interval = time.process_time()
        compare(metric(name), {"one": [one], "other": [other]})
        after_comparison = time.process_time()
    interval_s, comparison_s = after_interval - start, after_comparison - after_interval
    yield f"interval of {name}, 1000 replicates", f"{interval_s:.1f} CPU s", "≤ 10 s", interval_s <= 10
    yield f"two entries compared by {name}", f"{comparison_s:.1f} CPU s", "≤ 30 s", comparison_s <= 30


def random_labels(ids: np.ndarray, right: float, random: np.random.Generator) -> RecognitionJudgement:
    """Return answers to 90 % of the queries, of which the share `right` is correct; all queries show a landmark."""
    answered = random.random(len(ids)) < 0.9
    correct = answered & (random.random(len(ids)) < right)
    confidence = np.where(answered, random.random(len(ids)), np.nan)
    return RecognitionJudgement(ids, np.ones(len(ids), bool), answered, correct, confidence)
