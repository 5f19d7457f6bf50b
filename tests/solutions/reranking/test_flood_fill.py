"""Tests of `solutions.reranking.flood_fill`.

The reference widens the interval round by round. The printed bugs are reproduced too.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.reranking.flood_fill import flood_fill

DECK = np.array([0.912, 0.1, 0.0, 0.74, 0.16, 0.95])
PROBABILITIES = st.lists(st.sampled_from([0.0, 0.004, 0.01, 0.02, 0.5, 0.505, 0.99, 0.999, 1.0]), max_size=30)


def round_by_round(column: np.ndarray, value: float, enough: int, order: str) -> list[int]:
    """Widen the interval step by step and add the new images until there are enough."""
    reached: list[int] = []
    rings: dict[int, int] = {}
    for number in range(1, 101):
        new = [i for i, each in enumerate(column) if i not in rings and abs(each - value) <= number * 0.01 + 1e-9]
        rings |= dict.fromkeys(new, number)
        reached += sorted(new, key=lambda i: (-column[i], i))
        if len(reached) >= enough:
            break
    if order == "probability":
        reached.sort(key=lambda i: (-column[i], i))
    elif order == "nearness":
        reached.sort(key=lambda i: (abs(column[i] - value), -column[i], i))
    return reached[:enough]


@given(PROBABILITIES, st.lists(st.floats(0, 1), max_size=4), st.integers(1, 12))
@pytest.mark.parametrize("order", ["probability", "nearness", "seed"])
def test_the_flood_fill_equals_that_of_the_rounds(
    order: str, column: list[float], values: list[float], enough: int
) -> None:
    results = flood_fill(np.array(column), np.array(values), enough, order=order)
    for row, value in zip(results, values, strict=True):
        assert row[row >= 0].tolist() == round_by_round(np.array(column), value, enough, order)
        assert (row[len(row[row >= 0]) :] == -1).all()


def test_the_example_of_the_slides() -> None:
    assert flood_fill(DECK, np.array([0.93]), 4).tolist() == [[5, 0, 3, 4]]
    assert flood_fill(DECK, np.array([0.93]), 3).tolist() == [[5, 0, 3]]


def test_images_are_ordered_by_probability_or_by_nearness() -> None:
    column = np.array([0.8, 0.7, 0.65])
    assert flood_fill(column, np.array([0.7]), 3).tolist() == [[0, 1, 2]]
    assert flood_fill(column, np.array([0.7]), 3, order="nearness").tolist() == [[1, 2, 0]]


def test_an_interval_holds_all_or_none_of_equal_probabilities() -> None:
    assert flood_fill(np.full(7, 0.5), np.array([0.5, 0.1]), 4).tolist() == [[0, 1, 2, 3], [0, 1, 2, 3]]


def test_repeating_earlier_hits_in_every_round_as_the_deck_would_fills_the_list_with_repeats() -> None:
    listed: list[int] = []
    for number in range(1, 100):  # the deck appends all that lies within, not what is new
        listed += np.flatnonzero(np.abs(DECK - 0.93) <= number * 0.01).tolist()
        if len(listed) > 6:
            break
    assert listed == [0, 5] * 3 + [0, 5], "four rounds bring the same two images"
    assert sorted(flood_fill(DECK, np.array([0.93]), 6)[0].tolist()) == [0, 1, 2, 3, 4, 5]


def test_positions_that_become_floats_as_in_the_deck_fail() -> None:
    places = np.append(np.array([]), np.array([0, 5]))
    with pytest.raises(IndexError):
        DECK[places]
    assert flood_fill(DECK, np.array([0.93]), 2).dtype == np.int32


def test_ids_split_at_blanks_as_in_the_deck_are_all_empty() -> None:
    assert "".join(["0123456789abcdef.jpg"][:-1]) == ""
