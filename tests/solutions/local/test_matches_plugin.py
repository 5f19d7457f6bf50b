"""Tests of `solutions.local.matches_plugin` and `solutions.local.explanation`.

Both give the same matches of the same photographs.
"""

from importlib.metadata import entry_points
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.images.decode import decode
from harness.web.data.local_matches import MIN_SIDE
from solutions.local.explanation import explain_match
from solutions.local.matches_plugin import matched
from solutions.local.sift import Sift
from tests.factories.competitions import image_id, image_path, make_competition, save_image
from tests.solutions.local.image_factories import textured, warp


def test_matches_of_pixels_equal_those_of_files(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "competition")
    one = textured(5, 1200, 1600)
    other = warp(one, np.array([[0.95, 0.05, 6], [-0.05, 0.95, 9]]))
    paths = [image_path(folder, part, image_id(part, 0)) for part in ("test", "index")]
    for path, pixels in zip(paths, (one, other), strict=True):
        save_image(path, pixels)
    competition = Competition.open(folder, folder / "store")
    told = explain_match(competition.queries[:1], competition.index[:1], Sift()).as_json
    results = matched(*(decode(path, mode="L", reduce_to=MIN_SIDE, upright=True) for path in paths))
    assert results == {name: told[name] for name in ("n_inliers", "matches")}
    assert results["n_inliers"] > 40


def test_the_plugin_is_registered_as_an_entry_point() -> None:
    (point,) = entry_points(group="landmark.matches", name="sift")
    assert point.load() is matched
