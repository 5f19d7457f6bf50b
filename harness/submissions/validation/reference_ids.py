"""What the answers of a submission are held against: the queries, the images of the index, the landmarks."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from harness.data.ground_truth import UNLABELLED
from harness.data.tables.csv_table import whole_numbers
from harness.data.tables.id_index import Vocabulary
from harness.data.tables.rows import read_vocabulary
from harness.data.tables.string_column import Words
from metrics import Task


@dataclass
class Known:
    """Ids by number. The first `n_asked` queries must be answered; the images from `n_index` on are not in the index.

    `n_index` is None where nobody says what the index holds, `landmarks` where nobody says what train images show.
    """

    queries: Vocabulary = field(default_factory=Vocabulary)
    n_asked: int = 0
    images: Vocabulary = field(default_factory=Vocabulary)
    n_index: int | None = None
    landmarks: np.ndarray | None = None  # ascending
    any_query: bool = False  # where nobody says what is asked, each id is a query
    skipped: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))  # of the queries, those nobody looks at

    @classmethod
    def of(cls, folder: Path, task: Task) -> Known:
        """Return what the tables of a competition tell; DataError for tables that cannot be read."""
        known = cls.queries_of(folder)
        known.learn(folder, task)
        known.any_query = False
        return known

    @classmethod
    def queries_of(cls, folder: Path) -> Known:
        """Return what test.csv tells."""
        known = cls(any_query=not os.path.lexists(folder / "test.csv"))
        if not known.any_query:
            known.queries = read_vocabulary(folder / "test.csv", "id")
            known.n_asked = len(known.queries)
        return known

    def learn(self, folder: Path, task: Task) -> None:
        """Add what the other tables tell of a task."""
        if task == "retrieval" and os.path.lexists(folder / "index.csv"):
            self.images = read_vocabulary(folder / "index.csv", "id")
            self.n_index = len(self.images)
        if task == "recognition" and os.path.lexists(folder / "train.csv"):
            labels = read_vocabulary(folder / "train.csv", "landmark_id").words().texts()
            numbers = whole_numbers([label for label in labels if label not in UNLABELLED])
            self.landmarks = None if numbers is None else np.sort(numbers)

    def unchecked(self, task: Task) -> tuple[str, ...]:
        """Return what no table tells."""
        told = {
            "the queries (no test.csv)": not self.any_query,
            "the listed images (no index.csv)": task == "recognition" or self.n_index is not None,
            "the landmarks (no train.csv)": task == "retrieval" or self.landmarks is not None,
        }
        return tuple(what for what, is_told in told.items() if not is_told)

    def look_only_at(self, query_ids: np.ndarray) -> np.ndarray:
        """Skip the answers to all other queries; return the numbers of these."""
        places = self.queries.add(Words.of(query_ids))
        self.skipped = np.ones(len(self.queries), bool)
        self.skipped[places] = False
        return places
