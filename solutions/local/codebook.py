"""A codebook of visual words: k-means by faiss computes the centroids, exact search assigns descriptors to them.

Source: Sivic, Zisserman, Video Google, 2003; the settings are those of Tolias, Jenicek, Chum, Learning and aggregating
deep local descriptors for instance-level recognition, 2020: 65 536 words, 10 rounds, Euclidean distances.
"""

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
_MIN_SAMPLES, _MAX_SAMPLES = 8, 64  # training descriptors for each word
_KEY = 8  # strongest descriptors of an image, which seed its place in the sample


@dataclass(frozen=True, eq=False)
class Codebook:
    """Visual words: `centroids` `(n_words, d)` float32, n_words from 0."""

    centroids: np.ndarray

    def __len__(self) -> int:
        return len(self.centroids)

    def words(self, vectors: np.ndarray, k: int = 1) -> np.ndarray:
        """Return the k nearest words of vectors `(n, d)`, nearest first: `(n, k)` int32, -1 if there are fewer.

        Of equally near words the lowest comes first. A vector with NaN has no word. The result is the same for any
        batch and number of cores.

        >>> Codebook(np.array([[0, 0], [10, 10]], np.float32)).words(np.array([[9.0, 8]]), 3).tolist()
        [[1, 0, -1]]
        """
        return self._searcher.search(_append_column(vectors, 1), k).positions

    @cached_property
    def _searcher(self) -> QuantisedExact:
        """A searcher of the centroids, extended by a number so that the largest inner product is the least distance."""
        halves = -0.5 * (self.centroids.astype(np.float64) ** 2).sum(axis=1, keepdims=True)
        return QuantisedExact().build(_append_column(self.centroids, halves))


def codebook_for(images: ImageSet, extractor: LocalExtractor, n_words: int = WORDS, seed: int = 0) -> Codebook:
    """Return the codebook of the local descriptors of some images, from the store if it is there.

    There are at most as many words as eighths of the descriptors. At most 64 descriptors a word are used for training:
    all of a random sample of images, which depends neither on their order nor on their ids. Images without descriptors
    give a codebook without words.
    """
    return Codebook(fitted(fit_codebook, images, extractor, n_words, seed, libraries=("faiss-cpu",))["centroids"])


def fit_codebook(images: ImageSet, extractor: LocalExtractor, n_words: int, seed: int) -> Mapping[str, np.ndarray]:
    """Train a codebook; return `centroids`."""
    descriptors = images.describe_ragged(extractor, "descriptors")
    strongest = np.array([descriptors[image][:_KEY].tobytes().hex() for image in range(len(images))], object)
    sample = np.argsort(draw_all(seed, "codebook", strongest), kind="stable")
    vectors = extractor.vectors(_rows_of(descriptors, sample, _MAX_SAMPLES * n_words))
    return {"centroids": kmeans_centroids(vectors, n_words, seed)}


def kmeans_centroids(vectors: np.ndarray, n_words: int, seed: int) -> np.ndarray:
    """Return at most `n_words` centroids of vectors `(n, d)` by k-means, float32; vectors with NaN are ignored."""
    faiss = import_faiss()
    vectors = np.ascontiguousarray(vectors[np.isfinite(vectors).all(axis=1)], np.float32)
    count = min(n_words, -(-len(vectors) // _MIN_SAMPLES))
    if not count:
        return np.zeros((0, vectors.shape[1]), np.float32)
    bounds = {"min_points_per_centroid": 1, "max_points_per_centroid": len(vectors)}
    kmeans = faiss.Kmeans(vectors.shape[1], count, niter=_ROUNDS, seed=seed, **bounds)
    kmeans.train(vectors)
    return np.asarray(kmeans.centroids, np.float32).reshape(count, -1)


def _rows_of(descriptors: Ragged, order: np.ndarray, most: int) -> np.ndarray:
    """Return the rows of the first images in this order that have at most `most` rows in total, or of one image."""
    ends = np.cumsum((descriptors.ends - descriptors.starts)[order])
    some = order[: max(1, int(np.searchsorted(ends, most, side="right")))]
    return np.concatenate([descriptors.rows[:0], *(descriptors[image] for image in some)])


def _append_column(rows: np.ndarray, last: np.ndarray | float) -> np.ndarray:
    """Return rows `(n, d)` with a last column added, float32."""
    extended = np.empty((len(rows), rows.shape[1] + 1), np.float32)
    extended[:, :-1], extended[:, -1:] = rows, last
    return extended
