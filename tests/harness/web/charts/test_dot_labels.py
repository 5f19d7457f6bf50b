"""Tests of `harness.web.charts.dot_labels`: the names of dots."""

from harness.web.charts.board_charts import AREA
from harness.web.charts.dot_labels import MAX_LABELS, label_dots


def test_names_stand_within_the_chart_beside_their_dots():
    (label,) = label_dots([("hash(kind='dct')", 200.0, 100.0)], [(200.0, 100.0)], [], AREA)
    assert (label.text, label.leader) == ("hash(kind='dct')", None)
    assert 200 < label.x < 215
    assert 95 < label.y < 110


def test_long_names_are_cut_and_only_the_first_are_placed():
    named = [("a very long name of a solution with parameters", 100.0 + 9 * n, 30.0 + 9 * n) for n in range(25)]
    labels = label_dots(named, [(x, y) for _, x, y in named], [], AREA)
    assert 0 < len(labels) <= MAX_LABELS
    assert all(len(label.text) <= 26 for label in labels)
