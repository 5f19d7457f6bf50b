from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("matplotlib")

from solutions.training.learning_curve import can_draw, draw_learning_curve


@pytest.mark.parametrize("gaps", [[0.2, 0.6, 0.5], [np.nan] * 3])
def test_a_curve_is_drawn_with_any_title(tmp_path: Path, gaps: list[float]) -> None:
    assert can_draw()
    draw_learning_curve(np.array([[2.0, 1.0, 0.5], gaps]).T, "dense on $x_ $ [bold]", tmp_path / "curve.png")
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.format == "PNG"
        assert len(np.unique(np.asarray(picture.convert("L")))) > 10
