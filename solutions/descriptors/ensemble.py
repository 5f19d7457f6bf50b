"""Descriptors of several networks and poolings, concatenated into one, each with a weight.

Source of the weights: the write-up of CVSSP & Visual Atoms, first place of the retrieval challenge of 2018.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness import ExternalEmbeddings, HarnessError, ImageSet
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.normalisation import l2_normalise

SMALL, MIDDLE, LARGE = "lite0", "lite1", "lite2"
# The best of some 80 combinations by how near train images of one landmark lie to each other.
UNSUPERVISED_VIEWS = tuple(
    MultiscaleExtractor(name, side, ("gem_2", "rgem")) for name in (SMALL, LARGE) for side in (384, 512)
)
FIRST_PLACE_WEIGHTS = (2.0, 1.5, 1.5, 1.5, 1.0, 1.0)  # ResNeXt: REMAP, R-MAC, MAC, SPoC; ResNet: MAC, REMAP

# One network, several, or vectors of the user.
DescriptorSource = SquareExtractor | tuple[MultiscaleExtractor, ...] | ExternalEmbeddings


def with_precision(views: tuple[MultiscaleExtractor, ...], precision: Precision) -> tuple[MultiscaleExtractor, ...]:
    """Return the same extractors with networks of this precision."""
    return tuple(replace(view, precision=precision) for view in views)


def describe_ensemble(images: ImageSet, source: DescriptorSource) -> np.ndarray:
    """Return all poolings of all networks concatenated `(n, d)` float32, L2-normalised; NaN if not readable."""
    return concatenate(describe_parts(images, source))


def describe_parts(images: ImageSet, source: DescriptorSource) -> list[np.ndarray]:
    """Return each pooling of each network `(n, c)`, in order."""
    extractors = source if isinstance(source, tuple) else (source,)
    return [images.describe(each, name) for each in extractors for name in each.poolings]


def concatenate(descriptors: Sequence[np.ndarray], weights: Sequence[float] | None = None) -> np.ndarray:
    """Return descriptors `(n, d₁)`, `(n, d₂)`, … side by side `(n, d₁ + d₂ + …)` float32, L2-normalised.

    Each part is L2-normalised and multiplied by its weight, which is 1 by default; a row with NaN is all NaN. The
    cosine of two rows is `Σ w² cos / Σ w²`. Raises HarnessError unless each part has a weight above 0.

    >>> concatenate([np.array([[0.0, 2]]), np.array([[7.0]])], (2, 1)).astype(float).round(4).tolist()
    [[0.0, 0.8944, 0.4472]]
    """
    factors = np.ones(len(descriptors)) if weights is None else np.asarray(weights, float)
    if not len(descriptors) or len(factors) != len(descriptors) or not np.all((factors > 0) & np.isfinite(factors)):
        raise HarnessError(
            f"{len(descriptors)} descriptors and weights {factors.tolist()}; give a weight above 0 for each"
        )
    factors = factors / np.linalg.norm(factors)
    joined = np.empty((len(descriptors[0]), sum(part.shape[1] for part in descriptors)), np.float32)
    ends = np.cumsum([part.shape[1] for part in descriptors])
    for part, factor, end in zip(descriptors, factors, ends, strict=True):
        joined[:, end - part.shape[1] : end] = l2_normalise(part) * factor
    joined[np.isnan(joined).any(axis=1)] = np.nan
    return joined
