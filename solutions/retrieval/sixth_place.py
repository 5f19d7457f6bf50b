"""GeM and R-MAC at three scales, whitening with shrinkage, and diffusion over a graph of mutual neighbours.

VRG Prague, sixth place of the retrieval challenge of 2018: ResNet-101 trained by a contrastive loss, whitening learned
from the index, diffusion from 5 images over 50 mutual neighbours. A pretrained network replaces theirs; the amount of
shrinkage is ours.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, Step, TrainingData, list_length
from solutions.descriptors.ensemble import describe_ensemble, with_precision
from solutions.descriptors.extractors.multiscale import THREE_SCALES, MultiscaleExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
from solutions.descriptors.whitening.pca_whitening import learn_pca_whitening, whiten
from solutions.neighbours.exact import nearest, neighbour_graph
from solutions.reranking.affinity import normalised_affinity
from solutions.reranking.diffusion import diffuse

_CANDIDATES = 200


@dataclass
class SixthPlace(Retrieval):
    ablation_steps = (
        Step("GeM and R-MAC, three scales", {"dims": 0, "mutual": 0}),
        Step("+ whitening", {"mutual": 0}),
        Step("+ diffusion", {}, 0.591),
    )

    backbone: str = "lite0"  # replaces ResNet-101
    side: Annotated[int, Among(384, 512)] = 384  # pixels of the longer side at scale 1; theirs 1024
    dims: Annotated[int, Among(128, 256, 512)] = 256  # of the whitened descriptor; 0: no whitening; theirs had 2048
    shrinkage: Annotated[float, Span(0, 1)] = 0.1  # moves the variances towards their mean
    power: Annotated[float, Span(0, 0.5)] = 0.25  # of the variances that whitening divides by; 0.5 makes them equal
    mutual: Annotated[int, Span(5, 100)] = 50  # nearest neighbours in the mutual graph; 0: no diffusion
    seeds: Annotated[int, Span(1, 20)] = 5  # retrieved images that diffusion starts from
    preprocessing: str | None = None  # of pixels, such as 'imagenet', see docs/models.md; None: the network's own
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        views = MultiscaleExtractor(
            self.backbone, self.side, ("gem", "rmac"), THREE_SCALES, preprocessing=self.preprocessing
        )
        self.views = with_precision((views,), self.precision)
        self.index_ids = data.index.ids
        index = describe_ensemble(data.index, self.views)
        args = self.dims, self.shrinkage, self.power
        self.whitening = learn_pca_whitening(data.index, index, *args) if self.dims else None
        self.index = whiten(index, self.whitening)
        self.graph = normalised_affinity(neighbour_graph(self.index, self.mutual)) if self.mutual else None

    def rank(self, queries: ImageSet) -> Ranking:
        neighbours = nearest(self.describe(queries), self.index, list_length(len(self.index_ids), _CANDIDATES))
        length = list_length(len(self.index_ids), 100)
        if self.graph is not None:
            neighbours = diffuse(neighbours, self.graph, n_start=self.seeds, k=length)
        return Ranking.from_positions(neighbours.positions, queries.ids, self.index_ids)

    def describe(self, images: ImageSet) -> np.ndarray:
        return whiten(describe_ensemble(images, self.views), self.whitening)
