import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from harness.synthetic.post_processing import ORIENTATIONS, Jpeg, encode


@pytest.mark.parametrize("turns", ORIENTATIONS)
def test_the_exif_orientation_undoes_the_rotation(turns: int) -> None:
    upright = np.linspace(0, 255, 32 * 48 * 3).reshape(32, 48, 3).astype(np.uint8)
    rotated = Jpeg(np.ascontiguousarray(np.rot90(upright, turns)), ORIENTATIONS[turns], 95)
    decoded = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(encode(rotated)))), float)
    assert np.abs(decoded - upright).mean() < 5
