"""The classifiers of landmarks behind one interface: logistic regression or trained network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from harness import ImageSet, TrainingData
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.training.holdout import HoldoutRound, holdout_rounds
from solutions.training.logistic_head import LogisticHead, train_logistic_head
from solutions.training.settings import TrainingConfig
from solutions.training.trained_network import TrainedNetwork, train_network

Classifier = LogisticHead | TrainedNetwork


@dataclass(frozen=True)
class ClassifierConfig:
    """Descriptors and training of a classifier."""

    features: SquareExtractor
    training: TrainingConfig

    def train(self, data: TrainingData, validation: tuple[ImageSet, np.ndarray] | None = None) -> Classifier:
        """Return the classifier of all train images; a network stops early by the validation images and labels.

        Raises HarnessError for images of fewer than two landmarks.
        """
        training = self.training
        if training.head == "logistic":
            return train_logistic_head(data.train, data.labels, self.features, training.weight_decay, training.balance)
        return train_network(data.train, data.labels, self.features, training, validation)

    def cross_validate(self, data: TrainingData) -> Iterator[tuple[HoldoutRound, Classifier]]:
        """Yield rounds of held-out images with the classifier of the others; only one round if layers are trained."""
        for part in holdout_rounds(data.train.ids, data.labels, data.seed):
            training = TrainingData(data.train[part.train], data.labels[part.train], data.index, data.seed)
            yield part, self.train(training, (data.train[part.validation], data.labels[part.validation]))
            if self.training.frozen is not None:
                return

    def with_epochs_of(self, classifiers: list[Classifier]) -> ClassifierConfig:
        """Return the configuration that stops after the mean number of best epochs of these networks."""
        epochs = [each.epochs for each in classifiers if isinstance(each, TrainedNetwork)]
        return replace(self, training=replace(self.training, stop=round(float(np.mean(epochs))))) if epochs else self
