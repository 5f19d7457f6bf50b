"""How much a classifier doubts that an image shows any landmark it knows, and from which doubt on to say none.

Softmax is sure of itself on images of nothing it knows, so besides the deck's entropy there are other measures.
Sources: entropy by K. E. Odoh, "Landmark Retrieval & Recognition", 2018; energy by Liu et al., Energy-based
out-of-distribution detection, NeurIPS 2020.
"""

from typing import Literal

import numpy as np
from scipy.special import logsumexp

Rule = Literal["entropy", "probability", "energy", "distance"]


def doubt(logits: np.ndarray, rule: Rule, nearest: np.ndarray | None = None) -> np.ndarray:
    """Return the doubt of each image `(n,)` from its logits `(n, n_landmarks)`; more is less of a landmark.

    entropy: of the softmax, in nats; probability: 1 - the highest; energy: -logsumexp of the logits; distance: 1 - the
    cosine similarity `nearest` `(n,)` of the nearest train image.

    >>> even, sure = np.zeros(4), np.array([9.0, 0, 0, 0])
    >>> doubt(np.stack([even, sure]), "entropy").round(3).tolist()
    [1.386, 0.004]
    """
    if rule == "distance":
        if nearest is None:
            raise ValueError("doubt by distance needs the similarity of the nearest train image")
        return 1 - nearest
    if rule == "energy":
        return -np.asarray(logsumexp(logits, axis=1))
    logarithms = logits - logsumexp(logits, axis=1, keepdims=True)
    if rule == "probability":
        return np.asarray(1 - np.exp(logarithms.max(axis=1)))
    return np.asarray(-(np.exp(logarithms) * logarithms).sum(axis=1))


def best_threshold(
    doubts: np.ndarray, right: np.ndarray, landmark: np.ndarray, confidence: np.ndarray, tolerance: float = 0.0
) -> float:
    """Return the doubt beyond which to answer nothing that gives the best GAP on held-out images.

    All are `(n,)`: whether the answer would be right, whether the image shows a landmark at all, and the answer's
    confidence. Of thresholds whose GAP is within `tolerance` of the best the highest is returned, infinity where none
    does better than answering all.
    """
    order = np.lexsort((np.arange(len(doubts)), -confidence))
    right, doubts = right[order], doubts[order]
    tried = np.unique(doubts)[::-1]
    scores = [gap(right[doubts <= threshold], int(landmark.sum())) for threshold in tried]
    best = int(np.argmax(np.array(scores) >= max(scores) - tolerance)) if scores else 0
    return float(tried[best]) if best else float("inf")


def gap(right: np.ndarray, n_landmark: int) -> float:
    """Return the GAP of answers in the order of their confidence: whether each is right `(n,)`.

    `n_landmark` is the number of images that show a landmark, answered or not.
    """
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    return float(precision[right].sum() / max(n_landmark, 1))
