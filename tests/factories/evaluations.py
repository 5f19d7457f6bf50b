"""Evaluations of random answers to 20 queries."""

import numpy as np

from harness.scoring.evaluate import Evaluation
from metrics import Task, metrics_of
from tests.factories.judgements import judgement_for


def random_evaluation(task: Task, usage: str = "both") -> Evaluation:
    """Return an evaluation without scores: a third of the queries is Private, or all queries have one usage."""
    judgement = judgement_for(metrics_of(task)[0], seed=3)
    usages = np.where(np.arange(20) % 3, "Public", "Private") if usage == "both" else np.full(20, usage)
    per_query = {metric.name: metric.per_query(judgement) for metric in metrics_of(task)}
    return Evaluation(task, {}, judgement.query_ids, per_query, judgement, usages.astype(object), metrics_of(task))
