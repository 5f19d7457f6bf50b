"""The shake-up: 50 entries of 118 k queries, drawn 1000 times, against one score after the other, on one core."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from metrics import Judgement, Metric, QueryValues, RecognitionJudgement, metric
from metrics.statistics.public_redraws import BLOCK, divided, drawn_masks

N_QUERIES, ENTRIES, DRAWS = 118_000, 50, 1000
LANDMARKS = 0.012  # of the queries, as in Google Landmarks v2


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Give the processor seconds of all draws, and how often faster that is than one score after the other."""
    draw = np.random.default_rng(0)
    ids = np.array([f"{number:06}" for number in range(N_QUERIES)], object)
    landmark = draw.random(N_QUERIES) < LANDMARKS
    values = [QueryValues(ids, draw.random(N_QUERIES)) for _ in range(ENTRIES)]
    yield from cost(metric("map@100"), values, lambda one, part: float(one.values[part].mean()), 5)
    labels = [labelled(ids, landmark, draw) for _ in range(ENTRIES)]
    yield from cost(metric("gap"), labels, lambda one, part: metric("gap").score(one.select(part)), 20)


def cost(
    of: Metric, answers: Sequence[Judgement], score: Callable[[Any, np.ndarray], float], least: float
) -> Iterator[tuple[str, str, str, bool]]:
    """Give the rows of a metric; the slow way, of two draws, runs between the fast ones of a block."""
    public = np.random.default_rng(1).random(N_QUERIES) < 0.33
    slow = 0.0
    with threadpool_limits(1):
        begun = time.process_time()
        scores = divided(of, answers)
        for block, masks in enumerate(drawn_masks(public, np.zeros(N_QUERIES, bool), DRAWS, 0)):
            scores(masks)
            if block < 2:
                slow -= time.process_time()
                for part in (masks[0], ~masks[0]):
                    for one in answers:
                        score(one, part)
                slow += time.process_time()
        fast = time.process_time() - begun - slow
    slow /= 2
    ratio = slow / (fast / DRAWS)
    yield f"{of}, {DRAWS} draws, {BLOCK} at once", f"{fast:.1f} CPU s", "≤ 20 s", fast <= 20
    yield f"{of}, one score after the other", f"{ratio:.0f} times as long", f"≥ {least:.0f} times", ratio >= least


def labelled(ids: np.ndarray, landmark: np.ndarray, draw: np.random.Generator) -> RecognitionJudgement:
    """Return answers to all queries, six in ten of those that show a landmark right, and as a rule surer."""
    correct = landmark & (draw.random(len(ids)) < 0.6)
    everything = np.ones(len(ids), bool)
    return RecognitionJudgement(ids, landmark, everything, correct, draw.random(len(ids)) + 0.3 * correct)
