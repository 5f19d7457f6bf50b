"""The queries of a run: the competition's test set, or one cross-validation fold of its training images.

Folds serve to choose parameters without using the test set. The images of each landmark are distributed over K parts,
and the landmarks over K groups. In fold f the queries are part f, and the landmarks of group f are distractors.

* recognition: train on the other parts without the distractors; queries of distractors show no landmark.
* retrieval: half of the other parts is the index, the rest is train without the distractors. Distractors stay in the
  index, but are not queries.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from harness.atomic_files import write_atomically
from harness.data.competition import Competition
from harness.data.folds_record import FoldsRecord, read_record, table_digest
from harness.data.ground_truth import GroundTruth, load_ground_truth
from harness.data.ground_truth_match import CompetitionIds, match_ground_truth
from harness.data.image_set import ImageSet
from harness.data.tables.cells import parse_whole_numbers
from harness.data.tables.csv_table import read_table
from harness.data.training_data import TrainingData
from harness.errors import DataError
from metrics import Task

TEST = "test"
DEFAULT_FOLDS = 5


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
    groups = sorted(_rows_by_landmark(labels), key=lambda rows: _random_key(seed, "landmark", int(labels[rows[0]])))
    for place, unsorted in enumerate(groups):
        rows = sorted(unsorted.tolist(), key=lambda row: _random_key(seed, "image", ids[row]))
        part[rows] = (np.arange(len(rows)) + place) % count
        group[rows] = place % count
    if len(np.unique(part)) < count:
        raise DataError(
            f"{len(ids)} labelled images cannot be split into {count} folds; make fewer, or label more in train.csv"
        )
    return Folds(count, part, group)


def save_folds(path: Path, competition: Competition, folds: Folds, seed: int | None = None) -> None:
    """Write the folds as a table: id, landmark_id, part, group; and beside it what they were made from.

    `seed` is that of `make_folds`; without it, a damaged table is noticed, but cannot be made again.
    """
    rows = zip(competition.train.ids, competition.labels, folds.part, folds.group, strict=True)
    lines = [f"{image_id},{label},{part},{group}\n" for image_id, label, part, group in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    _require_file(path)
    write_atomically(path, "id,landmark_id,part,group\n" + "".join(lines))
    FoldsRecord(folds.count, seed, table_digest(path)).save(path)


def load_folds(path: Path, competition: Competition | None = None) -> Folds:
    """Return the folds in a table that `save_folds` wrote; of a damaged one they are made again with `competition`.

    Raises DataError for any other table, and for one that cannot be made again.
    """
    _require_file(path)
    record = read_record(path)
    if record is not None and not record.fits(path):
        if record.seed is None or competition is None:
            raise DataError(f"{path}: was changed or removed; make folds again (landmark split DIR --folds N)")
        folds = make_folds(competition.train.ids, competition.labels, record.count, record.seed)
        with suppress(OSError):  # the workspace may be only readable
            save_folds(path, competition, folds, record.seed)
        return folds
    table = read_table(path, ["part", "group"])
    part, group = parse_whole_numbers(table["part"]), parse_whole_numbers(table["group"])
    if part is None or group is None or not len(part):
        raise DataError(f"{path}: is not a table of folds; remove it to create new ones")
    return Folds(int(part.max()) + 1, part, group)


def _require_file(path: Path) -> None:
    """Raise DataError if a folder, a pipe or a device is in the place of a file."""
    if path.exists() and not path.is_file():
        raise DataError(f"{path}: is no regular file; move it away and run again")


def create_folds(competition: Competition, path: Path, count: int = DEFAULT_FOLDS, seed: int = 0) -> Folds:
    """Split the labelled train images into folds, and save them; DataError if there are none."""
    if not len(competition.train):
        raise DataError(f"{competition.folder}: folds need labelled train images, and train.csv has none")
    folds = make_folds(competition.train.ids, competition.labels, count, seed)
    save_folds(path, competition, folds, seed)
    return folds


def ensure_folds(competition: Competition, path: Path, count: int | None = None) -> tuple[Folds, bool]:
    """Return the saved folds, or else new ones, and whether they were created now.

    Raises DataError if there are folds already, and not `count` of them.
    """
    if not os.path.lexists(path) and read_record(path) is None:
        return create_folds(competition, path, count or DEFAULT_FOLDS), True
    folds = load_folds(path, competition)
    if count and folds.count != count:
        raise DataError(
            f"{competition.folder}: has {folds.count} folds already; replace them with: landmark split "
            f"{competition.folder} --folds {count} (entries on the old folds are not comparable)"
        )
    return folds, False


@dataclass(frozen=True)
class Split:
    """Training data and queries of a run, and the ground truth, None if there is none.

    `ranks_whole_index` says whether each ranking must list the whole index, as for Oxford, Paris and Holidays.
    """

    name: str
    data: TrainingData
    queries: ImageSet
    ground_truth: GroundTruth | None
    ranks_whole_index: bool = False


def own_split(competition: Competition, task: Task, seed: int = 0, *, with_truth: bool = True) -> Split:
    """Return the competition's own split, with its test images as queries.

    Raises DataError for a ground truth that cannot be read, or that fits none of the competition's queries or answers.
    """
    truth = _matched_truth(competition, task) if with_truth else None
    data = TrainingData(competition.train, competition.labels, competition.index, seed)
    return Split(TEST, data, competition.queries, truth, task == "retrieval" and competition.ranks_whole_index)


def _matched_truth(competition: Competition, task: Task) -> GroundTruth | None:
    """Return the ground truth, compared with the tables of the competition."""
    truth = load_ground_truth(competition.folder, task)
    if truth is None:
        return None
    index = competition.index.ids if task == "retrieval" and len(competition.index) else None
    landmarks = set(competition.labels.tolist()) if task == "recognition" and len(competition.labels) else None
    ids = CompetitionIds(competition.queries.ids if len(competition.queries) else None, index, landmarks)
    return match_ground_truth(competition.folder, truth, ids)


def fold_split(competition: Competition, folds: Folds, number: int, task: Task, seed: int = 0) -> Split:
    """Return fold `number` (from 1) of a task; DataError for a number without fold, and for folds of other images."""
    if not 1 <= number <= folds.count:
        raise DataError(f"there is no fold {number}; they are numbered from 1 to {folds.count}")
    if len(folds.part) != len(competition.train):
        raise DataError(
            f"the folds are of {len(folds.part)} images, and train.csv labels {len(competition.train)}; make new ones"
        )
    fold = number - 1
    is_query = folds.part == fold
    is_distractor = folds.group == fold
    in_index = np.zeros_like(is_query)
    if task == "retrieval":
        is_query &= ~is_distractor
        in_index = ((folds.part - fold) % folds.count <= folds.count // 2) & (folds.part != fold)
    train = (folds.part != fold) & ~in_index & ~is_distractor
    images, labels = competition.train, competition.labels[train]
    labels.flags.writeable = False
    data = TrainingData(images[train], labels, images[in_index], seed)
    if task == "retrieval":
        truth = _retrieval_truth(images, competition.labels, is_query, in_index)
    else:
        truth = _recognition_truth(images, competition.labels, is_query, is_distractor)
    return Split(folds.name(number), data, images[is_query], truth)


def _retrieval_truth(images: ImageSet, labels: np.ndarray, queries: np.ndarray, index: np.ndarray) -> GroundTruth:
    ids = images.ids
    relevant = {int(labels[rows[0]]): ids[rows[index[rows]]] for rows in _rows_by_landmark(labels)}
    lists = [relevant[label] for label in labels[queries].tolist()]
    usage = np.where([len(relevant_ids) > 0 for relevant_ids in lists], "Private", "Ignored").astype(object)
    return GroundTruth.from_lists("retrieval", ids[queries], usage, lists)


def _recognition_truth(
    images: ImageSet, labels: np.ndarray, queries: np.ndarray, is_distractor: np.ndarray
) -> GroundTruth:
    has_landmark = ~is_distractor[queries]
    usage = np.full(len(has_landmark), "Private", object)
    return GroundTruth(
        "recognition", images.ids[queries], usage, labels[queries & ~is_distractor], np.cumsum([0, *has_landmark])
    )


def _rows_by_landmark(labels: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each landmark, ascending."""
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order])) + 1
    return np.split(order, starts) if len(order) else []


def _random_key(seed: int, what: str, key: object) -> bytes:
    """Return eight pseudo-random bytes to sort by, the same on every machine and with every library."""
    return blake2b(f"{seed}:{what}:{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
