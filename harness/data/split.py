"""What a run is asked: the competition's own test images, or a fold made from its labelled train images.

Folds serve to choose parameters without touching the test images. Each landmark's images are dealt into K parts; in
fold f part f holds the queries, and the landmarks of group f (each landmark is in one of K groups) are distractors.

* recognition: train on the other parts without the distractor landmarks; a query of one of those shows no landmark.
* retrieval: half of the other parts is the index, the rest is train, without the distractor landmarks; their images in
  the index are distractors, and their queries are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.ground_truth import GroundTruth, load_ground_truth
from harness.data.images import ImageSet
from harness.data.tables import read_table
from harness.errors import DataError
from harness.files import write_whole
from harness.solution import TrainingData

TEST = "test"


@dataclass(frozen=True)
class Split:
    """What a run is given, and the truth it is scored by (None: it cannot be scored)."""

    name: str
    data: TrainingData
    queries: ImageSet
    ground_truth: GroundTruth | None


@dataclass(frozen=True)
class Folds:
    """The parts that train images were dealt into: `part` and `group` `(len(train),)` run from 0 to count - 1."""

    count: int
    part: np.ndarray
    group: np.ndarray


def test_split(competition: Competition, task: str, seed: int = 0, *, with_truth: bool = True) -> Split:
    """Return the competition as it is."""
    truth = load_ground_truth(competition.folder, task) if with_truth else None
    data = TrainingData(competition.train, competition.labels, competition.index, seed)
    return Split(TEST, data, competition.queries, truth)


def make_folds(ids: np.ndarray, labels: np.ndarray, count: int, seed: int = 0) -> Folds:
    """Return the folds of labelled images: the same for any order of the images, decided by ids, landmarks and seed.

    >>> folds = make_folds(np.array(list("abcdef")), np.array([7, 7, 7, 8, 8, 8]), 3)
    >>> sorted(folds.part[:3].tolist()), sorted(folds.part[3:].tolist())
    ([0, 1, 2], [0, 1, 2])
    """
    if count < 2:  # noqa: PLR2004
        raise DataError(f"{count} folds cannot be made; ask for 2 or more")
    part, group = np.empty(len(ids), int), np.empty(len(ids), int)
    landmarks = sorted(set(labels.tolist()), key=lambda landmark: _draw(seed, "landmark", landmark))
    for place, landmark in enumerate(landmarks):
        rows = sorted(np.flatnonzero(labels == landmark), key=lambda row: _draw(seed, "image", ids[row]))
        part[rows] = (np.arange(len(rows)) + place) % count
        group[rows] = place % count
    return Folds(count, part, group)


def save_folds(path: Path, competition: Competition, folds: Folds) -> None:
    """Write the folds as a table that people can read: id, landmark_id, part, group."""
    rows = zip(competition.train.ids, competition.labels, folds.part, folds.group, strict=True)
    lines = [f"{image_id},{label},{part},{group}\n" for image_id, label, part, group in rows]
    write_whole(path, "id,landmark_id,part,group\n" + "".join(lines))


def load_folds(path: Path) -> Folds:
    """Return the folds in a table that `save_folds` wrote."""
    table = read_table(path, ["part", "group"]).astype(int)
    return Folds(int(table["part"].max()) + 1, table["part"].to_numpy(), table["group"].to_numpy())


def fold_name(number: int, count: int) -> str:
    """Return the name of a fold, counted from 1."""
    return f"fold {number}/{count}"


def fold_split(competition: Competition, folds: Folds, number: int, task: str, seed: int = 0) -> Split:
    """Return fold `number` (from 1) of a task."""
    fold = number - 1
    held_out = folds.part == fold
    distractor = folds.group == fold
    searched = np.zeros_like(held_out)
    if task == "retrieval":
        held_out &= ~distractor
        searched = (folds.part - fold) % folds.count <= folds.count // 2
        searched &= folds.part != fold
    train = (folds.part != fold) & ~searched & ~distractor
    images = competition.train
    data = TrainingData(images[train], competition.labels[train], images[searched], seed)
    if task == "retrieval":
        truth = _retrieval_truth(images, competition.labels, held_out, searched)
    else:
        truth = _recognition_truth(images, competition.labels, held_out, distractor)
    return Split(fold_name(number, folds.count), data, images[held_out], truth)


def _retrieval_truth(images: ImageSet, labels: np.ndarray, queries: np.ndarray, index: np.ndarray) -> GroundTruth:
    ids = images.ids
    relevant = [ids[index & (labels == label)] for label in labels[queries]]
    usage = np.where([len(each) > 0 for each in relevant], "Private", "Ignored").astype(object)
    tokens = np.concatenate(relevant) if relevant else np.array([], object)
    return GroundTruth("retrieval", images.ids[queries], usage, tokens, _offsets(relevant))


def _recognition_truth(images: ImageSet, labels: np.ndarray, queries: np.ndarray, distractor: np.ndarray) -> GroundTruth:
    shown = [labels[row : row + 1][: not distractor[row]] for row in np.flatnonzero(queries)]
    usage = np.full(len(shown), "Private", object)
    tokens = np.concatenate(shown) if shown else np.array([], np.int64)
    return GroundTruth("recognition", images.ids[queries], usage, tokens, _offsets(shown))


def _offsets(lists: list[np.ndarray]) -> np.ndarray:
    return np.cumsum([0, *map(len, lists)])


def _draw(seed: int, what: str, key: object) -> bytes:
    """Return a word that orders things at random, the same on every machine and with every library."""
    return blake2b(f"{seed}:{what}:{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
