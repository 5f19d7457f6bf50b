"""A softmax over landmarks that goes on learning from images without labels.

Every descriptor is mixed with those of its nearest images without labels, as an expanded query is. A logistic
regression learns from the train images. Then it looks at images without labels: those that it is sure of it learns from
as if they were labelled, and those in which it sees nothing become a class of their own, so that it knows what shows no
landmark. That is done again with what has been learnt.

Sources: D.-H. Lee, Pseudo-label, 2013; the class of all that is strange after Zhang, LeCun, Universum prescription,
AAAI 2017; for the mixing see `reranking.expansion`. When an image is sure or strange is ours. All was chosen on train
images held out in turn, from the whitening too. GAP on monuments by `ALL_CUT`, of 20 turns with all landmarks, 20 with
nine left out altogether, and 12 in which all images that look alike are held out together:

| | all | nine left out | alike |
|---|---|---|---|
| regression | .934 | .927 | .888 |
| taught by images without labels | .948 | .937 | .898 |
| mixed with them | .949 | .940 | .911 |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from harness import Fitted, HarnessError, ImageSet, fitted
from solutions.descriptors.extractors.multiscale import Views
from solutions.descriptors.whitening.whitened_ensemble import evenly, learnt_whitening, product, whitened
from solutions.descriptors.whitening.whitening import Whitening
from solutions.reranking.index_augmentation import augmented_in_rounds
from solutions.reranking.query_expansion import expanded
from solutions.training.logistic_head import FEW, UNREADABLE, softmax_regression
from solutions.training.sampling import stratified

SURE, STRANGE = 0.4, 0.1  # confidence above which an image is learnt from as labelled, below which as strange
STRANGE_WEIGHT = 0.1  # of a strange image; a labelled one weighs 1
_ALPHA = 3.0  # to which cosines are raised that weigh a neighbour
_MOST_NUMBERS = 1_000_000_000  # float64 in memory: 8 GB
_TABLES = 25  # of weights that L-BFGS keeps, about


@dataclass(frozen=True)
class Lessons:
    """How it is learnt."""

    views: tuple[Views, ...]
    dims: int = 512  # of the whitened descriptors, at most
    power: float = 0.3  # to which variances are divided out
    neighbours: int = 3  # without labels that every image is mixed with; 0 mixes none
    weight_decay: float = 5e-3
    rounds: int = 2  # that images without labels are looked at


@dataclass(frozen=True)
class SelfTaught:
    """What was learnt; `landmarks` `(k,)` ascending are those it knows."""

    lessons: Lessons
    parts: Fitted

    @property
    def landmarks(self) -> np.ndarray:
        """Return the landmarks in the order of the probabilities `(k,)`."""
        return self.parts["landmarks"]

    def probabilities(self, images: ImageSet) -> np.ndarray:
        """Return how probably each image shows each landmark, and last how probably none: `(n, k + 1)`.

        NaN for images that could not be read.
        """
        whitening = Whitening(self.parts["mean"], self.parts["projection"])
        rows = _mixed(whitened(images, self.lessons.views, whitening), self.parts["others"], self.lessons)
        return probabilities(rows, self.parts["table"], len(self.landmarks))


def self_taught(images: ImageSet, labels: np.ndarray, unlabelled: ImageSet, lessons: Lessons) -> SelfTaught:
    """Return what is learnt from labelled images, and from others `unlabelled` if there are any; kept in the store.

    Raises HarnessError for labelled images of fewer than two landmarks.
    """
    if len(np.unique(labels)) < 2:
        raise HarnessError(FEW)
    return SelfTaught(lessons, fitted(fit_self_taught, images, labels, unlabelled, lessons))


def fit_self_taught(
    images: ImageSet, labels: np.ndarray, unlabelled: ImageSet, lessons: Lessons
) -> Mapping[str, np.ndarray]:
    """Return the arrays of a classifier; images that cannot be read are left out.

    Of more images than 8 GB are enough for, as many of each landmark are learnt from as fit; then the others, evenly.
    """
    whitening = learnt_whitening((images, unlabelled), lessons.views, lessons.dims, lessons.power)
    rows, others = (whitened(each, lessons.views, whitening) for each in (images, unlabelled))
    read = ~np.isnan(rows).any(axis=1)
    rows, others = rows[read], others[~np.isnan(others).any(axis=1)]
    landmarks, classes = np.unique(labels[read], return_inverse=True)
    if len(landmarks) < 2:
        raise HarnessError(UNREADABLE)
    room = _room(len(landmarks), rows.shape[1])
    some = stratified(images.ids[read], classes, room // len(landmarks), seed=0) if len(rows) > room else slice(None)
    rows, classes = rows[some], classes[some]
    others = others[evenly(len(others), room - len(rows))]
    return {
        "landmarks": landmarks,
        "mean": whitening.mean,
        "projection": whitening.projection,
        "others": others,
        "table": _table(rows, classes, others, lessons),
    }


def _table(rows: np.ndarray, classes: np.ndarray, others: np.ndarray, lessons: Lessons) -> np.ndarray:
    """Return what is learnt from rows of length one, with and without labels."""
    rows = _mixed(rows, others, lessons)
    if lessons.neighbours:
        others = augmented_in_rounds(others, (lessons.neighbours,), alpha=_ALPHA)
    scale = np.float64(rows.shape[1] ** 0.5)
    table = taught(rows * scale, classes, others * scale, lessons)
    table[:-1] *= scale
    return table


def _mixed(rows: np.ndarray, others: np.ndarray, lessons: Lessons) -> np.ndarray:
    """Return rows `(n, d)` mixed with their nearest `others` `(m, d)`, float32 of length one."""
    return expanded(rows, others, lessons.neighbours, alpha=_ALPHA) if lessons.neighbours else rows


def _room(k: int, d: int) -> int:
    """Return how many images of k landmarks, d numbers each, are learnt from at most, so that 8 GB suffice.

    Raises HarnessError where they do not for one image a landmark.

    >>> _room(1000, 512)
    196491
    """
    room = max(0, _MOST_NUMBERS - _TABLES * (d + 1) * k) // (2 * d + 4 * k)
    if room < k:
        raise HarnessError(f"a regression of {k} landmarks needs more than 8 GB; take labels of fewer landmarks")
    return room


def taught(rows: np.ndarray, classes: np.ndarray, others: np.ndarray, lessons: Lessons) -> np.ndarray:
    """Return weights and, in the last row, bias `(d + 1, classes)`; the last class is that of strange images, if any.

    `rows` `(n, d)` are of `classes` `(n,)` from 0, `others` `(m, d)` of nobody knows what.
    """
    k = int(classes.max()) + 1
    table = _regression(rows, classes, np.ones(len(rows)), lessons)
    for _ in range(lessons.rounds if len(others) else 0):
        likely = probabilities(others, table, k)
        confidence = confidences(likely)
        sure, strange = confidence > SURE, confidence < STRANGE
        told = [classes, likely[sure, :k].argmax(axis=1), np.full(strange.sum(), k)]
        weights = np.repeat([1, 1, STRANGE_WEIGHT], list(map(len, told)))
        table = _regression(np.vstack([rows, others[sure], others[strange]]), np.concatenate(told), weights, lessons)
    return table


def _regression(rows: np.ndarray, classes: np.ndarray, weights: np.ndarray, lessons: Lessons) -> np.ndarray:
    return np.vstack(softmax_regression(rows, classes, weights / weights.sum(), lessons.weight_decay))


def probabilities(rows: np.ndarray, table: np.ndarray, k: int) -> np.ndarray:
    """Return the probabilities of k classes and of none of them `(n, k + 1)`: 0 where nothing strange was learnt."""
    found = softmax(product(rows, table[:-1]) + table[-1], axis=1)
    return found if found.shape[1] > k else np.hstack([found, np.zeros((len(found), 1)) + 0 * found[:, :1]])


def confidences(likely: np.ndarray) -> np.ndarray:
    """Return of probabilities `(n, k + 1)`, the last of none, the confidence in the likeliest landmark `(n,)`.

    It is p (1 - H / ln k), where H is the entropy of all k + 1: 1 where nothing else can be, 0 where anything can.

    >>> confidences(np.array([[1.0, 0, 0], [0, 0, 1], [1 / 2, 1 / 2, 0]])).round(3).tolist()
    [1.0, 0.0, 0.0]
    """
    logarithms = np.log(np.where(likely > 0, likely, 1))
    entropy = -(likely * logarithms).sum(axis=1) / np.log(likely.shape[1] - 1)
    return np.asarray(likely[:, :-1].max(axis=1) * np.maximum(1 - entropy, 0))
