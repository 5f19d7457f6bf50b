"""Rank index images by the cosine of your own vectors, with the usual steps on top: `embeddings('NAME')`.

The vectors are those that `landmark embeddings add NAME FILE --on DIR` stored. Every step is off by default: whitening
without or with labels (Jégou, Chum 2012; Mikolajczyk, Matas 2007), index augmentation and query expansion as in
first_place, then diffusion (Iscen et al. 2017) or k-reciprocal re-ranking (Zhong et al. 2017). Images without a vector
are never found, and queries without one get no answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness import Among, HarnessError, ImageSet, Ranking, Retrieval, Span, Step, TrainingData, list_length
from solutions.descriptors.whitening.pair_whitening import learn_pair_whitening
from solutions.descriptors.whitening.pca_whitening import Whitening, learn_pca_whitening, whiten
from solutions.neighbours.exact import neighbour_graph
from solutions.neighbours.neighbours import Neighbours
from solutions.neighbours.quantised_exact import QuantisedExact
from solutions.reranking.affinity import normalised_affinity
from solutions.reranking.diffusion import diffuse
from solutions.reranking.index_augmentation import augment_index
from solutions.reranking.k_reciprocal import k_reciprocal
from solutions.reranking.query_expansion import expand_queries

_LISTED = 101  # one more than are listed, because the query itself may be among them
_RERANKED = 500  # images retrieved before diffusion or re-ranking
_GRAPH = 50  # neighbours of each index image for re-ranking
_LEARN_FROM = 50_000  # images, at most, for the whitening


@dataclass
class Embeddings(Retrieval):
    chunk = 1024
    ablation_steps = (
        Step("cosine", {}),
        Step("+ whitening", {"dims": 192}),
        Step("+ augmentation of the index", {"dims": 192, "augmentation": 10}),
        Step("+ expansion of the query", {"dims": 192, "augmentation": 10, "expansion": 5}),
        Step("+ diffusion", {"dims": 192, "augmentation": 10, "expansion": 5, "mutual": 10}),
    )

    name: str  # of the vectors, as in: landmark embeddings add NAME FILE --on DIR
    dims: Annotated[int, Among(0, 64, 128, 192, 256, 512)] = 0  # of the whitened vector; 0: no whitening
    labels: bool = False  # learn the whitening from train images of one landmark, not from the index
    power: Annotated[float, Span(0, 0.5)] = 0.25  # of the variances that whitening without labels divides by
    augmentation: Annotated[int, Span(0, 20)] = 0  # index images averaged into each index image, itself included
    expansion: Annotated[int, Span(0, 20)] = 0  # index images averaged into each query
    alpha: Annotated[float, Span(0, 5)] = 3.0  # power of the cosine that weights these; 0: their average
    mutual: Annotated[int, Span(0, 50)] = 0  # nearest neighbours in the mutual graph of diffusion; 0: no diffusion
    reciprocal: Annotated[int, Among(0)] = 0  # nearest neighbours of k-reciprocal re-ranking, at most 49; 0: none

    def __post_init__(self) -> None:
        if self.mutual and self.reciprocal:
            raise HarnessError(f"mutual={self.mutual} and reciprocal={self.reciprocal} exclude each other; choose one")
        if min(self.dims, self.augmentation, self.expansion, self.mutual, self.reciprocal) < 0:
            raise HarnessError("dims, augmentation, expansion, mutual and reciprocal are whole numbers from 0")
        if not (0 <= self.power <= 1 and 0 <= self.alpha <= 100):
            raise HarnessError(f"power={self.power} must be from 0 to 1, and alpha={self.alpha} from 0 to 100")
        if self.reciprocal >= _GRAPH:
            raise HarnessError(f"reciprocal={self.reciprocal} is too many; choose at most {_GRAPH - 1}")

    def input_digests(self, data: TrainingData, queries: ImageSet) -> Sequence[str]:
        queries.embeddings(self.name)  # raises an error if there are none
        return (data.index.embeddings(self.name).digest,)

    def input_notes(self, data: TrainingData, queries: ImageSet) -> Sequence[str]:  # noqa: ARG002 (the index is enough)
        width = data.index.describe(data.index.embeddings(self.name)).shape[1]
        notes = {
            f"dims={self.dims} has the effect of dims={width}, because a vector has {width} numbers": self.dims > width,
            "labels=True has no effect without dims; set dims=192, for example": self.labels and not self.dims,
        }
        return [f"embeddings({self.name!r}): {note}" for note, applies in notes.items() if applies]

    def fit(self, data: TrainingData) -> None:
        self.vectors = data.index.embeddings(self.name)
        self.index_ids = data.index.ids
        index = data.index.describe(self.vectors)
        self.whitening = self._learn_whitening(data, index) if self.dims else None
        index = whiten(index, self.whitening)
        self.index = augment_index(index, self.augmentation) if self.augmentation else index
        self.affinity = normalised_affinity(neighbour_graph(self.index, self.mutual)) if self.mutual else None
        self.graph = neighbour_graph(self.index, max(1, min(_GRAPH, len(index) - 1))) if self.reciprocal else None
        self.candidates = list_length(len(index), _RERANKED if self.mutual or self.reciprocal else _LISTED)
        self.searcher = QuantisedExact().build(self.index)
        self.searcher.search(self.index[:1], self.candidates)  # quantises now, not in several threads later

    def rank(self, queries: ImageSet) -> Ranking:
        rows = self.describe(queries)
        if self.expansion:
            rows = expand_queries(rows, self.index, self.expansion, alpha=self.alpha, search=self._search)
        neighbours = self.searcher.search(rows, self.candidates)
        length = list_length(len(self.index_ids), 100)
        if self.affinity is not None:
            neighbours = diffuse(neighbours, self.affinity, k=length)
        if self.graph is not None:
            neighbours = k_reciprocal(neighbours, self.graph, near=self.reciprocal, k=length)
        return Ranking.from_positions(neighbours.positions, queries.ids, self.index_ids)

    def describe(self, images: ImageSet) -> np.ndarray:
        return whiten(images.describe(self.vectors), self.whitening)

    def _search(self, queries: np.ndarray, _: np.ndarray, k: int) -> Neighbours:
        return self.searcher.search(queries, k)

    def _learn_whitening(self, data: TrainingData, index: np.ndarray) -> Whitening:
        if self.labels:
            train = data.train.describe(data.train.embeddings(self.name))
            return learn_pair_whitening(data.train, data.labels, train, self.dims)
        step = -(-len(index) // _LEARN_FROM) or 1
        return learn_pca_whitening(data.index, index[::step], self.dims, power=self.power)
