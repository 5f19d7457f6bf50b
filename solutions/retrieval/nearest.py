"""Rank index images by the cosine of a pooled descriptor of a network."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, TrainingData, list_length
from solutions.descriptors.extractors.framing import Frame
from solutions.descriptors.extractors.square import DEFAULTS, SquareExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.pooling.registry import find_row_pooling
from solutions.neighbours.exact import nearest


@dataclass
class Nearest(Retrieval):
    descriptor: Annotated[str, Among("mac", "spoc", "gem")] = "gem"  # or any other pooling with one row, cls or vector
    backbone: str = "lite0"  # a network by its name, file or function, see docs/models.md
    weights: str | None = "imagenet"  # or a file, or None for random ones
    side: Annotated[int | None, Among(None, 320)] = None  # pixels of the network's square; None: its own, or 224
    frame: Frame | None = None  # the middle of the photograph, or all of it squashed; None: the network's own, or crop
    preprocessing: str | None = None  # of pixels, such as 'imagenet', see docs/models.md; None: the network's own
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def __post_init__(self) -> None:
        find_row_pooling(self.descriptor)

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        poolings = DEFAULTS if self.descriptor in DEFAULTS else (self.descriptor,)
        self.features = SquareExtractor(
            self.backbone,
            self.side,
            poolings,
            self.weights,
            frame=self.frame,
            preprocessing=self.preprocessing,
            precision=self.precision,
        )
        self.index_ids = data.index.ids
        self.index = self.describe(data.index)  # (n_index, c)

    def rank(self, queries: ImageSet) -> Ranking:
        neighbours = nearest(self.describe(queries), self.index, list_length(len(self.index_ids)))
        return Ranking.from_positions(neighbours.positions, queries.ids, self.index_ids)

    def describe(self, images: ImageSet) -> np.ndarray:
        return l2_normalise(images.describe(self.features, self.descriptor))
