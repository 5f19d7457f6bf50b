import numpy as np

from solutions.descriptors.normalisation import l2_normalise


def test_rows_have_length_one_and_zeros_and_nan_stay() -> None:
    rows = l2_normalise(np.array([[3, 4], [0, 0], [np.nan, 1]], np.float32))
    assert np.allclose(rows[:2], [[0.6, 0.8], [0, 0]])
    assert np.isnan(rows[2]).all()
