"""Rank index images by their probability of the query's landmark, by flood fill around the query's probability.

K. E. Odoh's own retrieval of 2018: a softmax over the landmarks of the train images describes index and queries. The
interval around the query's probability of its most probable landmark grows until it contains 100 index images.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.special import softmax

from harness import Among, ImageSet, Ranking, Retrieval, Span, TrainingData, list_length
from solutions.descriptors.extractors.framing import Frame
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
from solutions.reranking.flood_fill import STEP, Order, flood_fill
from solutions.training.classifier import ClassifierConfig
from solutions.training.sampling import PER_LANDMARK
from solutions.training.settings import RATE, SoftmaxHead, TrainingConfig


@dataclass
class TransferClustering(Retrieval):
    needs_labels = True
    order: Order = "probability"  # by probability, by distance to the query's (nearness), or as on the slides (seed)
    step: float = STEP  # by which the interval grows on both sides
    backbone: str = "lite0"  # a network by its name, file or function, see docs/models.md
    weights: str | None = "imagenet"  # or a file, or None for random ones
    side: Annotated[int, Among(224, 320)] = 320  # pixels of the network's square; better in cross-validation than 224
    frame: Frame | None = None  # the middle of the photograph, or all of it squashed; None: the network's own, or crop
    preprocessing: str | None = None  # of pixels, such as 'imagenet', see docs/models.md; None: the network's own
    weight_decay: Annotated[float, Span(1e-8, 1e-3, log=True)] = 1e-6  # L2 penalty; small: sharp probabilities
    balance: Annotated[float, Span(0, 1)] = 0.0  # 0 weights images equally, 1 landmarks
    head: Annotated[SoftmaxHead, Among("logistic")] = "logistic"  # a regression, or the head of a trained network
    frozen: int | None = None  # number of lowest layers that are not trained; None: all
    augment: Annotated[bool, Among(True)] = True  # if layers are trained: random crops, mirror images and light
    epochs: int = 40  # of a network
    rate: float = RATE  # initial step size of the head; a tenth of it for other layers
    per_landmark: int = PER_LANDMARK  # images that a network is trained on, at most
    precision: Precision = "float32"  # of describing; bf16 is faster where the processor has it, and less exact

    def __post_init__(self) -> None:
        TrainingConfig.of_solution(self, 0)

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        features = SquareExtractor(
            self.backbone,
            self.side,
            weights=self.weights,
            frame=self.frame,
            preprocessing=self.preprocessing,
            precision=self.precision,
        )
        self.classifier = ClassifierConfig(features, TrainingConfig.of_solution(self, data.seed)).train(data)
        self.index_ids = data.index.ids
        self.index = np.nan_to_num(self._probabilities(data.index), nan=-1.0)  # (n_index, n_landmarks)

    def rank(self, queries: ImageSet) -> Ranking:
        length = list_length(len(self.index_ids))
        positions = np.full((len(queries), length), -1, np.int32)
        probabilities = self._probabilities(queries)
        readable = ~np.isnan(probabilities).any(axis=1)
        best = np.where(readable, np.nan_to_num(probabilities).argmax(axis=1), -1)
        for landmark in np.unique(best[readable]):
            rows = best == landmark
            values = probabilities[rows, landmark]
            positions[rows] = flood_fill(self.index[:, landmark], values, length, step=self.step, order=self.order)
        return Ranking.from_positions(positions, queries.ids, self.index_ids)

    def _probabilities(self, images: ImageSet) -> np.ndarray:
        return np.asarray(softmax(self.classifier.logits(images), axis=1).round(12))
