"""Similarity of images by the hashes of their segments, as imagehash's multi-hashes define it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Ragged, kernel
from solutions.hashing.search.codes import as_codes
from solutions.kernels.bits import popcount

BITS = 64
CUTOFF = 16  # bits: largest distance of matching segments, a quarter of their bits


def segment_matches(queries: Ragged, index: Ragged) -> npt.NDArray[np.float64]:
    """Return the similarity of each query with each index image: (n_query, n_index) float64.

    A segment of the query matches if the nearest segment of the index image is at most 16 bits away. The similarity is
    the number of matching segments minus a tie-breaker of at most a quarter: the sum of their distances, divided by 64
    and by their number. With imagehash's hashes a of the query and b of the other, it is len(a.segment_hashes) -
    (a - b). It is not symmetric, and 0 if no segment matches or an image has none.

    Source: `ImageMultiHash` of imagehash 4.3.2.

    >>> one = Ragged(np.array([0b0011, 2**64 - 1], np.uint64), np.array([0]), np.array([2]))
    >>> other = Ragged(np.array([0b0001, 0b1111], np.uint64), np.array([0]), np.array([2]))
    >>> segment_matches(one, other).tolist()
    [[0.984375]]
    """
    matches = np.zeros((len(queries), len(index)))
    _match(*_kernel_arrays(queries), *_kernel_arrays(index), matches)
    return matches


def _kernel_arrays(ragged: Ragged) -> tuple[Any, Any, Any]:
    starts, ends = (np.ascontiguousarray(each, np.int64) for each in (ragged.starts, ragged.ends))
    return as_codes(ragged.rows, 1), starts, ends


@kernel
def _match(own: Any, own_starts: Any, own_ends: Any, others: Any, starts: Any, ends: Any, matches: Any) -> None:
    for query in range(len(own_starts)):
        for image in range(len(starts)):
            n_matching = distances = 0
            for segment in range(own_starts[query], own_ends[query]):
                nearest = BITS + 1
                for other in range(starts[image], ends[image]):
                    nearest = min(nearest, popcount(own[segment] ^ others[other]))
                if nearest <= CUTOFF:
                    n_matching += 1
                    distances += nearest
            if n_matching:
                matches[query, image] = n_matching - distances / (BITS * n_matching)
