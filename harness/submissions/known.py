"""What the answers of a submission are held against: the queries, the images of the index, the landmarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from harness.data.competition import UNLABELLED
from harness.data.rows import read_vocabulary
from harness.data.tables import whole_numbers
from harness.data.vocabulary import Vocabulary
from harness.data.words import Words
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
    skipped: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))  # of the queries, those nobody looks at

    @classmethod
    def of(cls, folder: Path, task: Task) -> Known:
        """Return what the tables of a competition tell; DataError for tables that cannot be read."""
        known = cls()
        if (folder / "test.csv").exists():
            known.queries = read_vocabulary(folder / "test.csv", "id")
            known.n_asked = len(known.queries)
        if task == "retrieval" and (folder / "index.csv").exists():
            known.images = read_vocabulary(folder / "index.csv", "id")
            known.n_index = len(known.images)
        if task == "recognition" and (folder / "train.csv").exists():
            labels = read_vocabulary(folder / "train.csv", "landmark_id").words().texts()
            numbers = whole_numbers([label for label in labels if label not in UNLABELLED])
            known.landmarks = None if numbers is None else np.sort(numbers)
        return known

    def look_only_at(self, query_ids: np.ndarray) -> np.ndarray:
        """Skip the answers to all other queries; return the numbers of these."""
        places = self.queries.add(Words.of(query_ids))
        self.skipped = np.ones(len(self.queries), bool)
        self.skipped[places] = False
        return places
