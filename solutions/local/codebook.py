"""Visual words: what descriptors are near to. k-means by faiss finds them; exact search, bytes first, assigns them.

Source: Sivic, Zisserman, Video Google, 2003; the settings are those of Tolias, Jenicek, Chum, Learning and aggregating
deep local descriptors for instance-level recognition, 2020: 65 536 words, 10 rounds, Euclidean distances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness import ImageSet, Ragged, fitted
from solutions.kernels.faiss import import_faiss
from solutions.kernels.keyed_random import draw_all
from solutions.local.extractor import LocalExtractor
from solutions.neighbours.quantised_exact import QuantisedExact

WORDS = 65_536
_ROUNDS = 10
_FEWEST, _MOST = 8, 64  # descriptors to a word: with fewer there are not so many words, and more are not learnt from
_KEY = 8  # descriptors by which an image is drawn


@dataclass(frozen=True, eq=False)
class Codebook:
    """Visual words: `centroids` `(n_words, d)` float32. There may be none."""

    centroids: np.ndarray

    def __len__(self) -> int:
        return len(self.centroids)

    def words(self, vectors: np.ndarray, k: int = 1) -> np.ndarray:
        """Return the k nearest words of vectors `(n, d)`, nearest first: `(n, k)` int32, -1 where there are fewer.

        Of equally near ones the lowest comes first. A vector with NaN has no word. The answer is the same for any
        batch and any number of cores.

        >>> Codebook(np.array([[0, 0], [10, 10]], np.float32)).words(np.array([[9.0, 8]]), 3).tolist()
        [[1, 0, -1]]
        """
        return self._searcher.search(_lifted(vectors, 1), k).positions

    @cached_property
    def _searcher(self) -> QuantisedExact:
        """The centroids, with one more number so that the largest inner product is the smallest distance."""
        halves = -0.5 * (self.centroids.astype(np.float64) ** 2).sum(axis=1, keepdims=True)
        return QuantisedExact().build(_lifted(self.centroids, halves))


def codebook_for(images: ImageSet, extractor: LocalExtractor, n_words: int = WORDS, seed: int = 0) -> Codebook:
    """Return the words of the local descriptors of some images, from the store or learnt now.

    There are fewer words than asked for where there are not eight descriptors to each; at most 64 to each are learnt
    from, all those of images drawn by their strongest ones, so neither their order nor their ids decide anything. Where
    no image has any there is no word.
    """
    return Codebook(fitted(fit_codebook, images, extractor, n_words, seed, libraries=("faiss-cpu",))["centroids"])


def fit_codebook(images: ImageSet, extractor: LocalExtractor, n_words: int, seed: int) -> Mapping[str, np.ndarray]:
    """Return `centroids`."""
    descriptors = images.describe_ragged(extractor, "descriptors")
    strongest = np.array([descriptors[image][:_KEY].tobytes().hex() for image in range(len(images))], object)
    drawn = np.argsort(draw_all(seed, "codebook", strongest), kind="stable")
    vectors = extractor.vectors(_rows_of(descriptors, drawn, _MOST * n_words))
    return {"centroids": kmeans_centroids(vectors, n_words, seed)}


def kmeans_centroids(vectors: np.ndarray, n_words: int, seed: int) -> np.ndarray:
    """Return the words of vectors `(n, d)`: `(at most n_words, d)` float32; vectors with NaN are left out."""
    faiss = import_faiss()
    vectors = np.ascontiguousarray(vectors[np.isfinite(vectors).all(axis=1)], np.float32)
    count = min(n_words, -(-len(vectors) // _FEWEST))
    if not count:
        return np.zeros((0, vectors.shape[1]), np.float32)
    bounds = {"min_points_per_centroid": 1, "max_points_per_centroid": len(vectors)}
    kmeans = faiss.Kmeans(vectors.shape[1], count, niter=_ROUNDS, seed=seed, **bounds)
    kmeans.train(vectors)
    return np.asarray(kmeans.centroids, np.float32).reshape(count, -1)


def _rows_of(descriptors: Ragged, order: np.ndarray, most: int) -> np.ndarray:
    """Return the rows of images in this order, as many images as give at most so many rows, or one."""
    ends = np.cumsum((descriptors.ends - descriptors.starts)[order])
    some = order[: max(1, int(np.searchsorted(ends, most, side="right")))]
    return np.concatenate([descriptors.rows[:0], *(descriptors[image] for image in some)])


def _lifted(rows: np.ndarray, last: np.ndarray | float) -> np.ndarray:
    """Return rows `(n, d)` with one more number each, float32."""
    lifted = np.empty((len(rows), rows.shape[1] + 1), np.float32)
    lifted[:, :-1], lifted[:, -1:] = rows, last
    return lifted
