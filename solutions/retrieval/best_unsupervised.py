"""Two networks at two sizes, whitening, index augmentation, query expansion and diffusion; without labels.

Our own, of parts of the winners of 2018: GeM and its regional sum, whitening by the square root of the standard
deviation, augmentation and expansion, diffusion over mutual neighbours. All numbers were chosen by cross-validation.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, Step, TrainingData, list_length
from solutions.descriptors.ensemble import UNSUPERVISED_VIEWS, describe_ensemble, with_precision
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.whitening.pca_whitening import learn_pca_whitening, whiten
from solutions.neighbours.exact import nearest, neighbour_graph
from solutions.reranking.affinity import normalised_affinity
from solutions.reranking.diffusion import diffuse
from solutions.reranking.index_augmentation import augment_index
from solutions.reranking.query_expansion import expand_queries

_CANDIDATES = 500  # images retrieved before diffusion


@dataclass
class BestUnsupervised(Retrieval):
    ablation_steps = (
        Step(
            "two networks, two sizes, GeM and its regional sum",
            {"dims": 0, "augmentation": 0, "mutual": 0, "expansion": 0},
        ),
        Step("+ whitening", {"augmentation": 0, "expansion": 0, "mutual": 0}),
        Step("+ augmentation of the index", {"expansion": 0, "mutual": 0}),
        Step("+ expansion of the query", {"mutual": 0}),
        Step("+ diffusion", {}),
    )

    dims: Annotated[int, Among(64, 128, 192, 256)] = 192  # of the whitened descriptor; 0: no whitening
    power: Annotated[float, Span(0, 0.5)] = 0.25  # of the variances that whitening divides by; 0.5 makes them equal
    augmentation: Annotated[int, Span(1, 20)] = 10  # index images averaged into each index image, itself included
    expansion: Annotated[int, Span(1, 20)] = 5  # index images averaged into each query
    mutual: Annotated[int, Span(5, 50)] = 10  # nearest neighbours in the mutual graph; 0: no diffusion
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def fit(self, data: TrainingData) -> None:
        self.index_ids = data.index.ids
        self.views = with_precision(UNSUPERVISED_VIEWS, self.precision)
        index = describe_ensemble(data.index, self.views)
        self.whitening = learn_pca_whitening(data.index, index, self.dims, power=self.power) if self.dims else None
        index = whiten(index, self.whitening)
        self.index = augment_index(index, self.augmentation) if self.augmentation else index
        self.graph = normalised_affinity(neighbour_graph(self.index, self.mutual)) if self.mutual else None

    def rank(self, queries: ImageSet) -> Ranking:
        rows = self.describe(queries)
        if self.expansion:
            rows = expand_queries(rows, self.index, self.expansion)
        neighbours = nearest(rows, self.index, list_length(len(self.index_ids), _CANDIDATES))
        length = list_length(len(self.index_ids), 100)
        if self.graph is not None:
            neighbours = diffuse(neighbours, self.graph, k=length)
        return Ranking.from_positions(neighbours.positions, queries.ids, self.index_ids)

    def describe(self, images: ImageSet) -> np.ndarray:
        return whiten(describe_ensemble(images, self.views), self.whitening)
