"""Poolings from feature maps `(n, h, w, c)` to descriptors `(n, c)`, each as a NumPy and as a Keras function.

Descriptors are not normalised here. To add a pooling, write both functions and add a line to `POOLINGS`; the names that
extractors accept and that layers can be trained below follow from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness import COMPILED

PoolFunction = Callable[[np.ndarray], np.ndarray]

POWER = 3.0  # of GeM
SMALLEST = np.float32(1e-6)  # activations below it count as this in GeM


@dataclass(frozen=True)
class Pooling:
    """One pooling: `pool` takes NumPy arrays; `pool_tensor` the same in keras.ops, None if layers below cannot learn.

    `output` says what `pool` returns: one row an image `(n, c)`, or tiles or regions of each image `(n, rows, c)`.
    `source` is the output of the network that it takes: maps, or one of a single vector an image `(n, c)`.
    """

    pool: PoolFunction
    pool_tensor: Callable[[Any], Any] | None = None
    output: Literal["row", "tiles", "regions"] = "row"
    source: Literal["maps", "cls", "vector"] = "maps"


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
    is_fast = COMPILED and power == POWER and maps.dtype == np.float32
    means = _mean_cubes(maps) if is_fast else _mean_powers(maps, power)
    return np.asarray(means ** np.float32(1 / power))


def _mean_cubes(maps: np.ndarray) -> np.ndarray:
    """Return the same bits as `_mean_powers` of power 3, in a fifth of the time."""
    from solutions.kernels.cube_sums import add_cubes

    n, height, width, channels = maps.shape
    sums = np.zeros((n, channels), np.float32)
    for total, image in zip(sums, np.ascontiguousarray(maps).reshape(n, height * width, channels), strict=True):
        add_cubes(image, SMALLEST, total)
    return np.asarray(sums / np.float32(height * width))


def _mean_powers(maps: np.ndarray, power: float) -> np.ndarray:
    means = np.empty((len(maps), maps.shape[3]), maps.dtype)
    values, raised = np.empty((2, *maps.shape[1:]), maps.dtype)  # of one image, so that they stay in the cache
    for mean, image in zip(means, maps, strict=True):
        _raise(np.maximum(image, SMALLEST, out=values), power, raised).mean(axis=(0, 1), out=mean)
    return means


def _raise(values: np.ndarray, power: float, out: np.ndarray) -> np.ndarray:
    """Return the values to a power, written to `out`; small whole powers by multiplication, which is much faster."""
    if power not in (2, 3, 4):
        return np.asarray(np.power(values, np.float32(power), out=out))
    np.multiply(values, values, out=out)
    return np.multiply(out, out if power == 4 else values, out=out) if power > 2 else out


def gem_tensor(maps: Any, power: float = POWER) -> Any:
    from keras import ops

    return ops.mean(ops.maximum(maps, SMALLEST) ** power, axis=(1, 2)) ** (1 / power)


def crow(maps: np.ndarray) -> np.ndarray:
    """Return the sum of each channel under cross-dimensional weights: Kalantidis, Mellina, Osindero 2016.

    The weight of a position is the square root of its L2-normalised sum over channels. The weight of a channel is
    ln(Σ q / q), where q is its share of positive activations, or 0 without any. Negative activations count as 0.

    >>> crow(np.array([[[4, 1], [0, 0]], [[0, 0], [0, 12]]], np.float32)[None]).round(4)
    array([[2.7253, 4.9262]], dtype=float32)
    """
    maps = np.maximum(maps, np.float32(0))
    totals = maps.sum(axis=3, keepdims=True)
    lengths = np.sqrt((totals**2).sum(axis=(1, 2), keepdims=True))
    spatial = np.sqrt(totals / np.maximum(lengths, SMALLEST))
    shares = (maps > 0).mean(axis=(1, 2), dtype=np.float32)
    ratios = shares.sum(axis=1, keepdims=True) / np.maximum(shares, SMALLEST)
    channel = np.where(shares > 0, np.log(np.maximum(ratios, SMALLEST)), np.float32(0))
    return np.asarray((maps * spatial).sum(axis=(1, 2)) * channel)


def crow_tensor(maps: Any) -> Any:
    from keras import ops

    maps = ops.relu(maps)
    totals = ops.sum(maps, axis=3, keepdims=True)
    lengths = ops.sqrt(ops.maximum(ops.sum(totals**2, axis=(1, 2), keepdims=True), SMALLEST**2))
    spatial = ops.sqrt(ops.maximum(totals / lengths, SMALLEST**2))  # the gradient of the root is infinite at 0
    shares = ops.mean(ops.cast(maps > 0, "float32"), axis=(1, 2))
    ratios = ops.sum(shares, axis=1, keepdims=True) / ops.maximum(shares, SMALLEST)
    channel = ops.where(shares > 0, ops.log(ops.maximum(ratios, SMALLEST)), 0.0)
    return ops.sum(maps * spatial, axis=(1, 2)) * channel


POOLINGS = {
    "mac": Pooling(mac, mac_tensor),
    "spoc": Pooling(spoc, spoc_tensor),
    "gem": Pooling(gem, gem_tensor),
    "spoc_centre": Pooling(spoc_centre, spoc_centre_tensor),
    "crow": Pooling(crow, crow_tensor),
}
