"""Image search by ASMK: local descriptors, their aggregation, and an inverted file cached in the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from harness import ImageSet, Ragged, fitted
from solutions.local.aggregation import Aggregates, aggregate
from solutions.local.asmk import Asmk, AsmkMatcher
from solutions.local.codebook import Codebook
from solutions.local.extractor import LocalExtractor
from solutions.local.inverted_file import InvertedFile
from solutions.neighbours.neighbours import Neighbours, empty_neighbours

_ROWS = 2**15  # descriptors aggregated at once: 100 MB with five words each


@dataclass(frozen=True, eq=False)
class AsmkSearcher:
    """Finds images by ASMK with an extractor, a codebook and an inverted file."""

    extractor: LocalExtractor
    codebook: Codebook
    matcher: AsmkMatcher

    @classmethod
    def build(cls, images: ImageSet, extractor: LocalExtractor, codebook: Codebook, asmk: Asmk) -> AsmkSearcher:
        """Return a searcher of the images; the inverted file is loaded from the store or built."""
        parts = fitted(fit_inverted_file, images, extractor, codebook.centroids, asmk.binary)
        return cls(extractor, codebook, AsmkMatcher(InvertedFile(**parts.arrays), asmk, codebook.centroids.shape[1]))

    def search(self, queries: ImageSet, k: int) -> Neighbours:
        """Return the k images most similar to each query; see `Matcher.nearest`."""
        results, asmk = empty_neighbours(len(queries), k), self.matcher.asmk
        descriptors = queries.describe_ragged(self.extractor, "descriptors")
        for some, aggregates in _chunks(descriptors, self.extractor, self.codebook, asmk.binary, asmk.assignments):
            best = self.matcher.nearest(aggregates, some, k)
            rows = slice(some.start, some.stop)
            results.positions[rows], results.similarities[rows] = best.positions, best.similarities
        return results


def fit_inverted_file(
    images: ImageSet, extractor: LocalExtractor, centroids: np.ndarray, binary: bool
) -> Mapping[str, np.ndarray]:
    """Return the arrays of the inverted file; each descriptor has one word."""
    descriptors = images.describe_ragged(extractor, "descriptors")
    chunks = _chunks(descriptors, extractor, Codebook(centroids), binary, assignments=1)
    return vars(InvertedFile.from_chunks((each for _, each in chunks), len(centroids), len(images), images.store))


def _chunks(
    descriptors: Ragged, extractor: LocalExtractor, codebook: Codebook, binary: bool, assignments: int
) -> Iterator[tuple[range, Aggregates]]:
    """Yield ranges of images, of one image or at most `_ROWS` descriptors, and their aggregates."""
    counts = descriptors.ends - descriptors.starts
    for some in _batches(counts, _ROWS):
        vectors = extractor.vectors(np.concatenate([descriptors[image] for image in some]))
        owners = np.repeat(np.arange(some.start, some.stop), counts[some.start : some.stop])
        yield some, aggregate(vectors, owners, codebook, binary=binary, assignments=assignments)


def _batches(counts: np.ndarray, most: int) -> Iterator[range]:
    """Yield ranges of images with at most `most` rows in total, or of one image.

    >>> list(_batches(np.array([2, 3, 9, 1]), 5))
    [range(0, 2), range(2, 3), range(3, 4)]
    """
    ends, start = np.cumsum(counts), 0
    while start < len(counts):
        before = ends[start] - counts[start]
        stop = max(start + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield range(start, stop)
        start = stop
