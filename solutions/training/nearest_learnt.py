"""How near photographs lie to those that classes were learnt from: a softmax remembers no single photograph."""

import numpy as np

from solutions.descriptors.pooling import unit
from solutions.descriptors.whitened import product

_ROWS = 256  # asked at a time: 400 MB of cosines with 200 000 known


def nearest_learnt(rows: np.ndarray, known: np.ndarray, classes: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the cosine of rows `(n, d)` with the nearest of each class among `known` `(m, d)`: `(n, n_classes)`.

    The `classes` `(m,)` of what is known run from 0. It is in [-1, 1], 0 for a class of which nothing is known, and NaN
    for rows with NaN; each row is the same to the bit whatever rows it comes with.

    >>> nearest_learnt(np.array([[2.0, 0]]), np.array([[0.0, 1], [3, 4], [4, 3]]), np.array([0, 1, 1]), 3).tolist()
    [[0.0, 0.8, 0.0]]
    """
    order = np.argsort(classes, kind="stable")
    there, starts = np.unique(classes[order], return_index=True)
    columns = unit(known[order]).astype(np.float64).T
    found = np.zeros((len(rows), n_classes))
    for start in range(0, len(rows) if len(there) else 0, _ROWS):
        cosines = product(unit(rows[start : start + _ROWS]), columns)
        found[start : start + _ROWS, there] = np.maximum.reduceat(cosines, starts, axis=1)
    return found
