"""Poolings from feature maps `(n, h, w, c)` to descriptors `(n, c)`, each as a NumPy and as a Keras function.

Descriptors are not normalised here. To add a pooling, write both functions and add a line to `POOLINGS`; the names that
extractors accept and that layers can be trained below follow from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

PoolFunction = Callable[[np.ndarray], np.ndarray]

POWER = 3.0  # of GeM
SMALLEST = np.float32(1e-6)  # activations below it count as this in GeM


@dataclass(frozen=True)
class Pooling:
    """One pooling: `pool` takes NumPy arrays; `pool_tensor` the same in keras.ops, None if layers below cannot learn.

    `output` says what `pool` returns: one row an image `(n, c)`, or tiles or regions of each image `(n, rows, c)`.
    """

    pool: PoolFunction
    pool_tensor: Callable[[Any], Any] | None = None
    output: Literal["row", "tiles", "regions"] = "row"


def mac(maps: np.ndarray) -> np.ndarray:
    """Return the maximum of each channel: Tolias, Sicre, Jégou 2016.

    >>> mac(np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1))
    array([[3.]], dtype=float32)
    """
    return np.asarray(maps.max(axis=(1, 2)))


def mac_tensor(maps: Any) -> Any:
    from keras import ops

    return ops.max(maps, axis=(1, 2))


def spoc(maps: np.ndarray) -> np.ndarray:
    """Return the mean of each channel, without the centre prior of Babenko, Lempitsky 2015.

    >>> spoc(np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1))
    array([[1.5]], dtype=float32)
    """
    return np.asarray(maps.mean(axis=(1, 2)))


def spoc_tensor(maps: Any) -> Any:
    from keras import ops

    return ops.mean(maps, axis=(1, 2))


def spoc_centre(maps: np.ndarray) -> np.ndarray:
    """Return the mean of each channel, weighted by the centre prior of Babenko, Lempitsky 2015.

    >>> spoc_centre(np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1))
    array([[1.5]], dtype=float32)
    """
    prior = centre_prior(*maps.shape[1:3]).astype(np.float32)[..., None]
    return np.asarray((maps * prior).sum(axis=(1, 2)) / prior.sum())


def spoc_centre_tensor(maps: Any) -> Any:
    from keras import ops

    prior = centre_prior(*maps.shape[1:3]).astype(np.float32)[..., None]
    return ops.sum(maps * prior, axis=(1, 2)) / prior.sum()


def centre_prior(height: int, width: int) -> np.ndarray:
    """Return the weight of each position of the maps `(height, width)`: a Gaussian with 1 in the middle.

    Its sigma is a third of the distance from the middle to the nearest border.

    >>> centre_prior(5, 5)[2].round(4).tolist()
    [0.0561, 0.4868, 1.0, 0.4868, 0.0561]
    """
    sigma = min(height, width) / 2 / 3
    down, across = (np.arange(side) - (side - 1) / 2 for side in (height, width))
    return np.asarray(np.exp(-(down[:, None] ** 2 + across**2) / (2 * sigma**2)))


def gem(maps: np.ndarray, power: float = POWER) -> np.ndarray:
    """Return the generalised mean of each channel: Radenović, Tolias, Chum 2018. Values below 1e-6 count as 1e-6.

    >>> gem(np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1))
    array([[2.0800838]], dtype=float32)
    """
    raised = np.maximum(maps, SMALLEST) ** np.float32(power)
    return np.asarray(raised.mean(axis=(1, 2)) ** np.float32(1 / power))


def gem_tensor(maps: Any, power: float = POWER) -> Any:
    from keras import ops

    return ops.mean(ops.maximum(maps, SMALLEST) ** power, axis=(1, 2)) ** (1 / power)


POOLINGS = {
    "mac": Pooling(mac, mac_tensor),
    "spoc": Pooling(spoc, spoc_tensor),
    "gem": Pooling(gem, gem_tensor),
    "spoc_centre": Pooling(spoc_centre, spoc_centre_tensor),
}
