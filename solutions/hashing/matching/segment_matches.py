"""How well the segments of images match, by the rule of imagehash's multi-hashes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Ragged, kernel
from solutions.hashing.search.codes import as_codes
from solutions.kernels.bits import popcount

BITS = 64
CUTOFF = 16  # bits: a quarter of them; a segment matches another that is no farther


def segment_matches(queries: Ragged, index: Ragged) -> npt.NDArray[np.float64]:
    """The match of each query with each index image: (n_query, n_index) float64, more is closer.

    A segment of the query matches where the nearest segment of the index image is at most 16 bits away. The match is
    the number of the query's segments that match, less a tie-breaker of at most a quarter: the sum of their distances,
    divided by 64 and by their number. For imagehash's hashes of the images, a of the query and b of the other, it is
    len(a.segment_hashes) - (a - b). Not symmetric. 0 where nothing matches, and where an image has no segments.

    Source: `ImageMultiHash` of imagehash 4.3.2.

    >>> one = Ragged(np.array([0b0011, 2**64 - 1], np.uint64), np.array([0]), np.array([2]))
    >>> other = Ragged(np.array([0b0001, 0b1111], np.uint64), np.array([0]), np.array([2]))
    >>> segment_matches(one, other).tolist()
    [[0.984375]]
    """
    matches = np.zeros((len(queries), len(index)))
    _match(*_lent(queries), *_lent(index), matches)
    return matches


def _lent(ragged: Ragged) -> tuple[Any, Any, Any]:
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
