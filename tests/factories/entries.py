"""Entries with default values, and entries of scored answers in the workspace of a small competition."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.competition import Competition
from harness.data.ground_truth import load_ground_truth
from harness.data.query_sample import sample_split
from harness.data.split import TEST, Split, own_split
from harness.scoring.evaluate import evaluate
from harness.scoring.stored_evaluation import part_intervals, to_arrays
from harness.submissions.answer import Answer, Labelling, Ranking
from harness.submissions.read_write import write_submission
from harness.workspace import Workspace
from leaderboard import Coverage, Entry, EntryStore, Stage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_entry(identity: str = "hash", *, minute: int = 0, reason: str | None = None, **values: Any) -> Entry:
    """Return an entry created some minutes past noon.

    `public`, `private` and `all` are its scores by map@100; with a `reason` it is failed; other values replace fields.
    """
    fields = {
        "competition": "fingerprint",
        "competition_name": "synthetic",
        "task": "retrieval",
        "split": "test",
        "solution": identity.partition("(")[0],
        "identity": identity,
        "seed": 0,
        "status": "failed" if reason else "scored",
        "reason": reason,
        "metric": "map@100",
        "scores": {part: {"map@100": values.pop(part)} for part in ("public", "private", "all") if part in values},
        "coverage": Coverage(queries=4, answered=2, empty=1, failed=1),
        "stages": (Stage("fit", 2.0, 8.0, 300.0), Stage("rank", 1.0, 4.0, 200.0)),
        "versions": {"numpy": "2.4"},
        "code_version": "abc",
        "run_key": f"{identity} on test",
        "created": NOON + timedelta(minutes=minute),
    }
    return Entry(**(fields | values))


class EntryFactory:
    """Adds entries with given answers to the test images of a competition; no solution is run."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        self.workspace, self.competition = workspace, Competition.open(folder, workspace.descriptors)
        self.store = EntryStore(workspace.database)
        self.count = 0

    def add_ranking(
        self, identity: str, rows: Mapping[str, Sequence[str]] | None = None, *, right: float = 0.0
    ) -> Entry:
        """Add an entry with rankings by query; without `rows`, the share `right` of queries has relevant images first."""
        queries, index = self.competition.queries.ids, self.competition.index.ids
        if rows is None:
            truth = load_ground_truth(self.competition.folder, "retrieval")
            assert truth is not None
            images = np.append(truth.images.texts(), "")
            relevant = [
                images[truth.relevant[a:b]].tolist() for a, b in zip(truth.offsets, truth.offsets[1:], strict=False)
            ]
            rows = {
                query: [*hits, *(image for image in index if image not in hits)]
                if number < right * len(relevant)
                else [image for image in index if image not in hits] + hits
                for number, (query, hits) in enumerate(zip(truth.query_ids, relevant, strict=True))
            }
        return self.add_answer(identity, Ranking.from_rows([rows.get(query, []) for query in queries], queries, index))

    def add_labelling(self, identity: str, labels: Mapping[str, tuple[int, float]]) -> Entry:
        """Add an entry with a landmark and a confidence by query."""
        queries = self.competition.queries.ids
        pairs = [labels.get(query, (0, np.nan)) for query in queries]
        landmarks, confidences = (np.array(column) for column in zip(*pairs, strict=True))
        return self.add_answer(identity, Labelling.of(landmarks.astype(np.int64), confidences, queries))

    def add_on_sample(self, identity: str, size: int) -> Entry:
        """Add an entry on a sample of the queries, with all images in the order of the index as its answers."""
        split = sample_split(own_split(self.competition, "retrieval"), size)
        index = self.competition.index.ids
        return self.add_answer(identity, Ranking.from_rows([[*index]] * size, split.queries.ids, index), split)

    def add_answer(self, identity: str, answer: Answer, split: Split | None = None) -> Entry:
        """Score an answer to the queries of a split (default: all test images) and add its entry."""
        self.count += 1
        folder = self.workspace.run_folder(self.competition.key, f"run-{self.count}")
        folder.mkdir(parents=True, exist_ok=True)
        write_submission(answer, folder / "submission.csv")
        truth = split.ground_truth if split else load_ground_truth(self.competition.folder, answer.task)
        assert truth is not None
        evaluation = evaluate(answer, truth)
        results = {
            "split": split.name if split else TEST,
            "scores": evaluation.scores,
            "intervals": part_intervals(evaluation),
            "status": "scored",
        }
        entry = replace(self._entry(identity, answer.task, folder), **results)
        return self.store.add(entry, to_arrays(evaluation), evaluation.query_ids.tolist())

    def add_failed(self, identity: str, reason: str, log: str = "", task: str = "retrieval") -> Entry:
        """Add the entry of a failed run with its log."""
        self.count += 1
        folder = self.workspace.run_folder(self.competition.key, f"failed-{self.count}")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "log.txt").write_text(log, encoding="utf-8", errors="backslashreplace")
        entry = self._entry(identity, task, folder)
        return self.store.add(replace(entry, reason=reason, submission=None))

    def _entry(self, identity: str, task: str, folder: Path) -> Entry:
        n = len(self.competition.queries)
        return make_entry(
            identity,
            minute=self.count,
            competition=self.competition.key,
            competition_name=self.competition.name,
            task=task,
            status="failed",
            metric=self.competition.metrics(task)[0].name,
            coverage=Coverage(n, n, 0, 0),
            stages=(Stage("fit", 2.0, 4.0, 300.0), Stage("rank", 1.0 + self.count, 4.0, 200.0)),
            versions={"python": "3.11.7", "numpy": "2.4"},
            code_version="c0de" * 16,
            run_key=f"{identity} {self.count}",
            submission=str(folder / "submission.csv"),
            log=str(folder / "log.txt"),
        )
