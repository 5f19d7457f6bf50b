"""Rank index images by the probability of the query's likeliest landmark, within a flood around the query's own.

K. E. Odoh's own retrieval of 2018: a softmax over the landmarks of the train images describes index and queries; of
the column of the query's landmark the interval around the query's probability is widened until it holds 100 images.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.special import softmax

from harness import Among, ImageSet, Ranking, Retrieval, Span, TrainingData
from solutions.descriptors.extractors.square import Frame, SquareExtractor
from solutions.reranking.flood_fill import STEP, Order, flood_fill
from solutions.training.classifier import ClassifierConfig
from solutions.training.sampling import PER_LANDMARK
from solutions.training.settings import RATE, SoftmaxHead, TrainingConfig

_LISTED = 101  # one more than count: the query itself may be among them


@dataclass
class TransferClustering(Retrieval):
    modules = ("keras",)

    order: Order = "probability"  # in the flood: by probability, by nearness to the query's, or as the deck prints it
    step: float = STEP  # by which the interval is widened on either side
    backbone: str = "lite0"  # lite0, lite1, lite2, one of keras.applications, or a .keras file
    weights: str | None = "imagenet"  # or a file, or None for drawn ones
    side: Annotated[int, Among(224, 320)] = 320  # pixels of the network's square; by folds better than its own 224
    frame: Frame = "crop"  # the middle of the photograph, or all of it
    weight_decay: Annotated[float, Span(1e-8, 1e-3, log=True)] = 1e-6  # small; little makes probabilities sharp
    balance: Annotated[float, Span(0, 1)] = 0.0  # 0 counts images, 1 counts landmarks
    head: Annotated[SoftmaxHead, Among("logistic")] = (
        "logistic"  # a logistic regression, or what is taught to a network
    )
    frozen: int | None = None  # lowest layers of the network that stay as they are; None: all of them
    augment: Annotated[bool, Among(True)] = True  # where layers are trained: cuts, mirror images and other light
    epochs: int = 40  # of a network
    rate: float = RATE  # of the head's first steps; layers of the network take a tenth of it
    per_landmark: int = PER_LANDMARK  # images that a network learns from, at most

    def __post_init__(self) -> None:
        self._training(0)

    def fit(self, data: TrainingData) -> None:
        features = SquareExtractor(self.backbone, self.side, weights=self.weights, frame=self.frame)
        self.classifier = ClassifierConfig(features, self._training(data.seed)).train(data)
        self.index_ids = data.index.ids
        self.index = np.nan_to_num(self._probabilities(data.index), nan=-1.0)  # (n_index, n_landmarks)

    def rank(self, queries: ImageSet) -> Ranking:
        found = np.full((len(queries), _LISTED), -1, np.int32)
        probabilities = self._probabilities(queries)
        read = ~np.isnan(probabilities).any(axis=1)
        likeliest = np.where(read, np.nan_to_num(probabilities).argmax(axis=1), -1)
        for landmark in np.unique(likeliest[read]):
            rows = likeliest == landmark
            values = probabilities[rows, landmark]
            found[rows] = flood_fill(self.index[:, landmark], values, _LISTED, step=self.step, order=self.order)
        return Ranking.from_positions(found, queries.ids, self.index_ids)

    def _probabilities(self, images: ImageSet) -> np.ndarray:
        return np.asarray(softmax(self.classifier.logits(images), axis=1).round(12))

    def _training(self, seed: int) -> TrainingConfig:
        return TrainingConfig(
            head=self.head,
            frozen=self.frozen,
            augment=self.augment,
            epochs=self.epochs,
            per_landmark=self.per_landmark,
            weight_decay=self.weight_decay,
            balance=self.balance,
            rate=self.rate,
            seed=seed,
        )
