"""Cross-validation folds of the labelled train images: create, save and load them.

The images of each landmark are distributed over K parts, and each landmark belongs to one of K groups; see `split`.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from harness.atomic_files import write_atomically
from harness.data.competition import Competition
from harness.data.tables.cells import parse_whole_numbers
from harness.data.tables.csv_table import read_table
from harness.errors import DataError


@dataclass(frozen=True)
class Folds:
    """Assignment of train images to folds: `part` and `group` `(len(train),)` are numbers from 0 to count - 1."""

    count: int
    part: np.ndarray
    group: np.ndarray

    def name(self, number: int) -> str:
        """Return the name of a fold, counted from 1; it contains the id of the assignment."""
        return f"fold {number}/{self.count} of deal {self.assignment_id}"

    @property
    def assignment_id(self) -> str:
        """Return a digest of the assignment, six hexadecimal digits."""
        return blake2b(np.stack([self.part, self.group]).astype("<i8").tobytes(), digest_size=3).hexdigest()


def make_folds(ids: np.ndarray, labels: np.ndarray, count: int, seed: int = 0) -> Folds:
    """Return folds of labelled images, determined by ids, landmarks and seed, whatever the order of the images.

    Raises DataError for fewer than two folds, and if a fold would have no query.

    >>> folds = make_folds(np.array(list("abcdef")), np.array([7, 7, 7, 8, 8, 8]), 3)
    >>> sorted(folds.part[:3].tolist()), sorted(folds.part[3:].tolist())
    ([0, 1, 2], [0, 1, 2])
    """
    if count < 2:
        raise DataError(f"{count} folds cannot be made; ask for 2 or more")
    part, group = np.empty(len(ids), int), np.empty(len(ids), int)
    groups = sorted(rows_by_landmark(labels), key=lambda rows: _random_key(seed, "landmark", int(labels[rows[0]])))
    for place, unsorted in enumerate(groups):
        rows = sorted(unsorted.tolist(), key=lambda row: _random_key(seed, "image", ids[row]))
        part[rows] = (np.arange(len(rows)) + place) % count
        group[rows] = place % count
    if len(np.unique(part)) < count:
        raise DataError(
            f"{len(ids)} labelled images cannot be split into {count} folds; make fewer, or label more in train.csv"
        )
    return Folds(count, part, group)


def save_folds(path: Path, competition: Competition, folds: Folds) -> None:
    """Write the folds as a table: id, landmark_id, part, group."""
    rows = zip(competition.train.ids, competition.labels, folds.part, folds.group, strict=True)
    lines = [f"{image_id},{label},{part},{group}\n" for image_id, label, part, group in rows]
    write_atomically(path, "id,landmark_id,part,group\n" + "".join(lines))


def load_folds(path: Path) -> Folds:
    """Return the folds in a table that `save_folds` wrote; raises DataError for any other table."""
    table = read_table(path, ["part", "group"])
    part, group = parse_whole_numbers(table["part"]), parse_whole_numbers(table["group"])
    if part is None or group is None or not len(part):
        raise DataError(f"{path}: is not a table of folds; remove it to create new ones")
    return Folds(int(part.max()) + 1, part, group)


def rows_by_landmark(labels: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each landmark, ascending."""
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order])) + 1
    return np.split(order, starts) if len(order) else []


def _random_key(seed: int, what: str, key: object) -> bytes:
    """Return eight pseudo-random bytes to sort by, the same on every machine and with every library."""
    return blake2b(f"{seed}:{what}:{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
