"""From feature maps `(n, h, w, c)` to descriptors `(n, c)`: what each channel finds anywhere in the image.

Descriptors are as pooled, not normalised: a mean over scales or a fixed norm is taken of them first. `unit` makes them
comparable by inner products.
"""

from collections.abc import Callable

import numpy as np

Pooling = Callable[[np.ndarray], np.ndarray]

POWER = 3.0  # of gem
_EPSILON = np.float32(1e-6)


def mac(maps: np.ndarray) -> np.ndarray:
    """Return the maximum of each channel: Tolias, Sicre, Jégou 2016.

    >>> mac(np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1))
    array([[3.]], dtype=float32)
    """
    return np.asarray(maps.max(axis=(1, 2)))


def spoc(maps: np.ndarray) -> np.ndarray:
    """Return the mean of each channel, without the centre prior of Babenko, Lempitsky 2015.

    >>> spoc(np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1))
    array([[1.5]], dtype=float32)
    """
    return np.asarray(maps.mean(axis=(1, 2)))


def spoc_centre(maps: np.ndarray) -> np.ndarray:
    """Return the mean of each channel under the centre prior of Babenko, Lempitsky 2015.

    It is a Gaussian around the middle; its sigma is a third of the distance from there to the nearest border.

    >>> spoc_centre(np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1))
    array([[1.5]], dtype=float32)
    """
    prior = centre_prior(*maps.shape[1:3]).astype(np.float32)[..., None]
    return np.asarray((maps * prior).sum(axis=(1, 2)) / prior.sum())


def centre_prior(height: int, width: int) -> np.ndarray:
    """Return how much each place of the maps weighs, `(height, width)`, 1 in the middle.

    >>> centre_prior(5, 5)[2].round(4).tolist()
    [0.0561, 0.4868, 1.0, 0.4868, 0.0561]
    """
    sigma = min(height, width) / 2 / 3
    down, across = (np.arange(side) - (side - 1) / 2 for side in (height, width))
    return np.asarray(np.exp(-(down[:, None] ** 2 + across**2) / (2 * sigma**2)))


def gem(maps: np.ndarray, power: float = POWER) -> np.ndarray:
    """Return the generalised mean of each channel: Radenović, Tolias, Chum 2018. What is below 1e-6 counts as that.

    >>> gem(np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1))
    array([[2.0800838]], dtype=float32)
    """
    raised = np.maximum(maps, _EPSILON) ** np.float32(power)
    return np.asarray(raised.mean(axis=(1, 2)) ** np.float32(1 / power))


def unit(descriptors: np.ndarray) -> np.ndarray:
    """Return descriptors `(n, c)` divided by their length; zeros stay zeros, NaN stays NaN.

    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    lengths = np.linalg.norm(descriptors, axis=1, keepdims=True)
    return np.asarray(descriptors / np.where(lengths == 0, 1, lengths))


POOLINGS: dict[str, Pooling] = {"mac": mac, "spoc": spoc, "gem": gem, "spoc_centre": spoc_centre}
