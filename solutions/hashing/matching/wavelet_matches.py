"""Similarity of images by the largest wavelet coefficients that they share, weighted by scale."""

from typing import Any

import numpy as np
import numpy.typing as npt

from harness import kernel
from solutions.kernels.arrays import as_kernel_array

# In hundredths, for the channels Y, I and Q: the paper's weights for scanned pictures.
_WEIGHTS = np.array(
    [[500, 1921, 3437], [83, 126, 36], [101, 44, 45], [52, 53, 14], [47, 28, 18], [30, 14, 27]], np.int32
)
_BINS = len(_WEIGHTS)


def term_weights(side: int) -> npt.NDArray[np.int32]:
    """Return the weight of each term of `LargestWavelets` in hundredths, (6 * side**2,): 0 for a channel's first two.

    The weight of row i and column j is that of bin min(max(i, j), 5).
    """
    rows, columns = np.indices((side, side)).reshape(2, -1)
    weights = _WEIGHTS[np.minimum(np.maximum(rows, columns), _BINS - 1)].T.copy()
    weights[:, 0] = 0
    return weights.repeat(2, axis=1).reshape(-1)


def wavelet_matches(
    averages: np.ndarray, terms: np.ndarray, index_averages: np.ndarray, index_terms: np.ndarray, side: int
) -> npt.NDArray[np.float64]:
    """Return the similarity of each query with each index image: (n_query, n_index) float64, NaN for NaN averages.

    `averages` (n, 3) and `terms` (n, 3 * m) are those of `LargestWavelets`. The similarity is the sum of the weights of
    the terms of both images, minus the weighted differences of the averages. Weights are summed as integers, so their
    order does not matter.

    Source: "Fast Multiresolution Image Querying", C. E. Jacobs, A. Finkelstein and D. H. Salesin, 1995.

    >>> averages, terms = np.full((2, 3), 0.5), np.array([[2, 34], [2, 36]])
    >>> wavelet_matches(averages, terms, averages, terms, side=4).round(6).tolist()
    [[2.09, 0.83], [0.83, 1.27]]
    """
    weights = term_weights(side)
    shared = np.zeros((len(averages), len(index_averages)), np.int32)
    _add_shared(as_kernel_array(terms, np.int32), *_images_of_terms(index_terms, len(weights)), weights, shared)
    apart = np.zeros(shared.shape)
    for channel, weight in enumerate(_WEIGHTS[0] / 100):
        apart += weight * np.abs(averages[:, None, channel].astype(np.float64) - index_averages[:, channel])
    return np.asarray(shared / 100 - apart)


def _images_of_terms(terms: np.ndarray, n_terms: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the images with each term, term by term, and where those of each term start: (n_terms + 1,)."""
    order = np.argsort(terms, axis=None, kind="stable")
    starts = np.searchsorted(terms.reshape(-1)[order], np.arange(n_terms + 1))
    return (order // max(1, terms.shape[1])).astype(np.int32), starts


@kernel
def _add_shared(terms: Any, images: Any, starts: Any, weights: Any, shared: Any) -> None:
    for query in range(len(terms)):
        for term in terms[query]:
            if weights[term]:
                for place in range(starts[term], starts[term + 1]):
                    shared[query, images[place]] += weights[term]
