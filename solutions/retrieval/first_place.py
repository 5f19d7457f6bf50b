"""Six poolings of two networks, whitening, index augmentation, query expansion and recursive expansion.

CVSSP & Visual Atoms, first place of the retrieval challenge of 2018: ResNeXt with REMAP, R-MAC, MAC and SPoC, ResNet
with MAC and REMAP, weighted by 2, 1.5, 1.5, 1.5, 1, 1. Two pretrained networks replace theirs, which were trained on
25 000 cleaned images of landmarks. REMAP and the recursive expansion are reconstructions from their principles.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, Step, TrainingData, list_length
from solutions.descriptors.ensemble import FIRST_PLACE_WEIGHTS, concatenate
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
from solutions.descriptors.remap import Remap, learn_remap
from solutions.descriptors.whitening.pca_whitening import learn_pca_whitening, whiten
from solutions.neighbours.exact import nearest, neighbour_graph
from solutions.reranking.index_augmentation import augment_index
from solutions.reranking.query_expansion import expand_queries
from solutions.reranking.recursive_expansion import merge_lists

PLAIN: dict[str, object] = {"dims": 0, "augmentation": 0, "expansion": 0, "recursion": 0}
SIX = ("first remap", "first rmac", "first mac", "first spoc", "second mac", "second remap")
_CANDIDATES, _GRAPH = 500, 50  # images retrieved before the recursion, and neighbours of each
_GAMMA = 3.0
MIDDLE_LAYERS = {"lite0": "block11_expand_relu", "lite1": "block15_expand_relu", "lite2": "block15_expand_relu"}
MAX_IMAGES = 1000  # of the index, to learn REMAP from without labels

PoolingChoice = Literal["all", "first remap", "first rmac", "first mac", "first spoc", "second mac", "second remap"]


@dataclass(frozen=True)
class FirstPlaceNetwork:
    """A network and its REMAP, of the last layer and, for EfficientNet-Lite, one in the middle."""

    views: MultiscaleExtractor
    remap: Remap

    @classmethod
    def fit(cls, backbone: str, side: int, precision: Precision, data: TrainingData) -> Self:
        """Return the network with REMAP learned from train images, or from the index if no two train images match."""
        middle = (MIDDLE_LAYERS[backbone],) if backbone in MIDDLE_LAYERS else ()
        poolings = "mac", "spoc", "rmac", "mac_tiles"
        views = MultiscaleExtractor(backbone, side, poolings, further=middle, precision=precision)
        counts = np.unique(data.labels, return_counts=True)[1]
        if len(counts) > 1 and counts.max() > 1:
            return cls(views, learn_remap(data.train, data.labels, _describe_tiles(data.train, views)))
        step = -(-len(data.index) // MAX_IMAGES) or 1
        sample = data.index[::step]
        return cls(views, learn_remap(sample, None, _describe_tiles(sample, views)))

    def __call__(self, images: ImageSet, pooling: str) -> np.ndarray:
        """Return the descriptors `(n, d)` of the pooling `remap`, `rmac`, `mac` or `spoc`."""
        if pooling == "remap":
            return self.remap(_describe_tiles(images, self.views))
        return images.describe(self.views, pooling)


@dataclass
class FirstPlace(Retrieval):
    ablation_steps = (
        Step("first network, REMAP", {"pooling": "first remap"} | PLAIN, 0.428),
        Step("first network, R-MAC", {"pooling": "first rmac"} | PLAIN, 0.347),
        Step("first network, MAC", {"pooling": "first mac"} | PLAIN, 0.329),
        Step("first network, SPoC", {"pooling": "first spoc"} | PLAIN, 0.317),
        Step("second network, REMAP", {"pooling": "second remap"} | PLAIN, 0.358),
        Step("second network, MAC", {"pooling": "second mac"} | PLAIN, 0.304),
        Step("all six, weighted", PLAIN),
        Step("+ whitening", {"augmentation": 0, "expansion": 0, "recursion": 0}, 0.472),
        Step("+ augmentation of the index", {"expansion": 0, "recursion": 0}),
        Step("+ expansion of the query", {"recursion": 0}),
        Step("+ recursion", {}, 0.627),
    )

    pooling: Annotated[PoolingChoice, Among("all")] = "all"  # all six concatenated, or one
    backbone: str = "lite2"  # replaces ResNeXt
    second: str = "lite0"  # replaces ResNet
    side: Annotated[int, Among(384, 512)] = 384  # pixels of the longer side
    dims: Annotated[int, Among(64, 128, 256, 512)] = 128  # of the whitened descriptor; 0: no whitening
    power: Annotated[float, Span(0, 0.5)] = 0.25  # of the variances that whitening divides by; 0.5 makes them equal
    augmentation: Annotated[int, Span(0, 20)] = 10  # index images averaged into each index image, itself included
    expansion: Annotated[int, Span(0, 20)] = 5  # index images averaged into each query
    recursion: Annotated[int, Span(0, 20)] = 10  # retrieved images whose neighbours are appended
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        backbones = {"first": self.backbone, "second": self.second}
        self.networks = {
            name: FirstPlaceNetwork.fit(each, self.side, self.precision, data) for name, each in backbones.items()
        }
        self.index_ids = data.index.ids
        index = self._concatenate(data.index)
        self.whitening = learn_pca_whitening(data.index, index, self.dims, power=self.power) if self.dims else None
        index = whiten(index, self.whitening)
        self.index = augment_index(index, self.augmentation) if self.augmentation else index
        self.graph = neighbour_graph(self.index, _GRAPH) if self.recursion else None

    def rank(self, queries: ImageSet) -> Ranking:
        rows = self.describe(queries)
        if self.expansion:
            rows = expand_queries(rows, self.index, self.expansion)
        neighbours = nearest(rows, self.index, list_length(len(self.index_ids), _CANDIDATES))
        length = list_length(len(self.index_ids), 100)
        if self.graph:
            neighbours = merge_lists(neighbours, self.graph, lists=self.recursion, gamma=_GAMMA, k=length)
        return Ranking.from_positions(neighbours.positions, queries.ids, self.index_ids)

    def describe(self, images: ImageSet) -> np.ndarray:
        return whiten(self._concatenate(images), self.whitening)

    def _concatenate(self, images: ImageSet) -> np.ndarray:
        """Return the chosen descriptors, or all six concatenated `(n, d)`."""
        names, weights = (SIX, FIRST_PLACE_WEIGHTS) if self.pooling == "all" else ((self.pooling,), None)
        return concatenate([self.networks[network](images, name) for network, name in map(str.split, names)], weights)


def _describe_tiles(images: ImageSet, views: MultiscaleExtractor) -> list[np.ndarray]:
    """Return the tiles `(n, 14, c)` of each layer."""
    names = ["mac_tiles"] + [f"mac_tiles_maps{number}" for number in range(1, len(views.further) + 1)]
    return [images.describe(views, name) for name in names]
