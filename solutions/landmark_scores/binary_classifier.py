"""Binary logistic regression on descriptors, such as landmark against non-landmark, or train against index image.

Both sets have the same total weight.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from solutions.training.logistic_head import WEIGHT_DECAY, mean_and_spread, softmax_regression
from solutions.training.sampling import sample_weights

MIN_IMAGES = 5  # of each set
_MAX_IMAGES = 20_000  # of each set


@dataclass(frozen=True, eq=False)
class BinaryClassifier:
    """The parameters of a binary logistic regression."""

    mean: np.ndarray  # (d,)
    spread: np.ndarray  # (d,)
    weights: np.ndarray  # (d,)
    bias: float

    def probability_of_second(self, rows: np.ndarray) -> np.ndarray:
        """Return the probability that each of `rows` `(n, d)` is of the second set `(n,)`; NaN stays NaN.

        It is rounded to nine decimals, which do not depend on the other rows.
        """
        return np.asarray(expit((rows - self.mean) / self.spread @ self.weights + self.bias)).round(9)


def fit_binary(first: np.ndarray, second: np.ndarray, weight_decay: float = WEIGHT_DECAY) -> BinaryClassifier | None:
    """Return the classifier of rows `(n, d)` of two sets; None if a set has fewer than 5.

    Rows with NaN are left out. A set of more than 20 000 rows is sampled evenly.

    >>> classifier = fit_binary(np.arange(9.0)[:, None], np.arange(9.0)[:, None] + 20)
    >>> classifier.probability_of_second(np.array([[4.0], [14.0], [24.0]])).round(2).tolist()
    [0.02, 0.5, 0.98]
    """
    sets = [_sample_evenly(rows[~np.isnan(rows).any(axis=1)]) for rows in (first, second)]
    if min(map(len, sets)) < MIN_IMAGES:
        return None
    rows = np.concatenate(sets).astype(np.float64)
    classes = np.repeat([0, 1], [len(part) for part in sets])
    mean, spread = mean_and_spread(rows)
    weights, bias = softmax_regression((rows - mean) / spread, classes, sample_weights(classes, 1.0), weight_decay)
    return BinaryClassifier(mean, spread, weights[:, 1] - weights[:, 0], float(bias[1] - bias[0]))


def _sample_evenly(rows: np.ndarray) -> np.ndarray:
    return rows[:: -(-len(rows) // _MAX_IMAGES) or 1]
