"""A network trained on landmarks: its upper layers, or only a head on stored descriptors; trained once and cached.

Source: K. E. Odoh, "Landmark Retrieval & Recognition", 2018: InceptionV3 with 249 layers frozen, batch normalisation
and a dense softmax, 50 images a landmark.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from harness import Fitted, HarnessError, ImageSet, fitted
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.networks.keras_backend import installed_versions
from solutions.descriptors.networks.network_spec import IMAGENET
from solutions.training import learning_curve as curve
from solutions.training.checkpoint import checkpoint_path
from solutions.training.head_model import HeadModel
from solutions.training.logistic_head import TOO_FEW_LANDMARKS, TOO_FEW_READABLE, standardised_descriptors
from solutions.training.model import TrainableModel
from solutions.training.network_heads import HEADS
from solutions.training.sampling import sample_weights, stratified_sample
from solutions.training.settings import HeadName, TrainingConfig
from solutions.training.stored_descriptors import (
    DescriptorMoments,
    compute_moments,
    descriptor_keys,
    load_descriptors,
)
from solutions.training.train_loop import ImageBatches, TrainingSet, ValidationSet, best_epoch, train
from solutions.training.trainable_network import build_trainable_network, save_backbone
from solutions.training.training_images import load_training_images

_BACKBONE, _CURVE = "backbone.keras", "curve.png"


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained network for the landmarks `(k,)`, ascending."""

    features: SquareExtractor
    head: HeadName
    parts: Fitted

    @property
    def landmarks(self) -> np.ndarray:
        """Return the landmarks in the order of the logits `(k,)`."""
        return self.parts["landmarks"]

    @property
    def history(self) -> np.ndarray:
        """Return mean loss and validation GAP of each epoch `(epochs, 2)`."""
        return self.parts["history"]

    @property
    def epochs(self) -> int:
        """Return the number of the epoch whose weights were kept, from 1."""
        return best_epoch(self.history)

    def logits(self, images: ImageSet) -> np.ndarray:
        """Return the logits `(n, k)`, NaN for unreadable images; log-probabilities for a hierarchical head.

        Raises HarnessError for a head without classes.
        """
        logits = HEADS[self.head].logits
        if logits is None:
            raise HarnessError(
                f"head={self.head!r} knows no landmarks; "
                "choose dense, hierarchical, sampled, arcface or arcface_softmax"
            )
        return logits(self.embed(images), self.parts.arrays)

    def embed(self, images: ImageSet) -> np.ndarray:
        """Return the input of the head `(n, d)` float64, NaN for unreadable images."""
        rows = standardised_descriptors(images, self.features, self.parts)
        return np.asarray(rows @ self.parts["projection"] if "projection" in self.parts.arrays else rows)


def train_network(
    images: ImageSet,
    labels: np.ndarray,
    features: SquareExtractor,
    training: TrainingConfig,
    validation: tuple[ImageSet, np.ndarray] | None = None,
) -> TrainedNetwork:
    """Return the network trained on these images; cached.

    With validation images and their labels, which may be of other landmarks, training stops when their GAP no longer
    grows, and the best epoch is kept. The learning curve is stored with the network as `curve.png`.

    Raises HarnessError for images of fewer than two landmarks, for missing layers, and if the loss becomes infinite.
    """
    if len(np.unique(labels)) < 2:
        raise HarnessError(TOO_FEW_LANDMARKS)
    arguments = images, labels, features, training, *(validation or (None, None))
    libraries = () if training.frozen is None else tuple(installed_versions())
    parts = fitted(fit_network, *arguments, libraries=libraries)
    path = _checkpoint(*arguments)
    if path.exists():
        path.unlink()
        print(f"trained {_description(features, training)}: {parts.folder / _CURVE}")  # noqa: T201 (in the run's log)
    if training.frozen is not None:
        features = replace(features, backbone=str(parts.file(_BACKBONE)), weights=IMAGENET, layer=None)
    return TrainedNetwork(features, training.head, parts)


def fit_network(
    images: ImageSet,
    labels: np.ndarray,
    features: SquareExtractor,
    training: TrainingConfig,
    validation: ImageSet | None,
    validation_labels: np.ndarray | None,
) -> Mapping[str, Any]:
    """Return the arrays of a trained network, its learning curve, and its body if that was trained."""
    readable = np.flatnonzero(~images.undecodable(features))
    keys = descriptor_keys(load_descriptors(images, features, readable))
    positions = readable[stratified_sample(keys, labels[readable], training.per_landmark, training.seed)]
    landmarks, classes = np.unique(labels[positions], return_inverse=True)
    if len(landmarks) < 2:
        raise HarnessError(TOO_FEW_READABLE)
    moments = compute_moments(load_descriptors(images, features, positions), classes)
    model = _trainable_model(features, training, moments, np.bincount(classes))
    weights = sample_weights(classes, training.balance)
    training_set = TrainingSet(_image_batches(images, features, training, positions), classes, weights)
    validation_set = _validation_set(validation, validation_labels, features, training, landmarks)
    path = _checkpoint(images, labels, features, training, validation, validation_labels)
    with threadpool_limits(1, "blas"):  # several threads of one matrix product could round differently
        history = train(model, training_set, validation_set, training, _description(features, training), path)
    files = _files(model, history, features, training)
    return {"landmarks": landmarks, "history": history, **model.inference_arrays, **files}


def _trainable_model(
    features: SquareExtractor, training: TrainingConfig, moments: DescriptorMoments, counts: np.ndarray
) -> HeadModel:
    """Return the head on stored descriptors, or on a network if layers are trained."""
    projection = _random_projection(moments, training)
    if training.frozen is None:
        return HeadModel(training.head, moments, counts, projection)
    body = build_trainable_network(features, training.frozen)
    return TrainableModel(body, features.poolings, training.head, moments, counts, projection)


def _validation_set(
    images: ImageSet | None,
    labels: np.ndarray | None,
    features: SquareExtractor,
    training: TrainingConfig,
    landmarks: np.ndarray,
) -> ValidationSet | None:
    """Return the readable validation images; None without any, or for a head without classes."""
    if images is None or labels is None or not HEADS[training.head].logits:
        return None
    readable = np.flatnonzero(~images.undecodable(features))
    if not len(readable):
        return None
    classes = np.minimum(np.searchsorted(landmarks, labels[readable]), len(landmarks) - 1)
    classes = np.where(landmarks[classes] == labels[readable], classes, -1)
    return ValidationSet(_image_batches(images, features, training, readable), classes)


def _image_batches(
    images: ImageSet, features: SquareExtractor, training: TrainingConfig, positions: np.ndarray
) -> ImageBatches:
    if training.frozen is None:
        return load_descriptors(images, features, positions)
    chosen, framing = images[positions], features.framing
    return load_training_images(chosen, framing.side, framing.frame, augment=training.augment, seed=training.seed)


def _description(features: SquareExtractor, training: TrainingConfig) -> str:
    frozen = "" if training.frozen is None else f", {training.frozen} layers frozen"
    return f"{training.head} on {features.backbone}{frozen}"


def _random_projection(moments: DescriptorMoments, training: TrainingConfig) -> np.ndarray | None:
    """Return a random projection `(d, e)` with orthogonal columns that keeps lengths on average."""
    if training.embedding is None:
        return None
    d, e = len(moments.mean), training.embedding
    if not 0 < e <= d:
        raise HarnessError(f"embedding={e} must be from 1 to {d}, the dimensions of the descriptors")
    orthogonal = np.linalg.qr(np.random.default_rng(training.seed).normal(size=(d, e)))[0]
    return np.asarray(orthogonal * np.sqrt(d / e), np.float32)


def _files(
    model: HeadModel, history: np.ndarray, features: SquareExtractor, training: TrainingConfig
) -> dict[str, Any]:
    files: dict[str, Any] = {}
    if curve.can_draw():
        files[_CURVE] = partial(curve.draw_learning_curve, history, _description(features, training))
    if isinstance(model, TrainableModel):
        files[_BACKBONE] = partial(save_backbone, model.body)
    return files


def _checkpoint(
    images: ImageSet, labels: np.ndarray, features: SquareExtractor, training: TrainingConfig, *validation: Any
) -> Path:
    held = [each.fingerprint if isinstance(each, ImageSet) else np.array(each).tolist() for each in validation]
    facts = [images.fingerprint, labels.tolist(), features.identity, sorted(features.made_with.items()), training, held]
    return checkpoint_path(images.store, repr(facts))
