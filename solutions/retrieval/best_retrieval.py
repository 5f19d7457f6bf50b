"""Rank by the probability that query and image show the same train landmark, plus the similarity of descriptors.

Our own, with labels: a logistic regression on whitened descriptors of crops by three networks, averaged with the
nearest in the index, gives the landmark probabilities of each image. Their inner product is the probability that two
images show the same landmark. The cosine of whitened, augmented and expanded descriptors is added with a small weight;
it ranks images of no train landmark. All numbers were chosen by cross-validation. Without labels of two landmarks it
ranks by descriptors only.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, Step, TrainingData, list_length
from solutions.descriptors.ensemble import with_precision
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.whitening.whitened_ensemble import (
    CORNER_CROP_VIEWS,
    describe_whitened,
    learn_ensemble_whitening,
)
from solutions.neighbours.exact import nearest
from solutions.reranking.index_augmentation import augment_index
from solutions.reranking.query_expansion import expand_queries
from solutions.training.pseudo_labels import PseudoLabelConfig, train_with_pseudo_labels


@dataclass
class BestRetrieval(Retrieval):
    ablation_steps = (
        Step("whitened descriptors", {"labels": False, "augmentation": 0, "expansion": 0}),
        Step("+ augmentation and expansion", {"labels": False}),
        Step("+ probabilities of landmarks", {}),
    )

    labels: Annotated[bool, Among(True)] = True  # use train labels
    likeness: Annotated[float, Span(0.02, 2, log=True)] = 0.2  # weight of the cosine of descriptors
    dims: Annotated[int, Among(64, 128, 192, 256)] = 192  # of the whitened descriptor
    augmentation: Annotated[int, Span(1, 20)] = 5  # index images averaged into each index image, itself included
    expansion: Annotated[int, Span(1, 20)] = 5  # index images averaged into each query
    weight_decay: Annotated[float, Span(1e-4, 1e-1, log=True)] = 5e-3  # L2 penalty of the regression's weights
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def fit(self, data: TrainingData) -> None:
        self.index_ids = data.index.ids
        self.views = with_precision(CORNER_CROP_VIEWS, self.precision)
        self.whitening = learn_ensemble_whitening((data.index,), self.views, self.dims)
        rows = self._describe(data.index)
        self.index = augment_index(rows, self.augmentation) if self.augmentation else rows
        self.classifier = None
        if self.labels and len(np.unique(data.labels)) > 1:
            config = PseudoLabelConfig(self.views, weight_decay=self.weight_decay, rounds=0)
            self.classifier = train_with_pseudo_labels(data.train, data.labels, data.index, config)
        self.joined = self._join(data.index, self.index)

    def rank(self, queries: ImageSet) -> Ranking:
        rows = self._describe(queries)
        if self.expansion:
            rows = expand_queries(rows, self.index, self.expansion)
        neighbours = nearest(self._join(queries, rows), self.joined, list_length(len(self.index_ids)))
        return Ranking.from_positions(neighbours.positions, queries.ids, self.index_ids)

    def _describe(self, images: ImageSet) -> np.ndarray:
        return describe_whitened(images, self.views, self.whitening)

    def _join(self, images: ImageSet, rows: np.ndarray) -> np.ndarray:
        """Return rows `(n, d)` whose inner product is the sum of the probability and the weighted cosine."""
        if self.classifier is None:
            return rows
        probabilities = self.classifier.probabilities(images)[:, :-1].astype(np.float32)
        return np.hstack([probabilities, rows * np.float32(self.likeness**0.5)])
