"""The reference ids a submission is validated against: query ids, index image ids, landmark ids."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from harness.data.ground_truth import UNLABELLED
from harness.data.ground_truth_files import asks_for_complete_rankings
from harness.data.tables.cells import parse_whole_numbers, quote
from harness.data.tables.csv_table import read_id_index
from harness.data.tables.id_index import IdIndex
from harness.data.tables.string_column import StringColumn
from harness.errors import DataError
from harness.submissions.list_length import MAX_SCORED_IDS, require_places
from metrics import Task


@dataclass
class ReferenceIds:
    """Numbered ids: the first `n_required` queries need a row, the first `n_index` images are in the index."""

    queries: IdIndex = field(default_factory=IdIndex)
    n_required: int = 0
    images: IdIndex = field(default_factory=IdIndex)
    n_index: int | None = None  # None: no index.csv
    landmarks: np.ndarray | None = None  # ascending; None: no train.csv
    accepts_any_query: bool = False  # without test.csv every id counts as a query
    is_ignored: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))  # (n_queries,), empty: none
    ranks_whole_index: bool = False  # each ranking must list all images of the index
    knows_list_length: bool = True  # False for a ground truth that cannot be read
    max_length: int = MAX_SCORED_IDS  # images of a row that are read elsewhere

    @classmethod
    def from_folder(cls, folder: Path, task: Task) -> ReferenceIds:
        """Return the ids in the tables of a competition; DataError for tables that cannot be read."""
        reference = cls.queries_from_folder(folder)
        reference.load_tables(folder, task)
        reference.accepts_any_query = False
        return reference

    @classmethod
    def queries_from_folder(cls, folder: Path) -> ReferenceIds:
        """Return the query ids in test.csv, without the other tables."""
        reference = cls(accepts_any_query=not os.path.lexists(folder / "test.csv"))
        if not reference.accepts_any_query:
            reference.queries = read_id_index(folder / "test.csv", "id")
            reference.n_required = len(reference.queries)
        return reference

    def load_tables(self, folder: Path, task: Task) -> None:
        """Add the index images of a retrieval task, or the landmarks of a recognition task."""
        if task == "retrieval" and os.path.lexists(folder / "index.csv"):
            self.images = read_id_index(folder / "index.csv", "id")
            self.n_index = len(self.images)
        if task == "retrieval":
            self._read_list_length(folder)
        if task == "recognition" and os.path.lexists(folder / "train.csv"):
            self.landmarks = _train_landmarks(folder / "train.csv")

    def _read_list_length(self, folder: Path) -> None:
        try:
            self.ranks_whole_index = asks_for_complete_rankings(folder)
        except DataError:  # competitors need no ground truth, but it decides how many images a list has
            self.knows_list_length = False

    @property
    def list_length(self) -> int:
        """Return how many images of a row are read; SubmissionError if complete rankings do not fit into memory."""
        if not self.ranks_whole_index:
            return self.max_length
        require_places(len(self.queries), self.n_index or 0)
        return self.n_index or 0

    def skipped_checks(self, task: Task) -> tuple[str, ...]:
        """Return what cannot be checked because a table is missing or cannot be read."""
        possible = {
            "the queries (no test.csv)": not self.accepts_any_query,
            "the listed images (no index.csv)": task == "recognition" or self.n_index is not None,
            "the landmarks (no train.csv)": task == "retrieval" or self.landmarks is not None,
            "whether lists must have the whole index (the ground truth cannot be read)": self.knows_list_length,
        }
        return tuple(check for check, is_possible in possible.items() if not is_possible)

    def restrict_to(self, query_ids: np.ndarray) -> np.ndarray:
        """Ignore the answers to all other queries; return the numbers of these."""
        numbers = self.queries.add(StringColumn.from_texts(query_ids))
        self.is_ignored = np.ones(len(self.queries), bool)
        self.is_ignored[numbers] = False
        return numbers


def _train_landmarks(path: Path) -> np.ndarray:
    """Return the landmarks of train images, ascending; DataError for one that is not a whole number."""
    labels = [each for each in read_id_index(path, "landmark_id").strings().texts() if each not in UNLABELLED]
    numbers = parse_whole_numbers(labels)
    if numbers is None:
        invalid = next(label for label in labels if parse_whole_numbers([label]) is None)
        raise DataError(f"{path}: landmark_id must be a whole number of at most 18 digits, not {quote(invalid)}")
    return np.sort(numbers)
