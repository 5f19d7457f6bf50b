"""The queries of a run: the competition's test set, or one cross-validation fold of its training images.

Folds serve to choose parameters without using the test set. The images of each landmark are distributed over K parts,
and the landmarks over K groups. In fold f the queries are part f, and the landmarks of group f are distractors.

* recognition: train on the other parts without the distractors; queries of distractors show no landmark.
* retrieval: half of the other parts is the index, the rest is train without the distractors. Distractors stay in the
  index, but are not queries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.data.competition import Competition
from harness.data.folds import Folds, rows_by_landmark
from harness.data.ground_truth import GroundTruth, load_ground_truth
from harness.data.image_set import ImageSet
from harness.data.training_data import TrainingData
from harness.errors import DataError
from metrics import Task

TEST = "test"


@dataclass(frozen=True)
class Split:
    """Training data and queries of a run, and the ground truth, None if there is none."""

    name: str
    data: TrainingData
    queries: ImageSet
    ground_truth: GroundTruth | None


def own_split(competition: Competition, task: Task, seed: int = 0, *, with_truth: bool = True) -> Split:
    """Return the competition's own split, with its test images as queries."""
    truth = load_ground_truth(competition.folder, task) if with_truth else None
    data = TrainingData(competition.train, competition.labels, competition.index, seed)
    return Split(TEST, data, competition.queries, truth)


def fold_split(competition: Competition, folds: Folds, number: int, task: Task, seed: int = 0) -> Split:
    """Return fold `number` (from 1) of a task.

    Raises DataError for a number without fold, and for folds of other images.
    """
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
    relevant = {int(labels[rows[0]]): ids[rows[index[rows]]] for rows in rows_by_landmark(labels)}
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
