"""The ground truth of a task, one query at a time."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from harness.data.competition import Competition
from harness.data.ground_truth import GroundTruth, load_ground_truth
from harness.data.query_sample import is_fold, restrict_truth, sample_rows, sample_size
from harness.data.split import fold_split, load_folds
from harness.data.tables.id_index import IdIndex
from harness.data.tables.ids import MAX_LENGTH
from harness.data.tables.string_column import StringColumn
from metrics import Task


@dataclass(frozen=True, eq=False)
class QueryTruth:
    """The ground truth of the scored queries, in the order of an entry's per-query values."""

    task: Task
    query_ids: np.ndarray  # (n,) str
    usage: np.ndarray  # (n,) Public or Private
    ground_truth: GroundTruth

    @classmethod
    def load(cls, competition: Competition, task: Task, split: str, folds: Path) -> Self | None:
        """Return the ground truth of a split; None if there is none, or the table `folds` has other folds by now."""
        truth = _load_truth(competition, task, split, folds)
        return None if truth is None else cls(task, truth.query_ids[truth.scored], truth.usage[truth.scored], truth)

    def row(self, query_id: str) -> int | None:
        """Return the row of a query; None if it is not scored."""
        if len(query_id) > MAX_LENGTH:
            return None
        row = int(self._id_index.find(StringColumn.from_texts([query_id]))[0])
        return row if row >= 0 else None

    @cached_property
    def n_relevant(self) -> np.ndarray:
        """Return the number of relevant images, or of landmarks, of each query `(n,)`."""
        return np.asarray(np.diff(self.ground_truth.offsets)[self._rows])

    @property
    def relevant_pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of relevant images, and the rows of the queries that they are relevant to, both `(n,)`."""
        numbers, offsets = self.ground_truth.relevant, self.ground_truth.offsets
        row_of = np.where(self.ground_truth.scored, np.cumsum(self.ground_truth.scored) - 1, -1)
        rows = np.repeat(row_of, np.diff(offsets))
        counts = (rows >= 0) & (numbers >= 0)
        return numbers[counts], rows[counts]

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Return the parts to choose from: all, and if both have queries, public and private."""
        used = [part for part in ("public", "private") if (self.usage == part.title()).any()]
        return ("all", *used) if len(used) > 1 else ("all",)

    def relevant_images(self, row: int) -> list[str]:
        """Return the ids of a query's relevant images."""
        numbers = self._relevant(row)
        return self.ground_truth.images.strings()[numbers[numbers >= 0]].texts()

    def ignored_images(self, row: int) -> frozenset[str]:
        """Return the ids of the images that do not count for a query of Oxford, Paris or Holidays, called junk."""
        protocols = self.ground_truth.protocols or {}
        ignored = next((protocols[name][1] for name in ("medium", "all") if name in protocols), {})
        numbers = np.array(sorted(ignored.get(str(self.query_ids[row]), ())), int)
        return frozenset(self.ground_truth.images.strings()[numbers].texts())

    def landmarks(self, row: int) -> list[int]:
        """Return the landmarks that a query shows."""
        landmarks: list[int] = self._relevant(row).tolist()
        return landmarks

    def _relevant(self, row: int) -> np.ndarray:
        position = self._rows[row]
        truth = self.ground_truth
        return truth.relevant[truth.offsets[position] : truth.offsets[position + 1]]

    @cached_property
    def _rows(self) -> np.ndarray:
        return np.flatnonzero(self.ground_truth.scored)

    @cached_property
    def _id_index(self) -> IdIndex:
        return IdIndex.from_texts(self.query_ids)


def _load_truth(competition: Competition, task: Task, split: str, table: Path) -> GroundTruth | None:
    if not is_fold(split):
        truth, size = load_ground_truth(competition.folder, task), sample_size(split)
        rows = sample_rows(competition.queries.ids, truth, size) if size else None
        return truth if truth is None or rows is None else restrict_truth(truth, competition.queries.ids[rows])
    fold = re.fullmatch(r"fold ([0-9]{1,4})/.*", split)
    if fold is None or not table.exists():
        return None
    folds, number = load_folds(table, competition), int(fold[1])
    return fold_split(competition, folds, number, task).ground_truth if folds.name(number) == split else None
