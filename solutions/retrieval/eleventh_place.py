"""R-MAC, index augmentation over a neighbour graph by NN-descent, ranked by cosine.

The eleventh place of the retrieval challenge of 2018 as the slides describe it: R-MAC with 2048 dimensions, cosine, the
graph by kgraph; we know of no write-up. A pretrained network replaces theirs; whitening, which R-MAC needs, and the
number of neighbours are ours.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, Step, TrainingData, list_length
from solutions.descriptors.ensemble import describe_ensemble, with_precision
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
from solutions.descriptors.whitening.pca_whitening import learn_pca_whitening, whiten
from solutions.neighbours.exact import nearest
from solutions.neighbours.nn_descent import NNDescent
from solutions.reranking.index_augmentation import FALL
from solutions.reranking.mixing import mix


@dataclass
class EleventhPlace(Retrieval):
    ablation_steps = (
        Step("R-MAC", {"dims": 0, "augmentation": 0}),
        Step("+ whitening", {"augmentation": 0}),
        Step("+ augmentation of the index", {}),
    )

    backbone: str = "lite0"  # a network by its name, file or function, see docs/models.md
    side: Annotated[int, Among(384, 512)] = 384  # pixels of the longer side
    dims: Annotated[int, Among(64, 128, 192, 256, 512)] = 192  # of the whitened descriptor; 0: no whitening
    power: Annotated[float, Span(0, 0.5)] = 0.25  # of the variances that whitening divides by; 0.5 makes them equal
    augmentation: Annotated[int, Span(0, 20)] = 10  # index images averaged into each index image, itself included
    preprocessing: str | None = None  # of pixels, such as 'imagenet', see docs/models.md; None: the network's own
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        views = MultiscaleExtractor(self.backbone, self.side, ("rmac",), preprocessing=self.preprocessing)
        self.views = with_precision((views,), self.precision)
        self.index_ids = data.index.ids
        index = describe_ensemble(data.index, self.views)
        self.whitening = learn_pca_whitening(data.index, index, self.dims, power=self.power) if self.dims else None
        index = whiten(index, self.whitening)
        if self.augmentation > 1:
            graph = NNDescent(seed=data.seed).graph(index, self.augmentation - 1)
            index = mix(index, index, graph, 10 ** (-FALL * np.arange(1, self.augmentation)))
        self.index = index

    def rank(self, queries: ImageSet) -> Ranking:
        neighbours = nearest(self.describe(queries), self.index, list_length(len(self.index_ids)))
        return Ranking.from_positions(neighbours.positions, queries.ids, self.index_ids)

    def describe(self, images: ImageSet) -> np.ndarray:
        return whiten(describe_ensemble(images, self.views), self.whitening)
