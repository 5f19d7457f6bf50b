"""Choose the power of GeM by the mean average precision on labelled images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness import ImageSet, fitted
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.pairs import shuffled_positions

GEMS = ("gem_2", "gem", "gem_4", "gem_5")  # candidates: powers 2 to 5
_MAX_IMAGES = 3000  # used as queries and as index


def select_gem_power(
    images: ImageSet, labels: np.ndarray, descriptors: Mapping[str, np.ndarray], most: int = _MAX_IMAGES
) -> str:
    """Return the name of the descriptors `(n, c)` with the highest mean average precision, ties to the first; cached.

    Every image is a query to the others, of at most `most` sampled images. One extractor pass can give all of GEMS.
    """
    names = list(descriptors)
    parts = fitted(fit_precisions, images, labels, [descriptors[name] for name in names], most)
    return names[int(parts["precisions"].argmax())]


def fit_precisions(
    images: ImageSet, labels: np.ndarray, descriptors: Sequence[np.ndarray], most: int
) -> Mapping[str, np.ndarray]:
    """Return the mean average precision of each descriptor as `precisions`."""
    sample = shuffled_positions(images.ids)[:most]
    return {"precisions": np.array([mean_average_precision(rows[sample], labels[sample]) for rows in descriptors])}


def mean_average_precision(rows: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean average precision of each image `(n, d)` as a query to the others by cosine, ties to the first.

    Images without another one of their landmark are no queries. Rows with NaN are left out. Without queries it is 0.

    >>> mean_average_precision(np.array([[1.0, 0], [0.9, 0.1], [0, 1]]), np.array([5, 5, 6]))
    1.0
    """
    readable = ~np.isnan(rows).any(axis=1)
    rows, labels = l2_normalise(rows[readable].astype(np.float64)), labels[readable]
    similarity = (rows @ rows.T).round(9)
    np.fill_diagonal(similarity, -np.inf)
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :-1]
    relevant = labels[order] == labels[:, None]
    is_query = relevant.any(axis=1)
    precision = relevant.cumsum(axis=1) / np.arange(1, relevant.shape[1] + 1)
    averages = (precision * relevant).sum(axis=1)[is_query] / relevant.sum(axis=1)[is_query]
    return float(averages.mean()) if len(averages) else 0.0
