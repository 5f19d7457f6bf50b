"""Tests of `harness.data.layouts.part_shares`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.layouts.part_shares import PartShares
from harness.errors import DataError

numbers = st.integers(0, 20)


@given(
    weights=st.tuples(numbers, numbers, numbers.filter(bool)).filter(lambda each: each[0] + each[1]),
    n=st.integers(0, 200),
)
def test_a_landmark_with_a_query_has_a_photo_in_each_part_with_a_share(weights: tuple[int, int, int], n: int) -> None:
    shares = PartShares.complete(*(weight / sum(weights) for weight in weights))
    sizes = shares.sizes(n)
    assert sum(sizes.values()) == n
    assert min(sizes.values()) >= 0
    for part, weight in zip(sizes, weights, strict=True):
        assert weight or not sizes[part]
        assert not weight or sizes[part] or not sizes["test"]
    if n >= 100:
        assert abs(sizes["test"] - n * shares.test) <= 2


def test_missing_shares_have_the_ratio_of_the_defaults() -> None:
    assert PartShares.complete(None, None, None) == PartShares(0.25, 0.5, 0.25)
    assert PartShares.complete(None, 0.4, None) == PartShares(0.3, 0.4, 0.3)
    assert PartShares.complete(0, None, None) == PartShares(0, 0.666666667, 0.333333333)


@pytest.mark.parametrize(
    ("shares", "complaint"),
    [
        ((None, None, 0), "train 0.333333, index 0.666667, test 0; without a share of test there would be no queries"),
        ((0.9, None, 0.9), "train 0.9, index -0.8, test 0.9; each must be from 0 to 1, and all together 1"),
        ((0.2, 0.2, 0.2), "train 0.2, index 0.2, test 0.2; each must be from 0 to 1, and all together 1"),
        ((0, 0, 1), "train 0, index 0, test 1; give train or index a share"),
        ((float("nan"), None, None), "each must be from 0 to 1"),
    ],
)
def test_shares_that_make_no_sense_are_refused(shares: tuple[float | None, ...], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        PartShares.complete(*shares)
