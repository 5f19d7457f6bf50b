"""A database of entries with random per-query values, scaled by a factor per entry."""

from pathlib import Path

import numpy as np

from harness.scoring.stored_evaluation import to_arrays
from leaderboard import Entry, EntryStore
from metrics import Task, metrics_of
from tests.factories.entries import make_entry
from tests.factories.evaluations import random_evaluation


class ScoredBoard:
    """Adds entries of one task to a database; a factor scales all per-query values of an entry."""

    def __init__(self, folder: Path, task: Task = "retrieval", file: str = "board.db") -> None:
        self.store, self.task, self.metric = EntryStore(folder / file), task, metrics_of(task)[0]

    def add_entry(
        self, name: str, factor: float = 1.0, *, complete: bool = True, ids: list[str] | None = None, stages: tuple = ()
    ) -> Entry:
        evaluation = random_evaluation(self.task)
        values = {metric: array * factor for metric, array in evaluation.per_query.items()}
        metric, public = self.metric, evaluation.usage == "Public"
        parts = {"public": public, "private": ~public, "all": np.ones(len(public), bool)}
        scores = {part: {metric.name: metric.score_of(values[metric.name][rows])} for part, rows in parts.items()}
        facts = {"competition": "c", "task": self.task, "metric": metric.name, "scores": scores, "stages": stages}
        entry = make_entry(name, minute=len(self.store.entries()), **facts)
        stored = to_arrays(evaluation) | values if complete else {}
        return self.store.add(entry, stored, ids or evaluation.query_ids.tolist())
