import numpy as np
import pytest

from harness.web.map import projection
from harness.web.map.projection import principal_components, project_pca


def test_components_are_those_of_a_singular_value_decomposition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "BLOCK", 100)
    draw = np.random.default_rng(1)
    rows = (draw.standard_normal((500, 20)) * np.linspace(5, 1, 20)).astype(np.float32)
    points, shares = principal_components(lambda positions: rows[positions], 500, 2, lambda *_: None)
    left, values, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    for axis in range(2):
        assert abs(np.corrcoef(points[:, axis], left[:, axis])[0, 1]) > 0.99
    assert shares == pytest.approx((values**2 / (values**2).sum())[:2], rel=1e-2)


@pytest.mark.parametrize("rows", [np.zeros((1, 3), np.float32), np.ones((5, 1), np.float32)])
def test_rows_without_variance_lie_at_one_point(rows: np.ndarray) -> None:
    projected = project_pca(lambda positions: rows[positions], len(rows), lambda *_: None)
    assert projected.points.shape == (len(rows), 2)
    assert np.ptp(projected.points) == 0
