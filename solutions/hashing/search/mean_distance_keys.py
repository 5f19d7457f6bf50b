"""Integer keys in the order of the means of distances, so that equal means tie whatever the order of the hashes.

| mean | key of the distances D |
|---|---|
| arithmetic | the sum of D |
| geometric | the product of 1 + D |
| square_root | the sum of sqrt(D), in units of 2**-56 |
| harmonic | minus the sum of 1 / (1 + D), in units of about 1e-18 |

Ties of the last two are exact as well. A root is a times the rounded sqrt(s), where D = a * a * s and s is square-free:
sums of such roots are equal only if they are equal term by term. The unit of the reciprocals is one over a multiple of
every 1 + D up to 65 except the primes above 31. No other 1 + D has these as factors, so equal sums hold each of them
equally often, and its rounding cancels. Means that differ by less than a few units may come in either order.
"""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

Mean = Literal["geometric", "harmonic", "arithmetic", "square_root"]
Keys = npt.NDArray[np.int64]

MAX_HASHES = 8  # with more, products could exceed the 53 bits of doubles, and sums 63 bits
_ROOT = 2**56
_RECIPROCAL = 512 * math.prod((2**6, 3**3, 5**2, 7**2, 11, 13, 17, 19, 23, 29, 31))


def key_table(mean: Mean) -> Keys:
    """Return what each distance adds to the key or, of the geometric mean, multiplies it by: (65,)."""
    entry: dict[Mean, Callable[[int], int]] = {
        "arithmetic": lambda distance: distance,
        "geometric": lambda distance: distance + 1,
        "square_root": _root,
        "harmonic": lambda distance: -((2 * _RECIPROCAL + distance + 1) // (2 * (distance + 1))),  # rounded
    }
    return np.array([entry[mean](distance) for distance in range(65)], np.int64)


def _root(distance: int) -> int:
    """Return the square root in units: a multiple of the root of the distance's square-free part.

    >>> _root(8) == 2 * _root(2), _root(9) / _ROOT
    (True, 3.0)
    """
    factor = max(a for a in range(1, 9) if distance % (a * a) == 0)
    return factor * math.isqrt(distance // (factor * factor) * _ROOT * _ROOT)


def means_of(keys: Keys, mean: Mean, n_hashes: int) -> npt.NDArray[np.float64]:
    """Return the means of keys; exactly 0 where all distances are 0."""
    if mean == "geometric":
        return np.asarray(keys ** (1 / n_hashes) - 1)
    if mean == "harmonic":
        return np.asarray(n_hashes / (keys / -_RECIPROCAL) - 1)
    return np.asarray(keys / ((_ROOT if mean == "square_root" else 1) * n_hashes))
