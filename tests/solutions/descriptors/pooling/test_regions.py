import math

import numpy as np
import pytest

from solutions.descriptors.pooling.poolings import gem, mac, spoc, spoc_centre
from solutions.descriptors.pooling.regions import pool_boxes, rmac_boxes, sum_of_regions, tile_boxes

MAPS = np.random.default_rng(3).gamma(1, 1, (9, 12, 5)).astype(np.float32)


def slow_squares(height: int, width: int) -> list[tuple[int, int, int, int]]:
    """Return the regions as cirtorch's loops have them, without the whole image that it adds."""
    w = min(height, width)
    steps = np.arange(2, 8)
    b = (max(height, width) - w) / (steps - 1)
    extra = int(np.argmin(np.abs((w**2 - w * b) / w**2 - 0.4).round(9))) + 1
    extra_down, extra_across = extra * (height > width), extra * (width > height)
    result = []
    for level in (1, 2, 3):
        side = math.floor(2 * w / (level + 1))
        half = math.floor(side / 2 - 1)
        corners = []
        for length, count in ((height, level + extra_down), (width, level + extra_across)):
            step = 0 if count == 1 else (length - side) / (count - 1)
            corners.append([math.floor(half + i * step + 1e-9) - half for i in range(count)])
        result += [(top, left, top + side, left + side) for top in corners[0] for left in corners[1] if side]
    return result


@pytest.mark.parametrize(("shape", "count"), [((7, 7), 14), ((9, 12), 20), ((12, 9), 20), ((7, 14), 26), ((14, 7), 26)])
def test_the_number_of_squares_is_the_published_one(shape: tuple[int, int], count: int) -> None:
    assert len(rmac_boxes(*shape)) == count


def test_squares_agree_with_slow_loops_and_cover_the_maps() -> None:
    for height in range(1, 19):
        for width in range(1, 19):
            boxes = rmac_boxes(height, width)
            assert list(boxes) == slow_squares(height, width)
            covered = np.zeros((height, width), bool)
            for top, left, bottom, right in boxes:
                assert 0 <= top < bottom <= height
                assert 0 <= left < right <= width
                covered[top:bottom, left:right] = True
            assert covered.all() or max(height, width) > 7 * min(height, width)


def test_there_are_always_fourteen_tiles_inside_the_maps() -> None:
    for height in range(1, 19):
        for width in range(1, 19):
            boxes = tile_boxes(height, width)
            assert len(boxes) == 14
            assert all(0 <= top < bottom <= height and 0 <= left < right <= width for top, left, bottom, right in boxes)
        assert tile_boxes(height + 2, height + 2) == rmac_boxes(height + 2, height + 2)


@pytest.mark.parametrize("pooling", [mac, spoc, gem, spoc_centre])
def test_rmac_agrees_with_a_loop_over_regions_and_channels(pooling) -> None:
    total = np.zeros(5)
    for top, left, bottom, right in slow_squares(9, 12):
        region = np.array([pooling(MAPS[None, top:bottom, left:right, [c]]).item() for c in range(5)], float)
        total += region / math.sqrt((region**2).sum())
    assert np.allclose(sum_of_regions(MAPS, pooling), total, rtol=1e-5)


def test_a_region_of_zeros_stays_zero() -> None:
    rows = pool_boxes(np.zeros((4, 4, 3), np.float32), rmac_boxes(4, 4), mac)
    assert not rows.any()
