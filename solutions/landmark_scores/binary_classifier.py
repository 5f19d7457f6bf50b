"""A classifier that tells two sets of images apart by their descriptors, such as landmarks from what is none.

It is a logistic regression in which both sets weigh alike, however many images they have. Of the values of a few class
scores, right answers against wrong ones, it makes a calibrated confidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from solutions.training.logistic_head import QUIET, WEIGHT_DECAY, softmax_regression
from solutions.training.sampling import shares

FEWEST = 5  # images of a side that something can be learnt from
_MOST = 20_000  # images of a side that are learnt from


@dataclass(frozen=True, eq=False)
class TwoSides:
    """What tells the sides apart."""

    mean: np.ndarray  # (d,)
    spread: np.ndarray  # (d,)
    weights: np.ndarray  # (d,)
    bias: float

    def second(self, rows: np.ndarray) -> np.ndarray:
        """Return the probability that each of `rows` `(n, d)` is of the second side `(n,)`; NaN stays NaN.

        It has nine decimals, which are the same in any company of rows.
        """
        return np.asarray(expit((rows - self.mean) / self.spread @ self.weights + self.bias)).round(9)


def told_apart(first: np.ndarray, second: np.ndarray, weight_decay: float = WEIGHT_DECAY) -> TwoSides | None:
    """Return what tells the rows `(n, d)` of two sides apart; None where one of them has fewer than 5.

    Rows with NaN are left out, and of more than 20 000 of a side some at equal distances are taken.

    >>> sides = told_apart(np.arange(9.0)[:, None], np.arange(9.0)[:, None] + 20)
    >>> sides.second(np.array([[4.0], [14.0], [24.0]])).round(2).tolist()
    [0.02, 0.5, 0.98]
    """
    sides = [_some(rows[~np.isnan(rows).any(axis=1)]) for rows in (first, second)]
    if min(map(len, sides)) < FEWEST:
        return None
    rows = np.concatenate(sides).astype(np.float64)
    side = np.repeat([0, 1], [len(each) for each in sides])
    mean, variance = rows.mean(axis=0), rows.var(axis=0)
    spread = np.sqrt(variance + QUIET * variance.mean())
    spread[spread == 0] = 1
    weights, bias = softmax_regression((rows - mean) / spread, side, shares(side, 1.0), weight_decay)
    return TwoSides(mean, spread, weights[:, 1] - weights[:, 0], float(bias[1] - bias[0]))


def _some(rows: np.ndarray) -> np.ndarray:
    return rows[:: -(-len(rows) // _MOST) or 1]
