"""Rank index images by diffusion from the query over a graph of mutual nearest neighbours.

Iscen, Tolias, Avrithis, Furon, Chum, Efficient diffusion on region manifolds, CVPR 2017, on global descriptors. The
linear system is solved for each query, or beforehand for each index image (Yang et al., AAAI 2019), or by the leading
eigenvectors of the graph (Iscen et al., CVPR 2018).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, TrainingData, list_length
from solutions.descriptors.ensemble import describe_ensemble, with_precision
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
from solutions.descriptors.whitening.pca_whitening import learn_pca_whitening
from solutions.neighbours.exact import nearest, neighbour_graph
from solutions.reranking.affinity import normalised_affinity
from solutions.reranking.diffusion import ALPHA, diffuse
from solutions.reranking.offline_diffusion import diffuse_offline, diffusion_columns
from solutions.reranking.spectral_diffusion import diffuse_spectrally, spectrum

_CANDIDATES = 200


@dataclass
class Diffusion(Retrieval):
    how: Literal["online", "offline", "spectral"] = "online"  # how the linear system is solved
    backbone: str = "lite0"  # a network by its name, file or function, see docs/models.md
    side: Annotated[int, Among(384, 512)] = 384  # pixels of the longer side
    dims: Annotated[int, Among(64, 128, 192, 256)] = 192  # of the whitened descriptor
    neighbours: Annotated[int, Span(5, 100)] = 50  # nearest neighbours in the mutual graph
    seeds: Annotated[int, Span(1, 20)] = 10  # retrieved images that diffusion starts from
    alpha: Annotated[float, Span(0.3, 0.99)] = ALPHA  # range; .99 in the paper, less is better here
    room: int = 200  # images in each truncated solution (how='offline')
    eigenvectors: int = 200  # of each component of the graph (how='spectral')
    preprocessing: str | None = None  # of pixels, such as 'imagenet', see docs/models.md; None: the network's own
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        views = MultiscaleExtractor(self.backbone, self.side, ("gem_2", "rgem"), preprocessing=self.preprocessing)
        self.views = with_precision((views,), self.precision)
        self.index_ids = data.index.ids
        index = describe_ensemble(data.index, self.views)
        self.whitening = learn_pca_whitening(data.index, index, self.dims)
        self.index = self.whitening(index)
        self.graph = normalised_affinity(neighbour_graph(self.index, self.neighbours))
        if self.how == "offline":
            surroundings = neighbour_graph(self.index, self.room).positions
            self.columns = diffusion_columns(self.graph, surroundings, alpha=self.alpha)
        if self.how == "spectral":
            self.spectrum = spectrum(self.graph, self.eigenvectors)

    def rank(self, queries: ImageSet) -> Ranking:
        neighbours = nearest(self.describe(queries), self.index, list_length(len(self.index_ids), _CANDIDATES))
        length = list_length(len(self.index_ids), 100)
        if self.how == "online":
            neighbours = diffuse(neighbours, self.graph, n_start=self.seeds, alpha=self.alpha, k=length)
        elif self.how == "offline":
            neighbours = diffuse_offline(neighbours, self.columns, n_start=self.seeds, k=length)
        else:
            neighbours = diffuse_spectrally(neighbours, self.spectrum, n_start=self.seeds, alpha=self.alpha, k=length)
        return Ranking.from_positions(neighbours.positions, queries.ids, self.index_ids)

    def describe(self, images: ImageSet) -> np.ndarray:
        return self.whitening(describe_ensemble(images, self.views))
