"""Tests of `harness.web.charts.zoom`: enlargements in an address."""

import pytest

from harness.web.charts.zoom import Zoom


@pytest.mark.parametrize("text", ["cost:1,100,0.2,0.4", "time:,,0.2,0.4", "cost:1,,,", "time:,,,"])
def test_a_zoom_is_written_as_it_is_read(text):
    assert str(Zoom.read(text)) == text


@pytest.mark.parametrize(
    "text", ["", "cost", "cost:", "cost:1,2,3", "cost:a,,,", "cost:inf,,,", "x:1,2,3,4", "cost:1,2,3,4,5"]
)
def test_other_texts_are_no_zoom(text):
    assert Zoom.read(text) is None


def test_an_empty_range_is_the_whole_axis():
    zoom = Zoom.read("cost:5,2,,0.4")
    assert zoom is not None
    assert zoom.x_range(0, 10) == (0, 10)
    assert zoom.y_range(0, 1) == (0, 0.4)
