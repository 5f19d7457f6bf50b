"""A network trained on landmarks: its upper layers, or a head alone on stored descriptors; fitted once and kept.

Source: K. E. Odoh, "Landmark Retrieval & Recognition", 2018: InceptionV3 with 249 layers frozen, batch normalisation
and a dense softmax, 50 images a landmark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from harness import Fitted, HarnessError, ImageSet, fitted
from solutions.descriptors.extractors.square import Features
from solutions.descriptors.networks.keras_backend import versions
from solutions.descriptors.networks.networks import IMAGENET
from solutions.training import checkpoint
from solutions.training import learning_curve as curve
from solutions.training.fine_tuning import save, trainable
from solutions.training.logistic_head import FEW, UNREADABLE, described
from solutions.training.model import Model
from solutions.training.network_heads import HEADS
from solutions.training.sampling import shares, stratified
from solutions.training.settings import Taught, Training
from solutions.training.stored_descriptors import Moments, looks, moments, rows_of
from solutions.training.train_loop import Exam, Lesson, Plan, Shown, best_epoch, teach
from solutions.training.training_images import squares

_SHARD_ROWS, _SHARD_PHOTOGRAPHS = 64, 16
_BACKBONE, _CURVE = "backbone.keras", "curve.png"


@dataclass(frozen=True)
class Network:
    """A trained network; `landmarks` `(k,)` ascending are those its head knows."""

    features: Features
    head: Taught
    parts: Fitted

    @property
    def landmarks(self) -> np.ndarray:
        """Return the landmarks in the order of the logits `(k,)`."""
        return self.parts["landmarks"]

    @property
    def history(self) -> np.ndarray:
        """Return mean loss and held-out GAP of each epoch `(epochs, 2)`."""
        return self.parts["history"]

    @property
    def epochs(self) -> int:
        """Return the number of the epoch that is kept, from 1."""
        return best_epoch(self.history)

    def logits(self, images: ImageSet) -> np.ndarray:
        """Return the logits `(n, k)`, NaN for images that could not be read; of a hierarchical head log-probabilities.

        Raises HarnessError for a head that knows no landmarks.
        """
        logits = HEADS[self.head].logits
        if logits is None:
            raise HarnessError(
                f"head={self.head!r} knows no landmarks; "
                "choose dense, hierarchical, sampled, arcface or arcface_softmax"
            )
        return logits(self.embedded(images), self.parts.arrays)

    def embedded(self, images: ImageSet) -> np.ndarray:
        """Return what the head is given `(n, d)` float64, NaN for images that could not be read."""
        rows = (described(images, self.features) - self.parts["mean"]) / self.parts["spread"]
        return np.asarray(rows @ self.parts["projection"] if "projection" in self.parts.arrays else rows)


def trained_network(
    images: ImageSet,
    labels: np.ndarray,
    features: Features,
    training: Training,
    held_out: tuple[ImageSet, np.ndarray] | None = None,
) -> Network:
    """Return the network trained on these images, from the store or now.

    With images held out and their labels, which may be of landmarks that are strange to it, training stops where their
    GAP grows no more, and the best epoch is kept. The learning curve lies beside what is fitted, as `curve.png`.

    Raises HarnessError for images of fewer than two landmarks, for layers that are not there, and where the loss is no
    number any more.
    """
    if len(np.unique(labels)) < 2:
        raise HarnessError(FEW)
    arguments = images, labels, features, training, *(held_out or (None, None))
    parts = fitted(fit_network, *arguments, libraries=tuple(versions()))
    path = _checkpoint(*arguments)
    if path.exists():
        path.unlink()
        print(f"trained {_called(features, training)}: {parts.folder / _CURVE}")  # noqa: T201 (in the log of the run)
    if training.frozen is not None:
        features = replace(features, backbone=str(parts.file(_BACKBONE)), weights=IMAGENET, layer=None)
    return Network(features, training.head, parts)


def fit_network(
    images: ImageSet,
    labels: np.ndarray,
    features: Features,
    training: Training,
    asked: ImageSet | None,
    asked_labels: np.ndarray | None,
) -> Mapping[str, Any]:
    """Return the arrays of a trained network, its learning curve, and its body where that was trained."""
    places = _readable(images, features)
    drawn_by = looks(rows_of(images, features, places))
    places = places[stratified(drawn_by, labels[places], training.per_landmark, training.seed)]
    landmarks, classes = np.unique(labels[places], return_inverse=True)
    if len(landmarks) < 2:
        raise HarnessError(UNREADABLE)
    start = moments(rows_of(images, features, places), classes)
    body = None if training.frozen is None else trainable(features, training.frozen)
    projection = _projection(start, training)
    model = Model(body, features.poolings, training.head, start, np.bincount(classes), projection)
    lesson = Lesson(_shown(images, features, training, places), classes, shares(classes, training.balance))
    exam = None
    readable = places[:0] if asked is None else _readable(asked, features)
    if asked is not None and asked_labels is not None and len(readable) and HEADS[training.head].logits:
        exam = Exam(_shown(asked, features, training, readable), _classes(asked_labels[readable], landmarks))
    path = _checkpoint(images, labels, features, training, asked, asked_labels)
    history = teach(model, lesson, exam, _plan(features, training), path)
    return {"landmarks": landmarks, "history": history, **model.arrays, **_files(model, history, features, training)}


def _readable(images: ImageSet, features: Features) -> np.ndarray:
    return np.flatnonzero(~images.undecodable(features))


def _shown(images: ImageSet, features: Features, training: Training, places: np.ndarray) -> Shown:
    if training.frozen is None:
        return rows_of(images, features, places)
    return squares(images[places], features.side, features.frame, augment=training.augment, seed=training.seed)


def _classes(labels: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Return the place of each label among the landmarks, -1 where it is not."""
    places = np.minimum(np.searchsorted(landmarks, labels), len(landmarks) - 1)
    return np.where(landmarks[places] == labels, places, -1)


def _plan(features: Features, training: Training) -> Plan:
    return Plan(
        epochs=training.epochs,
        stop=min(training.stop or training.epochs, training.epochs),
        shard=_SHARD_ROWS if training.frozen is None else _SHARD_PHOTOGRAPHS,
        rate=training.rate,
        weight_decay=training.weight_decay,
        patience=training.patience,
        seed=training.seed,
        what=_called(features, training),
    )


def _called(features: Features, training: Training) -> str:
    below = "" if training.frozen is None else f", {training.frozen} layers frozen"
    return f"{training.head} on {features.backbone}{below}"


def _projection(start: Moments, training: Training) -> np.ndarray | None:
    """Return a drawn projection that keeps lengths in the mean `(d, e)`, its columns at right angles."""
    if training.embedding is None:
        return None
    d, e = len(start.mean), training.embedding
    if not 0 < e <= d:
        raise HarnessError(f"embedding={e} must be from 1 to {d}, the dimensions of the descriptors")
    drawn = np.linalg.qr(np.random.default_rng(training.seed).normal(size=(d, e)))[0]
    return np.asarray(drawn * np.sqrt(d / e), np.float32)


def _files(model: Model, history: np.ndarray, features: Features, training: Training) -> dict[str, Any]:
    files: dict[str, Any] = {}
    if curve.can_draw():
        files[_CURVE] = partial(curve.draw, history, _called(features, training))
    if model.body is not None:
        files[_BACKBONE] = partial(save, model.body)
    return files


def _checkpoint(images: ImageSet, labels: np.ndarray, features: Features, training: Training, *asked: Any) -> Path:
    held = [each.fingerprint if isinstance(each, ImageSet) else np.array(each).tolist() for each in asked]
    facts = [images.fingerprint, labels.tolist(), features.identity, sorted(features.made_with.items()), training, held]
    return checkpoint.checkpoint(images.store, repr(facts))
