"""The power of GeM that finds train images of the same landmark best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness import ImageSet, fitted
from solutions.descriptors.pairs import images_drawn
from solutions.descriptors.pooling.pooling import unit

GEMS = ("gem_2", "gem", "gem_4", "gem_5")  # poolings of the powers 2 to 5, to choose among
_IMAGES = 3000  # asked and searched, at most


def best_pooling(
    images: ImageSet, labels: np.ndarray, descriptors: Mapping[str, np.ndarray], most: int = _IMAGES
) -> str:
    """Return the name of the descriptors `(n, c)` whose cosines rank labelled images best, from the store or now.

    Every image is asked among the others, of many images so many drawn ones; the mean average precision decides, ties
    go to the first. All of GEMS come from one pass.
    """
    names = list(descriptors)
    parts = fitted(fit_best, images, labels, [descriptors[name] for name in names], most)
    return names[int(parts["precisions"].argmax())]


def fit_best(
    images: ImageSet, labels: np.ndarray, descriptors: Sequence[np.ndarray], most: int
) -> Mapping[str, np.ndarray]:
    """Return the mean average precision of each as `precisions`."""
    drawn = images_drawn(images.ids)[:most]
    return {"precisions": np.array([label_precision(each[drawn], labels[drawn]) for each in descriptors])}


def label_precision(rows: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean average precision of images `(n, d)` asked among the others, by cosine; ties to the first.

    Images whose landmark no other shows, and rows with NaN, are left out; 0 if nothing is left.

    >>> label_precision(np.array([[1.0, 0], [0.9, 0.1], [0, 1]]), np.array([5, 5, 6]))
    1.0
    """
    read = ~np.isnan(rows).any(axis=1)
    rows, labels = unit(rows[read].astype(np.float64)), labels[read]
    similarity = (rows @ rows.T).round(9)
    np.fill_diagonal(similarity, -np.inf)
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :-1]
    relevant = labels[order] == labels[:, None]
    asked = relevant.any(axis=1)
    precision = relevant.cumsum(axis=1) / np.arange(1, relevant.shape[1] + 1)
    found = (precision * relevant).sum(axis=1)[asked] / relevant.sum(axis=1)[asked]
    return float(found.mean()) if len(found) else 0.0
