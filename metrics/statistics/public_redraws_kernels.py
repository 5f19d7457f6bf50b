"""The kernels of `metrics.statistics.public_redraws`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.jit import kernel


@kernel
def choose(rows: NDArray[Any], luck: NDArray[np.float64], chosen: NDArray[np.bool_]) -> None:
    """Mark as many of `rows` as there are numbers of `luck`, in [0, 1); every choice is as probable as every other.

    The rows are put in another order: the first steps of a Fisher-Yates shuffle.
    """
    for place in range(len(luck)):
        other = place + int(luck[place] * (len(rows) - place))
        rows[place], rows[other] = rows[other], rows[place]
        chosen[rows[place]] = True


@kernel
def precision_sums(
    order: NDArray[Any], right: NDArray[np.bool_], public: NDArray[np.uint8], sums: NDArray[np.float64]
) -> None:
    """Add up the precisions at the right answers, in the public queries and in the others, for many draws at once.

    `order` (n_answers,) has the rows of the answers, the surest first, and `right` whether each is. `public` is
    (n_queries, n_draws), 1 or 0; `sums` (2, n_draws). The draws lie side by side, so that a processor counts several
    of them in one step.
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
