"""REMAP: regions of several layers, each weighing as much as it tells matching photographs from others.

A reconstruction: Husain, Bober, REMAP: multi-layer entropy-guided pooling of dense CNN features, 2019, weigh regions by
the Kullback-Leibler divergence between the distances of matching and of other pairs, and go on to train the weights
with the network. Ours stay as they are, of 14 tiles a layer, from histograms of 64 bins; layers weigh alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness import HarnessError, ImageSet, fitted
from solutions.descriptors.concatenation import concatenated
from solutions.descriptors.pairs import matching_pairs, other_pairs
from solutions.descriptors.whitening.whitening import POWER, Whitening, fit_whitening

BINS = 64  # from the distance 0 to 2
EXHAUSTIVE = 1000  # labelled images up to which all pairs are looked at
PAIRS = 50  # of a landmark, where there are more images
_AT_ONCE = 1000  # pairs
_SMOOTHING = 1e-6


@dataclass(frozen=True, eq=False)
class Remap:
    """What was learnt of each layer: the whitening of its regions and their weights `(regions,)`."""

    whitenings: Sequence[Whitening]
    weights: Sequence[np.ndarray]

    def __call__(self, layers: Sequence[np.ndarray]) -> np.ndarray:
        """Return descriptors `(n, dims of all layers)` float32 of length one, of the regions `(n, regions, c)`."""
        parts = zip(layers, self.whitenings, self.weights, strict=True)
        return concatenated([weighed(whitened(regions, each), weights) for regions, each, weights in parts])


def remap(
    images: ImageSet,
    labels: np.ndarray | None,
    layers: Sequence[np.ndarray],
    dims: int = 256,
    shrinkage: float = 0.0,
    power: float = POWER,
) -> Remap:
    """Return what is learnt from regions `(n, regions, c)`, one array a layer, of labelled images, or was kept.

    `dims` are those of a layer. Without labels all regions weigh alike. Raises HarnessError where no two images with
    labels show the same landmark, or all do.
    """
    known = fitted(fit_remap, images, labels, tuple(layers), int(dims), float(shrinkage), float(power))
    numbers = range(len(layers))
    whitenings = [Whitening(known[f"mean{number}"], known[f"projection{number}"]) for number in numbers]
    return Remap(whitenings, [known[f"weights{number}"] for number in numbers])


def fit_remap(
    images: ImageSet,
    labels: np.ndarray | None,
    layers: tuple[np.ndarray, ...],
    dims: int,
    shrinkage: float,
    power: float,
) -> Mapping[str, np.ndarray]:
    """Return `mean`, `projection` and `weights` of each layer, by its number."""
    read = np.flatnonzero(~np.any([np.isnan(layer).any(axis=(1, 2)) for layer in layers], axis=0))
    pairs = None if labels is None else _pairs(images.ids[read], labels[read])
    parts: dict[str, np.ndarray] = {}
    for number, layer in enumerate(layers):
        known = fit_whitening(images, layer[read].reshape(-1, layer.shape[2]), dims, shrinkage, power)
        regions = whitened(layer[read], Whitening(known["mean"], known["projection"]))
        weights = np.ones(regions.shape[1]) if pairs is None else region_weights(regions, *pairs)
        parts |= {f"{name}{number}": part for name, part in [*known.items(), ("weights", weights)]}
    return parts


def _pairs(ids: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return places of matching pairs and of others `(m, 2)`: of few images all, of many some, decided by their ids."""
    if len(ids) <= EXHAUSTIVE:
        every = np.stack(np.triu_indices(len(ids), 1), axis=1)
        alike = labels[every[:, 0]] == labels[every[:, 1]]
        matching, others = every[alike], every[~alike]
    else:
        matching = matching_pairs(ids, labels, PAIRS)
        others = other_pairs(ids, labels, len(matching))
    if not len(matching) or not len(others):
        raise HarnessError("REMAP needs two train images of one landmark and one of another; label more in train.csv")
    return matching, others


def region_weights(regions: np.ndarray, matching: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the divergence `(regions,)` of the distances of matching pairs from those of other pairs.

    `regions` are `(n, regions, d)` of length one, pairs are places `(m, 2)`.
    """
    counts = [_histograms(regions, pairs) for pairs in (matching, others)]
    return divergence(*counts)


def divergence(counts: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the Kullback-Leibler divergence of histograms `(..., bins)` from others, in nats, slightly smoothed.

    >>> divergence(np.array([7, 2, 1]), np.array([1, 2, 7])).round(4).item()
    1.1675
    """
    p, q = (each / each.sum(axis=-1, keepdims=True) + _SMOOTHING for each in (counts, others))
    return np.asarray((p * np.log(p / q)).sum(axis=-1))


def whitened(regions: np.ndarray, whitening: Whitening) -> np.ndarray:
    """Return regions `(n, regions, c)` whitened one by one: `(n, regions, dims)`."""
    flat = whitening(regions.reshape(-1, regions.shape[2]))
    return flat.reshape(*regions.shape[:2], flat.shape[1])


def weighed(regions: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sum of regions `(n, regions, d)`, in float64: `(n, d)`."""
    return np.asarray((regions.astype(np.float64) * weights[:, None]).sum(axis=1))


def _histograms(regions: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return how many pairs lie in each bin of distance, region by region: `(regions, bins)`."""
    counts = np.zeros((regions.shape[1], BINS), int)
    for start in range(0, len(pairs), _AT_ONCE):
        distances = _distances(regions, pairs[start : start + _AT_ONCE])
        counts += np.stack([np.histogram(each, BINS, (0, 2))[0] for each in distances.T])
    return counts


def _distances(regions: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the Euclidean distances of pairs, region by region: `(pairs, regions)`, at most 2."""
    cosines = np.einsum("prd,prd->pr", regions[pairs[:, 0]], regions[pairs[:, 1]], dtype=np.float64)
    return np.asarray(np.sqrt(np.clip(2 - 2 * cosines, 0, 4)))
