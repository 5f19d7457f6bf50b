"""A paired test of two systems on the same cross-validation folds.

The training sets of folds overlap, so the scores of folds are not independent, and the usual t-test finds too many
differences. The corrected test adds the share of the test images to the variance of the mean.

Source: "Inference for the Generalization Error", C. Nadeau and Y. Bengio, 2003.
"""

from collections.abc import Sequence
from math import atan, cos, pi, sin, sqrt
from statistics import fmean, variance

NAME = "corrected paired t-test over the folds (Nadeau and Bengio, 2003)"


def paired_fold_test(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return the two-sided p-value of equal means on the same folds; None for fewer than two folds.

    >>> round(paired_fold_test([0.5, 0.6, 0.7], [0.4, 0.52, 0.59]) or 0, 3)
    0.02
    """
    differences = [a - b for a, b in zip(first, second, strict=True)]
    n = len(differences)
    if n < 2:
        return None
    spread = variance(differences) * (1 / n + 1 / (n - 1))  # 1 / (n - 1): images of a fold to those it learns from
    if spread <= 1e-24:
        return 1.0 if abs(fmean(differences)) <= 1e-12 else 0.0
    return two_sided_p(abs(fmean(differences)) / sqrt(spread), n - 1)


def two_sided_p(t: float, degrees: int) -> float:
    """Return the probability that Student's t with whole degrees of freedom is farther from 0 than `t`.

    Source: "Handbook of Mathematical Functions", M. Abramowitz and I. Stegun, 26.7.3 and 26.7.4.

    >>> round(two_sided_p(2.776, 4), 3), round(two_sided_p(12.706, 1), 3)
    (0.05, 0.05)
    """
    angle = atan(t / sqrt(degrees))
    term, total = 1.0, 0.0
    if degrees % 2:
        term = cos(angle)
        for k in range(3, degrees + 1, 2):
            total += term
            term *= cos(angle) ** 2 * (k - 1) / k
        inside = 2 / pi * (angle + (sin(angle) * total if degrees > 1 else 0.0))
    else:
        for k in range(2, degrees + 1, 2):
            total += term
            term *= cos(angle) ** 2 * (k - 1) / k
        inside = sin(angle) * total
    return min(1.0, max(0.0, 1 - inside))
