"""The kernel of `metrics.statistics.public_redraws`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.jit import kernel


@kernel
def mark_random_rows(rows: NDArray[Any], uniform: NDArray[np.float64], marked: NDArray[np.bool_]) -> None:
    """Mark as many of `rows` as there are numbers in `uniform`, each in [0, 1); every choice is equally probable.

    The rows are reordered: these are the first steps of a Fisher-Yates shuffle.
    """
    for place in range(len(uniform)):
        other = place + int(uniform[place] * (len(rows) - place))
        rows[place], rows[other] = rows[other], rows[place]
        marked[rows[place]] = True
