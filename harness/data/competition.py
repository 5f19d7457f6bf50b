"""Read a competition folder: tables of ids, with the images in the same folder.

Two layouts are read: Kaggle's 2018 challenges (`train.csv` id,url,landmark_id; `index.csv` and `test.csv` id,url) and
Google Landmarks v2 (`train.csv` id,landmark_id; images in `a/b/c/<id>.jpg`). Any table may be missing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path

import numpy as np

from harness.data.ground_truth import UNLABELLED
from harness.data.ground_truth_files import asks_for_complete_rankings, competition_metrics, find_ground_truth
from harness.data.image_set import ImageSet
from harness.data.images.find import ImageFolder
from harness.data.images.source import TableImages
from harness.data.misnamed_tables import refuse_misnamed_table
from harness.data.tables.cells import parse_whole_numbers, quote
from harness.data.tables.csv_table import read_table
from harness.data.tables.ids import ids_of
from harness.errors import DataError
from metrics import Metric, Task

TASKS: tuple[Task, ...] = ("retrieval", "recognition")
_TABLES = ("train.csv", "index.csv", "test.csv")


@dataclass(frozen=True)
class Competition:
    """The image sets of a folder. `labels` `(len(train),)` are the landmark ids of the train images (int64)."""

    folder: Path
    train: ImageSet
    labels: np.ndarray
    index: ImageSet
    queries: ImageSet

    @classmethod
    def open(cls, folder: Path, store: Path) -> Competition:
        """Return the competition in a folder, with descriptors in `store`; DataError for missing or invalid tables."""
        if not os.path.isdir(folder):
            raise DataError(f"{folder}: there is no such folder")
        for name in _TABLES:
            refuse_misnamed_table(folder, name)
        if not any(os.path.exists(folder / name) for name in _TABLES):
            raise DataError(
                f"{folder}: holds no train.csv, index.csv or test.csv, so it is no competition "
                "(landmark data import-folders lays out a folder of class folders)"
            )
        ids, labels = _train(folder / "train.csv")
        part_ids = {"train": ids, "index": _ids(folder / "index.csv"), "test": _ids(folder / "test.csv")}
        sources = [TableImages(part, ids, ImageFolder(folder, part), store) for part, ids in part_ids.items()]
        train, index, queries = map(ImageSet, sources)
        return cls(folder, train, labels, index, queries)

    @property
    def name(self) -> str:
        """Return the name of the folder."""
        return self.folder.resolve().name

    @cached_property
    def key(self) -> str:
        """Return the name with a digest of tables and ground truth, which changes when any of them changes."""
        digest = sha256()
        for file in [*(self.folder / name for name in _TABLES), *sorted(find_ground_truth(self.folder).values())]:
            digest.update(_digest(file) if file.exists() else b"-")
        return f"{_plain(self.name)}-{digest.hexdigest()[:12]}"

    @cached_property
    def ranks_whole_index(self) -> bool:
        """Return whether rankings of the test images must list the whole index, as for Oxford, Paris and Holidays."""
        return asks_for_complete_rankings(self.folder)

    def metrics(self, task: Task) -> tuple[Metric, ...]:
        """Return the metrics that are reported for a task on the test images; the first ranks the leaderboard."""
        return competition_metrics(self.folder, task)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Return the tasks for which the competition has the tables."""
        return tuple(task for task in TASKS if not self._missing(task))

    def require(self, task: Task) -> None:
        """Raise DataError if the competition lacks a table that the task needs."""
        missing = self._missing(task)
        if missing:
            raise DataError(f"{self.folder}: {task} needs {' and '.join(missing)}; this competition has none")

    def _missing(self, task: Task) -> list[str]:
        index = ("index.csv with images to search", self.index)
        train = ("train.csv with labelled images", self.train)
        needed = [index if task == "retrieval" else train, ("test.csv with images to ask about", self.queries)]
        return [what for what, images in needed if not len(images)]


def _ids(path: Path) -> np.ndarray:
    return ids_of(read_table(path, ["id"])) if os.path.lexists(path) else np.array([], object)


def _train(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return ids and landmark ids of the labelled rows."""
    if not os.path.lexists(path):
        return np.array([], object), np.array([], np.int64)
    table = read_table(path, ["id", "landmark_id"])
    ids, landmarks = ids_of(table), table["landmark_id"]
    labelled = np.array([landmark not in UNLABELLED for landmark in landmarks], bool)
    labels = parse_whole_numbers(landmarks[labelled])
    if labels is None:
        row = next(row for row in np.flatnonzero(labelled).tolist() if parse_whole_numbers([landmarks[row]]) is None)
        table.reject(row, f"landmark_id must be a whole number of at most 18 digits, not {quote(landmarks[row])}")
    labels.flags.writeable = False
    return ids[labelled], labels


def _digest(file: Path) -> bytes:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").digest()


def _plain(name: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)[:40]
