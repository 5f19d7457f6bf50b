"""Rejection of images that show no known landmark: scores, and the threshold above which nothing is answered.

A softmax is overconfident on unknown images, so there are other scores besides the entropy of the slides.
Sources: entropy by K. E. Odoh, "Landmark Retrieval & Recognition", 2018; energy by Liu et al., Energy-based
out-of-distribution detection, NeurIPS 2020.
"""

from typing import Literal

import numpy as np
from scipy.special import logsumexp

RejectionRule = Literal["entropy", "probability", "energy", "distance"]


def rejection_score(logits: np.ndarray, rule: RejectionRule, nearest: np.ndarray | None = None) -> np.ndarray:
    """Return the rejection score of each image `(n,)` from its logits `(n, n_landmarks)`; higher for no landmark.

    entropy: of the softmax, in nats; probability: 1 - the highest; energy: -logsumexp of the logits; distance: 1 - the
    cosine similarity `nearest` `(n,)` to the nearest train image.

    >>> uniform, certain = np.zeros(4), np.array([9.0, 0, 0, 0])
    >>> rejection_score(np.stack([uniform, certain]), "entropy").round(3).tolist()
    [1.386, 0.004]
    """
    if rule == "distance":
        if nearest is None:
            raise ValueError("rule='distance' needs the similarity to the nearest train image")
        return 1 - nearest
    if rule == "energy":
        return -np.asarray(logsumexp(logits, axis=1))
    logarithms = logits - logsumexp(logits, axis=1, keepdims=True)
    if rule == "probability":
        return np.asarray(1 - np.exp(logarithms.max(axis=1)))
    return np.asarray(-(np.exp(logarithms) * logarithms).sum(axis=1))


def best_threshold(
    scores: np.ndarray, right: np.ndarray, landmark: np.ndarray, confidence: np.ndarray, tolerance: float = 0.0
) -> float:
    """Return the rejection score above which to answer nothing, chosen by the GAP on held-out images.

    All arrays are `(n,)`: rejection score, whether the answer is right, whether the image shows a known landmark, and
    the answer's confidence. Returns the highest threshold with a GAP within `tolerance` of the best; infinity if
    answering all is within it.
    """
    order = np.lexsort((np.arange(len(scores)), -confidence))
    right, scores = right[order], scores[order]
    thresholds = np.unique(scores)[::-1]
    gaps = [gap(right[scores <= threshold], int(landmark.sum())) for threshold in thresholds]
    best = int(np.argmax(np.array(gaps) >= max(gaps) - tolerance)) if gaps else 0
    return float(thresholds[best]) if best else float("inf")


def gap(right: np.ndarray, n_landmark: int) -> float:
    """Return the GAP of answers by descending confidence, of which `right` `(n,)` says whether they are correct.

    `n_landmark` is the number of images that show a landmark, answered or not.
    """
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    return float(precision[right].sum() / max(n_landmark, 1))
