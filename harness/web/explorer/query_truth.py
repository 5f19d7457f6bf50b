"""What is right, as far as pages show it: one query at a time, out of a truth that may be of a hundred thousand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.ground_truth import GroundTruth, load_ground_truth
from harness.data.split import fold_split, load_folds
from harness.data.tables.id_index import Vocabulary
from harness.data.tables.ids import MAX_LENGTH
from harness.data.tables.string_column import Words
from metrics import Task


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of the queries that count, in the order in which entries keep their values."""

    task: Task
    query_ids: np.ndarray  # (n,) str
    usage: np.ndarray  # (n,) Public or Private
    ground_truth: GroundTruth

    @classmethod
    def of(cls, competition: Competition, task: Task) -> Truth | None:
        """Return the truth of a competition's task, None where its folder holds none."""
        found = load_ground_truth(competition.folder, task)
        return None if found is None else cls.told_by(found)

    @classmethod
    def of_fold(cls, competition: Competition, task: Task, table: Path, split: str) -> Truth | None:
        """Return the truth of a fold of the train images, None where the table holds another deal."""
        fold = re.fullmatch(r"fold ([0-9]{1,4})/.*", split)
        if fold is None or not table.exists():
            return None
        folds, number = load_folds(table), int(fold[1])
        if folds.name(number) != split:
            return None
        found = fold_split(competition, folds, number, task).ground_truth
        return None if found is None else cls.told_by(found)

    @classmethod
    def told_by(cls, found: GroundTruth) -> Truth:
        """Return what a ground truth tells of the queries that count."""
        return cls(found.task, found.query_ids[found.scored], found.usage[found.scored], found)

    def row(self, query_id: str) -> int | None:
        """Return the place of a query, None for what is no query that counts."""
        if len(query_id) > MAX_LENGTH:
            return None
        found = int(self._queries.find(Words.of([query_id]))[0])
        return found if found >= 0 else None

    @cached_property
    def n_relevant(self) -> np.ndarray:
        """Return how many images, or landmarks, are right for each query `(n,)`."""
        return np.asarray(np.diff(self.ground_truth.offsets)[self._rows])

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Return the parts that queries can be chosen by: all, and where there are both, public and private."""
        there = [part for part in ("public", "private") if (self.usage == part.title()).any()]
        return ("all", *there) if len(there) > 1 else ("all",)

    def relevant_images(self, row: int) -> list[str]:
        """Return the images to be found for a query."""
        numbers = self._relevant(row)
        return self.ground_truth.images.words()[numbers[numbers >= 0]].texts()

    def landmarks(self, row: int) -> list[int]:
        """Return the landmarks that a query shows."""
        found: list[int] = self._relevant(row).tolist()
        return found

    def _relevant(self, row: int) -> np.ndarray:
        place = self._rows[row]
        truth = self.ground_truth
        return truth.relevant[truth.offsets[place] : truth.offsets[place + 1]]

    @cached_property
    def _rows(self) -> np.ndarray:
        return np.flatnonzero(self.ground_truth.scored)

    @cached_property
    def _queries(self) -> Vocabulary:
        return Vocabulary.of(self.query_ids)
