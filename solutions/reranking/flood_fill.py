"""Flood fill: index images whose probability of a label is close to that of the query.

Source: K. E. Odoh, "Landmark Retrieval & Recognition", 2018. The interval around the query's probability is widened in
steps until it holds enough images. The printed code cannot run; the tests show the effect of each of its bugs.
"""

from typing import Literal

import numpy as np

Order = Literal["probability", "nearness", "seed"]

STEP = 0.01  # by which the interval is widened on each side
_ROUNDED = 1e-9  # probabilities this close to the end of an interval are inside


def flood_fill(
    column: np.ndarray, values: np.ndarray, enough: int, *, step: float = STEP, order: Order = "probability"
) -> np.ndarray:
    """Return positions of the index images in an interval around each value, best first: `(m, enough)`, -1 for none.

    `column` `(n_index,)` holds each index image's probability of a label, `values` `(m,)` those of queries. The
    interval is the smallest of whole steps that holds enough images, or else all images. Images are in order of
    descending probability, or of nearness to the query's; ties by position. `order="seed"` is the deck's order:
    interval by interval as they are widened, each by descending probability.

    >>> column = np.array([0.912, 0.1, 0.0, 0.74, 0.16, 0.95])
    >>> flood_fill(column, np.array([0.93]), 4), flood_fill(column, np.array([0.93]), 4, order="nearness")
    (array([[5, 0, 3, 4]], dtype=int32), array([[0, 5, 3, 4]], dtype=int32))
    """
    falling = np.argsort(-column, kind="stable")
    begins, stops = _intervals(-column[falling], values, enough, step)
    if order == "probability":
        places = begins[:, None] + np.arange(enough)
        return np.where(places < stops[:, None], np.append(falling, -1)[np.minimum(places, len(column))], -1).astype(
            np.int32
        )
    results = np.full((len(values), enough), -1, np.int32)
    for row, value, begin, stop in zip(results, values, begins, stops, strict=True):
        some = falling[begin:stop]
        apart = np.abs(column[some] - value)
        first = apart if order == "nearness" else np.maximum(np.ceil(apart / step - _ROUNDED), 1)
        chosen = some[np.lexsort((some, -column[some], first))][:enough]
        row[: len(chosen)] = chosen
    return results


def _intervals(rising: np.ndarray, values: np.ndarray, enough: int, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Return begin and stop of the interval of each value among the ascending negative probabilities."""
    lowest, highest = np.ones(len(values), int), np.full(len(values), int(np.ceil(1 / step)))
    while (lowest < highest).any():
        middle = (lowest + highest) // 2
        begins, stops = _bounds(rising, values, middle * step)
        holds = stops - begins >= enough
        highest, lowest = np.where(holds, middle, highest), np.where(holds, lowest, middle + 1)
        lowest = np.minimum(lowest, highest)
    return _bounds(rising, values, highest * step)


def _bounds(rising: np.ndarray, values: np.ndarray, reach: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    reach = reach + _ROUNDED
    return np.searchsorted(rising, -values - reach), np.searchsorted(rising, -values + reach, side="right")
