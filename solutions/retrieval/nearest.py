"""Rank index images by the cosine of a pooled descriptor of a network."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, TrainingData
from solutions.descriptors.extractors.square import DEFAULTS, SquareExtractor
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.pooling.registry import find_row_pooling
from solutions.neighbours.exact import nearest

_CANDIDATES = 101  # one more than are listed, because the query itself may be among them


@dataclass
class Nearest(Retrieval):
    descriptor: Annotated[str, Among("mac", "spoc", "gem")] = "gem"  # or any other pooling with one row
    backbone: str = "lite0"  # lite0, lite1, lite2, one of keras.applications, or a .keras file
    weights: str | None = "imagenet"  # or a file, or None for random ones
    side: Annotated[int, Among(224, 320)] = 224  # pixels of the square that the network is given
    frame: Literal["crop", "squash"] = "crop"  # the middle of the photograph, or all of it squashed

    def __post_init__(self) -> None:
        find_row_pooling(self.descriptor)

    def fit(self, data: TrainingData) -> None:
        poolings = DEFAULTS if self.descriptor in DEFAULTS else (self.descriptor,)
        self.features = SquareExtractor(self.backbone, self.side, poolings, self.weights, frame=self.frame)
        self.index_ids = data.index.ids
        self.index = self.describe(data.index)  # (n_index, c)

    def rank(self, queries: ImageSet) -> Ranking:
        neighbours = nearest(self.describe(queries), self.index, _CANDIDATES)
        return Ranking.from_positions(neighbours.positions, queries.ids, self.index_ids)

    def describe(self, images: ImageSet) -> np.ndarray:
        return l2_normalise(images.describe(self.features, self.descriptor))
