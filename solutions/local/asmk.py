"""Selective matching of aggregated local descriptors: ASMK, and ASMK* on their signs.

Sources: Tolias, Avrithis, Jégou, Image search with selective match kernels, 2016; Tolias, Jenicek, Chum, Learning and
aggregating deep local descriptors for instance-level recognition, 2020, whose implementation is the package asmk.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness import HarnessError, cores
from solutions.kernels.arrays import as_kernel_array, check_k
from solutions.local.aggregation import Aggregates
from solutions.local.inverted_file import InvertedFile
from solutions.local.match_kernels import Postings, QueryWords, WordWeights, match_signs, match_vectors, sum_weights
from solutions.neighbours.neighbours import Neighbours, empty_neighbours


@dataclass(frozen=True)
class Asmk:
    """The similarity of two images: the sum over common words of similarity**alpha, if that reaches the threshold.

    The similarity of two codes is their inner product, or 1 - 2 * differing / d for signs, in [-1, 1]. A word has the
    weight 1, or with `idf` (ln(N / n))², where n of the N images have it; a word of no image has weight 1. The sum is
    divided by the roots of the total weights of both images, so it is in [0, 1].

    Raises HarnessError for parameters out of range.
    """

    binary: bool = True  # ASMK*
    alpha: float = 3.0
    threshold: float = 0.0
    idf: bool = False
    assignments: int = 5  # words of each descriptor of a query; those of the index have one

    def __post_init__(self) -> None:
        if not (0 < self.alpha < np.inf and 0 <= self.threshold < 1 and self.assignments >= 1):
            raise HarnessError(
                f"alpha {self.alpha}, threshold {self.threshold}, assignments {self.assignments}: give an alpha above "
                "0, a threshold from 0 to below 1, and 1 assignment or more"
            )

    def gains(self, d: int) -> np.ndarray:
        """Return the gain of codes of d signs that differ in 0, 1, … d places `(d + 1,)`.

        >>> Asmk().gains(4).tolist()
        [1.0, 0.125, 0.0, 0.0, 0.0]
        """
        similarity = 1 - 2 * np.arange(d + 1) / d
        return np.asarray(np.where(similarity >= self.threshold, np.maximum(similarity, 0) ** self.alpha, 0))

    def weights(self, counts: np.ndarray, n_images: int) -> np.ndarray:
        """Return the weights of words `(n_words,)`; `counts` is the number of images with each."""
        if not self.idf:
            return np.ones(len(counts))
        return np.asarray(np.where(counts > 0, np.log(n_images / np.maximum(counts, 1)) ** 2, 1.0))


@dataclass(frozen=True, eq=False)
class AsmkMatcher:
    """Finds the images most similar to queries in an inverted file; `d` is the dimension of the descriptors."""

    file: InvertedFile
    asmk: Asmk
    d: int

    def nearest(self, queries: Aggregates, numbers: range, k: int) -> Neighbours:
        """Return the k images most similar to each query; images with a similarity of 0 are not found.

        `numbers` is the range of the queries' image numbers in `queries`; a query without words finds nothing. Sums are
        float64 in the order of the words, so the result is bit-identical for any batch and number of cores.
        """
        check_k(k)
        results = empty_neighbours(len(numbers), k)
        if not len(self.file.images):
            return results
        starts = np.searchsorted(queries.images, np.arange(numbers.start, numbers.stop + 1))
        words, codes = as_kernel_array(queries.words, np.int32), as_kernel_array(queries.codes, self.file.codes.dtype)
        threads = max(1, min(cores(), len(numbers)))
        bounds = [len(numbers) * part // threads for part in range(threads + 1)]

        def match(part: int) -> None:
            some = slice(bounds[part], bounds[part + 1])
            query_words = QueryWords(as_kernel_array(starts[some.start : some.stop + 1], np.int64), words, codes)
            self._match(query_words, results.positions[some], results.similarities[some])

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(match, range(threads)))
        return results

    def _match(self, queries: QueryWords, positions: np.ndarray, similarities: np.ndarray) -> None:
        if self.asmk.binary:
            gains = as_kernel_array(self.asmk.gains(self.d), np.float64)
            match_signs(queries, self._postings, self._weights, gains, positions, similarities)
        else:
            parameters = float(self.asmk.alpha), float(self.asmk.threshold)
            match_vectors(queries, self._postings, self._weights, *parameters, positions, similarities)

    @cached_property
    def _postings(self) -> Postings:
        file = self.file
        return Postings(
            as_kernel_array(file.starts, np.int64),
            as_kernel_array(file.images, np.int32),
            as_kernel_array(file.codes, file.codes.dtype),
        )

    @cached_property
    def _weights(self) -> WordWeights:
        n_images = int(self.file.n_images)
        words, images = self.asmk.weights(self.file.counts, n_images), np.zeros(n_images)
        sum_weights(self._postings, as_kernel_array(words, np.float64), images)
        return WordWeights(as_kernel_array(words, np.float64), as_kernel_array(images, np.float64))
