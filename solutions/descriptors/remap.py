"""REMAP: sums of regions of several layers, each weighted by how well it separates matching from other pairs.

A reconstruction of Husain, Bober, REMAP: multi-layer entropy-guided pooling of dense CNN features, 2019. A region's
weight is the Kullback-Leibler divergence between the distances of matching and of other pairs. They also train the
weights with the network; ours are fixed, for 14 tiles a layer, from histograms of 64 bins. Layers have equal weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness import HarnessError, ImageSet, fitted
from solutions.descriptors.ensemble import concatenate
from solutions.descriptors.pairs import matching_pairs, other_pairs
from solutions.descriptors.whitening.pca_whitening import POWER, Whitening, fit_whitening

BINS = 64  # from the distance 0 to 2
EXHAUSTIVE = 1000  # labelled images up to which all pairs are used
PAIRS = 50  # of each landmark, for more images
_BLOCK = 1000  # pairs at a time
_SMOOTHING = 1e-6


@dataclass(frozen=True, eq=False)
class Remap:
    """The whitening of each layer's regions, and the weights of the regions `(regions,)`."""

    whitenings: Sequence[Whitening]
    weights: Sequence[np.ndarray]

    def __call__(self, layers: Sequence[np.ndarray]) -> np.ndarray:
        """Return L2-normalised descriptors `(n, dims of all layers)` float32 of regions `(n, regions, c)`."""
        parts = zip(layers, self.whitenings, self.weights, strict=True)
        return concatenate([weighted_sum(whiten_regions(regions, white), weights) for regions, white, weights in parts])


def learn_remap(images: ImageSet, labels: np.ndarray | None, layers: Sequence[np.ndarray], dims: int = 256) -> Remap:
    """Return REMAP learned from the regions `(n, regions, c)` of labelled images, one array a layer; cached.

    `dims` are those of one layer. Without labels all regions have equal weights. Raises HarnessError if no two
    labelled images show the same landmark, or all do.
    """
    parts = fitted(fit_remap, images, labels, tuple(layers), int(dims), 0.0, POWER)
    numbers = range(len(layers))
    whitenings = [Whitening(parts[f"mean{number}"], parts[f"projection{number}"]) for number in numbers]
    return Remap(whitenings, [parts[f"weights{number}"] for number in numbers])


def fit_remap(
    images: ImageSet,
    labels: np.ndarray | None,
    layers: tuple[np.ndarray, ...],
    dims: int,
    shrinkage: float,
    power: float,
) -> Mapping[str, np.ndarray]:
    """Return `mean0`, `projection0`, `weights0`, `mean1`, … of each layer."""
    readable = np.flatnonzero(~np.any([np.isnan(layer).any(axis=(1, 2)) for layer in layers], axis=0))
    pairs = None if labels is None else _training_pairs(images.ids[readable], labels[readable])
    parts: dict[str, np.ndarray] = {}
    for number, layer in enumerate(layers):
        white = fit_whitening(images, layer[readable].reshape(-1, layer.shape[2]), dims, shrinkage, power)
        regions = whiten_regions(layer[readable], Whitening(white["mean"], white["projection"]))
        weights = np.ones(regions.shape[1]) if pairs is None else region_weights(regions, *pairs)
        parts |= {f"{name}{number}": part for name, part in [*white.items(), ("weights", weights)]}
    return parts


def _training_pairs(ids: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return positions of matching and of other pairs `(m, 2)`: all pairs of few images, a sample of many."""
    if len(ids) <= EXHAUSTIVE:
        pairs = np.stack(np.triu_indices(len(ids), 1), axis=1)
        is_match = labels[pairs[:, 0]] == labels[pairs[:, 1]]
        matching, others = pairs[is_match], pairs[~is_match]
    else:
        matching = matching_pairs(ids, labels, PAIRS)
        others = other_pairs(ids, labels, len(matching))
    if not len(matching) or not len(others):
        raise HarnessError("REMAP needs two train images of one landmark and one of another; label more in train.csv")
    return matching, others


def region_weights(regions: np.ndarray, matching: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the divergence `(regions,)` of the distances of matching pairs from those of other pairs.

    `regions` `(n, regions, d)` are L2-normalised; pairs are positions `(m, 2)`.
    """
    return kl_divergence(_histograms(regions, matching), _histograms(regions, others))


def kl_divergence(counts: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the Kullback-Leibler divergence of histograms `(..., bins)` from others, in nats, with slight smoothing.

    >>> kl_divergence(np.array([7, 2, 1]), np.array([1, 2, 7])).round(4).item()
    1.1675
    """
    p, q = (each / each.sum(axis=-1, keepdims=True) + _SMOOTHING for each in (counts, others))
    return np.asarray((p * np.log(p / q)).sum(axis=-1))


def whiten_regions(regions: np.ndarray, whitening: Whitening) -> np.ndarray:
    """Return regions `(n, regions, c)` whitened: `(n, regions, dims)`."""
    flat = whitening(regions.reshape(-1, regions.shape[2]))
    return flat.reshape(*regions.shape[:2], flat.shape[1])


def weighted_sum(regions: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sum of regions `(n, regions, d)`, in float64: `(n, d)`."""
    return np.asarray((regions.astype(np.float64) * weights[:, None]).sum(axis=1))


def _histograms(regions: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the histogram of the distances of the pairs for each region: `(regions, bins)`."""
    counts = np.zeros((regions.shape[1], BINS), int)
    for start in range(0, len(pairs), _BLOCK):
        distances = _distances(regions, pairs[start : start + _BLOCK])
        counts += np.stack([np.histogram(column, BINS, (0, 2))[0] for column in distances.T])
    return counts


def _distances(regions: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the Euclidean distance of each pair in each region: `(pairs, regions)`, at most 2."""
    cosines = np.einsum("prd,prd->pr", regions[pairs[:, 0]], regions[pairs[:, 1]], dtype=np.float64)
    return np.asarray(np.sqrt(np.clip(2 - 2 * cosines, 0, 4)))
