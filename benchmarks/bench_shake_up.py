"""Shake-up simulation: 1000 redraws of 50 entries of 118 k queries, compared with scoring one by one, on one core."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.table import Row
from metrics import Judgement, Metric, QueryValues, RecognitionJudgement, metric
from metrics.statistics.public_redraws import BLOCK, part_scores, random_public_masks

N_QUERIES, ENTRIES, DRAWS = 118_000, 50, 1000
LANDMARKS = 0.012  # of the queries, as in Google Landmarks v2


def rows() -> Iterator[Row]:
    """Yield the CPU seconds of all draws, and the time of scoring one by one divided by that."""
    random = np.random.default_rng(0)
    ids = np.array([f"{number:06}" for number in range(N_QUERIES)], object)
    landmark = random.random(N_QUERIES) < LANDMARKS
    values = [QueryValues(ids, random.random(N_QUERIES)) for _ in range(ENTRIES)]
    yield from metric_rows(metric("map@100"), values, lambda judgement, part: float(judgement.values[part].mean()), 5)
    labels = [random_labels(ids, landmark, random) for _ in range(ENTRIES)]
    yield from metric_rows(
        metric("gap"), labels, lambda judgement, part: metric("gap").score(judgement.select(part)), 20
    )


def metric_rows(
    ranked_by: Metric, answers: Sequence[Judgement], score: Callable[[Any, np.ndarray], float], least: float
) -> Iterator[Row]:
    """Yield the rows of a metric; two draws of the slow variant run between the blocks of the fast one."""
    public = np.random.default_rng(1).random(N_QUERIES) < 0.33
    slow = 0.0
    with threadpool_limits(1):
        start = time.process_time()
        scores = part_scores(ranked_by, answers)
        for block, masks in enumerate(random_public_masks(public, np.zeros(N_QUERIES, bool), DRAWS, 0)):
            scores(masks)
            if block < 2:
                slow -= time.process_time()
                for part in (masks[0], ~masks[0]):
                    for judgement in answers:
                        score(judgement, part)
                slow += time.process_time()
        fast = time.process_time() - start - slow
    slow /= 2
    ratio = slow / (fast / DRAWS)
    yield f"{ranked_by}, {DRAWS} draws, {BLOCK} at once", f"{fast:.1f} CPU s", "≤ 20 s", fast <= 20
    yield (
        f"{ranked_by}, scoring one by one",
        f"{ratio:.0f} times as long",
        f"≥ {least:.0f} times",
        ratio >= least,
    )


def random_labels(ids: np.ndarray, landmark: np.ndarray, random: np.random.Generator) -> RecognitionJudgement:
    """Return answers to all queries: 60 % of the landmarks are right, with higher confidences on average."""
    correct = landmark & (random.random(len(ids)) < 0.6)
    all_answered = np.ones(len(ids), bool)
    return RecognitionJudgement(ids, landmark, all_answered, correct, random.random(len(ids)) + 0.3 * correct)
