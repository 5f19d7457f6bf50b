"""Random judgements for tests of metrics and of statistics."""

import numpy as np

from metrics import Metric, RecognitionJudgement, RetrievalJudgement


def judgement_for(metric: Metric, seed: int, n_queries: int = 20) -> RetrievalJudgement | RecognitionJudgement:
    """Return a random judgement of the metric's task."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"{i:02}" for i in rng.permutation(n_queries)], dtype=object)
    if metric.task == "retrieval":
        hits = rng.random((n_queries, 100)) < rng.choice([0, 0.02, 1], (n_queries, 1))
        return RetrievalJudgement(ids, hits, np.full(n_queries, 100), hits.sum(axis=1) + rng.integers(0, 3, n_queries))
    landmark = np.arange(n_queries) < rng.integers(1, n_queries)
    answered = rng.random(n_queries) < 0.7
    correct = landmark & answered & (rng.random(n_queries) < 0.5)
    confidence = np.where(answered, rng.integers(0, 5, n_queries) / 4, np.nan)
    return RecognitionJudgement(ids, landmark, answered, correct, confidence)


def recognition_sample(rng: np.random.Generator, n: int) -> RecognitionJudgement:
    """Return answers to `n` queries, nine in ten of which show a landmark; the more confident, the more often right."""
    landmark, answered, confidence = rng.random(n) < 0.9, rng.random(n) < 0.9, rng.random(n)
    correct = landmark & answered & (rng.random(n) < 0.3 + 0.6 * confidence)
    ids = np.array([f"{i:06}" for i in range(n)], dtype=object)
    return RecognitionJudgement(ids, landmark, answered, correct, np.where(answered, confidence, np.nan))
