"""Rank index images by the cosine of one pooled descriptor of a network."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, TrainingData
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.normalisation import l2_normalise
from solutions.neighbours.exact import nearest

_LISTED = 101  # one more than count: the query itself may be among them


@dataclass
class Nearest(Retrieval):
    modules = ("keras",)

    descriptor: Literal["mac", "spoc", "gem"] = "gem"  # how feature maps are pooled
    backbone: str = "lite0"  # lite0, lite1, lite2, one of keras.applications, or a .keras file
    weights: str | None = "imagenet"  # or a file, or None for drawn ones
    side: Annotated[int, Among(224, 320)] = 224  # pixels of the square that the network is given
    frame: Literal["crop", "squash"] = "crop"  # the middle of the photograph, or all of it

    def fit(self, data: TrainingData) -> None:
        self.features = SquareExtractor(self.backbone, self.side, weights=self.weights, frame=self.frame)
        self.index_ids = data.index.ids
        self.index = self._descriptors(data.index)  # (n_index, c)

    def rank(self, queries: ImageSet) -> Ranking:
        found = nearest(self._descriptors(queries), self.index, _LISTED)
        return Ranking.from_positions(found.positions, queries.ids, self.index_ids)

    def _descriptors(self, images: ImageSet) -> np.ndarray:
        return l2_normalise(images.describe(self.features, self.descriptor))
