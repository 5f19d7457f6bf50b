"""Rank index images by the probability of the query's likeliest landmark, within a flood around the query's own.

K. E. Odoh's own retrieval of 2018: a softmax over the landmarks of the train images describes index and queries; of
the column of the query's landmark the interval around the query's probability is widened until it holds 100 images.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from harness import ImageSet, Ranking, Retrieval, TrainingData
from solutions.descriptors.features import Features, Frame
from solutions.training.flood import STEP, Order, flooded
from solutions.training.head import trained_head

_LISTED = 101  # one more than count: the query itself may be among them


@dataclass
class TransferClustering(Retrieval):
    modules = ("keras",)

    order: Order = "probability"  # in the flood: by probability, by nearness to the query's, or as the deck prints it
    step: float = STEP  # by which the interval is widened on either side
    backbone: str = "lite0"  # lite0, lite1, lite2, one of keras.applications, or a .keras file
    weights: str | None = "imagenet"  # or a file, or None for drawn ones
    side: int = 320  # pixels of the square that the network is given; by folds better than the 224 it learnt from
    frame: Frame = "crop"  # the middle of the photograph, or all of it
    weight_decay: float = 1e-6  # keeps the weights small; little makes the probabilities sharp, which ranks best
    balance: float = 0.0  # 0 counts images, 1 counts landmarks

    def fit(self, data: TrainingData) -> None:
        features = Features(self.backbone, self.side, weights=self.weights, frame=self.frame)
        self.head = trained_head(data.train, data.labels, features, self.weight_decay, self.balance)
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
            found[rows] = flooded(self.index[:, landmark], values, _LISTED, step=self.step, order=self.order)
        return Ranking.from_positions(found, queries.ids, self.index_ids)

    def _probabilities(self, images: ImageSet) -> np.ndarray:
        return np.asarray(softmax(self.head.logits(images), axis=1).round(12))
