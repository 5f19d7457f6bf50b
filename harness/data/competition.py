"""A competition is a folder: tables of ids, images beside them, ground truth kept apart.

Read are the layouts of Kaggle's 2018 challenges (`train.csv` id,url,landmark_id; `index.csv`, `test.csv` id,url) and of
Google Landmarks v2 (`train.csv` id,landmark_id; images in `a/b/c/<id>.jpg`), any part missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.data.ground_truth import find_ground_truth
from harness.data.images import ImageSet, ImageSource
from harness.data.locate import ImageFolder
from harness.data.tables import read_ids, read_table, shown
from harness.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

TASKS = ("retrieval", "recognition")
_TABLES = ("train.csv", "index.csv", "test.csv")


@dataclass(frozen=True)
class Competition:
    """The image sets of a folder. `labels` `(len(train),)` int64 are the landmarks of the train images."""

    folder: Path
    train: ImageSet
    labels: np.ndarray
    index: ImageSet
    queries: ImageSet

    @classmethod
    def open(cls, folder: Path, store: Path) -> Competition:
        """Return the competition in a folder; descriptors of its images are kept in `store`.

        Raises DataError for a folder that holds none, and for tables that cannot be used.
        """
        if not folder.is_dir():
            raise DataError(f"{folder}: there is no such folder")
        if not (folder / "test.csv").exists():
            raise DataError(
                f"{folder}: holds no test.csv, so nothing is asked; a competition has train.csv, index.csv and test.csv "
                "(landmark data import-folders lays out a folder of class folders)"
            )
        rows, labels = _train(folder / "train.csv")
        return cls(
            folder,
            _images(folder, "train", rows, store),
            labels,
            _images(folder, "index", _ids(folder / "index.csv"), store),
            _images(folder, "test", _ids(folder / "test.csv"), store),
        )

    @property
    def name(self) -> str:
        """Return the name of the folder."""
        return self.folder.resolve().name

    @cached_property
    def key(self) -> str:
        """Return a name for exactly these tables and this ground truth: another one as soon as either changes."""
        digest = sha256()
        for file in [*(self.folder / name for name in _TABLES), *sorted(find_ground_truth(self.folder).values())]:
            digest.update(_digest(file) if file.exists() else b"-")
        return f"{_plain(self.name)}-{digest.hexdigest()[:12]}"

    @property
    def tasks(self) -> tuple[str, ...]:
        """Return the tasks that a solution can be run on."""
        possible = {"retrieval": len(self.index), "recognition": len(self.train)}
        return tuple(task for task in TASKS if possible[task])

    def require(self, task: str) -> None:
        """Raise DataError where the competition lacks what the task needs."""
        if task not in self.tasks:
            missing = "index.csv with the images to search" if task == "retrieval" else "train.csv with labelled images"
            raise DataError(f"{self.folder}: {task} needs {missing}; this competition has none")


def _images(folder: Path, part: str, ids: np.ndarray, store: Path) -> ImageSet:
    return ImageSet(ImageSource(part, ids, ImageFolder(folder, part), store))


def _ids(path: Path) -> np.ndarray:
    return read_ids(path, read_table(path, ["id"])) if path.exists() else np.array([], object)


def _train(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return ids and landmarks of the labelled rows; a landmark of `None` or nothing is no label."""
    if not path.exists():
        return np.array([], object), np.array([], np.int64)
    table = read_table(path, ["id", "landmark_id"])
    ids = read_ids(path, table)
    labelled = ~table["landmark_id"].isin(["None", ""]).to_numpy(bool)
    return ids[labelled], _landmarks(path, table["landmark_id"], labelled)


def _landmarks(path: Path, column: pd.Series[str], labelled: np.ndarray) -> np.ndarray:
    whole = column.str.fullmatch(r"\d{1,18}").to_numpy(bool)
    for row in np.flatnonzero(labelled & ~whole):
        raise DataError(f"{path}, line {row + 2}: landmark_id must be a whole number, not {shown(column.iloc[row])}")
    return column[labelled].astype(np.int64).to_numpy()


def _digest(file: Path) -> bytes:
    from hashlib import file_digest

    with file.open("rb") as opened:
        return file_digest(opened, "sha256").digest()


def _plain(name: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)[:40]
