"""Which classifier of landmarks is learnt, and how: what the solutions that have one share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from harness import ImageSet, TrainingData
from solutions.descriptors.extractors.square import Features
from solutions.training.holdout import Round, held_out
from solutions.training.logistic_head import trained_head
from solutions.training.settings import Training
from solutions.training.trained_network import Network, trained_network


class Classifier(Protocol):
    """What has learnt landmarks."""

    @property
    def landmarks(self) -> np.ndarray:
        """Return the landmarks in the order of the logits `(k,)`."""

    def logits(self, images: ImageSet) -> np.ndarray:
        """Return the logits `(n, k)`, NaN for images that could not be read."""


@dataclass(frozen=True)
class Course:
    """How landmarks are learnt from photographs."""

    features: Features
    training: Training

    def learnt(self, data: TrainingData, asked: tuple[ImageSet, np.ndarray] | None = None) -> Classifier:
        """Return the classifier of all train images; a network stops where it knows best what is `asked`, with labels.

        Raises HarnessError for images of fewer than two landmarks.
        """
        training = self.training
        if training.head == "logistic":
            return trained_head(data.train, data.labels, self.features, training.weight_decay, training.balance)
        return trained_network(data.train, data.labels, self.features, training, asked)

    def rounds(self, data: TrainingData) -> Iterator[tuple[Round, Classifier]]:
        """Yield rounds of held-out images, with classifiers of the others; one round where layers are trained."""
        for each in held_out(data.train.ids, data.labels, data.seed):
            kept = TrainingData(data.train[each.kept], data.labels[each.kept], data.index, data.seed)
            yield each, self.learnt(kept, (data.train[each.asked], data.labels[each.asked]))
            if self.training.frozen is not None:
                return

    def as_long_as(self, classifiers: list[Classifier]) -> Course:
        """Return the course that ends after as many epochs as these networks were best after, in the mean."""
        epochs = [each.epochs for each in classifiers if isinstance(each, Network)]
        return replace(self, training=replace(self.training, stop=round(float(np.mean(epochs))))) if epochs else self
