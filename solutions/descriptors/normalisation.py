"""L2 normalisation of descriptors."""

import numpy as np


def l2_normalise(descriptors: np.ndarray) -> np.ndarray:
    """Return descriptors `(n, c)` divided by their length, comparable by inner products; zeros and NaN stay.

    >>> l2_normalise(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    lengths = np.linalg.norm(descriptors, axis=1, keepdims=True)
    return np.asarray(descriptors / np.where(lengths == 0, 1, lengths))
