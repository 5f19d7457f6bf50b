"""Rank by how probably query and image show the same train landmark, and then by how alike they look.

Our own, with labels: a logistic regression on whitened descriptors of cuts by three networks, mixed with the nearest in
the index, gives each image its landmarks' probabilities, whose inner product is the probability that two images show
the same. What is of no train landmark is ranked by the whitened, augmented and expanded descriptors, which count a
little throughout. All numbers were chosen on folds of train images. Without labels of two landmarks it ranks by
descriptors alone.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, Step, TrainingData
from solutions.descriptors.whitening.whitened_ensemble import (
    CORNER_CROP_VIEWS,
    describe_whitened,
    learn_ensemble_whitening,
)
from solutions.neighbours.exact import nearest
from solutions.reranking.index_augmentation import augment_index
from solutions.reranking.query_expansion import expand_queries
from solutions.training.pseudo_labels import PseudoLabelConfig, train_with_pseudo_labels

_LISTED = 101  # one more than count: the query itself may be among them


@dataclass
class BestRetrieval(Retrieval):
    modules = ("keras",)
    ladder = (
        Step("whitened descriptors", {"labels": False, "augmentation": 0, "expansion": 0}),
        Step("+ augmentation and expansion", {"labels": False}),
        Step("+ landmarks' probabilities", {}),
    )

    labels: Annotated[bool, Among(True)] = True  # whether train labels are used
    likeness: Annotated[float, Span(0.02, 2, log=True)] = (
        0.2  # weight of the descriptors' cosine beside the probability
    )
    dims: Annotated[int, Among(64, 128, 192, 256)] = 192  # of the whitened descriptor
    augmentation: Annotated[int, Span(1, 20)] = 5  # images that are mixed into one of the index, itself among them
    expansion: Annotated[int, Span(1, 20)] = 5  # images that are mixed into a query
    weight_decay: Annotated[float, Span(1e-4, 1e-1, log=True)] = 5e-3  # keeps the regression's weights small

    def fit(self, data: TrainingData) -> None:
        self.index_ids = data.index.ids
        self.whitening = learn_ensemble_whitening((data.index,), CORNER_CROP_VIEWS, self.dims)
        rows = self._whitened(data.index)
        self.index = augment_index(rows, self.augmentation) if self.augmentation else rows
        taught = self.labels and len(np.unique(data.labels)) > 1
        lessons = PseudoLabelConfig(CORNER_CROP_VIEWS, weight_decay=self.weight_decay, rounds=0)
        self.classifier = train_with_pseudo_labels(data.train, data.labels, data.index, lessons) if taught else None
        self.joined = self._joined(data.index, self.index)

    def rank(self, queries: ImageSet) -> Ranking:
        rows = self._whitened(queries)
        if self.expansion:
            rows = expand_queries(rows, self.index, self.expansion)
        found = nearest(self._joined(queries, rows), self.joined, _LISTED)
        return Ranking.from_positions(found.positions, queries.ids, self.index_ids)

    def _whitened(self, images: ImageSet) -> np.ndarray:
        return describe_whitened(images, CORNER_CROP_VIEWS, self.whitening)

    def _joined(self, images: ImageSet, rows: np.ndarray) -> np.ndarray:
        """Return rows whose inner products are the sum of both."""
        if self.classifier is None:
            return rows
        probabilities = self.classifier.probabilities(images)[:, :-1].astype(np.float32)
        return np.hstack([probabilities, rows * np.float32(self.likeness**0.5)])
