"""The kernel of `metrics.global_average_precision`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.jit import kernel


@kernel
def precision_sums(
    order: NDArray[Any], right: NDArray[np.bool_], public: NDArray[np.uint8], sums: NDArray[np.float64]
) -> None:
    """Add up the precisions at the right answers, in the public queries and in the others, for many draws at once.

    `order` (n_answers,) has the rows of the answers by descending confidence, and `right` whether each is right.
    `public` is (n_queries, n_draws), 1 or 0; `sums` is (2, n_draws). The draws are the inner loop, so that the
    processor counts several of them in one instruction.
    """
    draws = public.shape[1]
    ranks, rights = np.zeros(draws, np.int32), np.zeros(draws, np.int32)
    n_right = 0
    for place in range(len(order)):
        inside = public[order[place]]
        for draw in range(draws):
            ranks[draw] += np.int32(inside[draw])
        if right[place]:
            n_right += 1
            for draw in range(draws):
                rights[draw] += np.int32(inside[draw])
                if inside[draw]:
                    sums[0, draw] += rights[draw] / ranks[draw]
                else:
                    sums[1, draw] += (n_right - rights[draw]) / (place + 1 - ranks[draw])
