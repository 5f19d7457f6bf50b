"""Pictures of the shake-up and of probing, and names that want to be markup."""

import re

import numpy as np
import pytest

from harness.web.overfitting.probing_page import Attack, lines, probing_page
from harness.web.overfitting.shake_up_page import LEFT, ROW, WIDTH, Told, shake_up_page, strips
from harness.web.rendering import Frame
from leaderboard.overfitting.boosting_attack import Probed
from leaderboard.overfitting.shake_up import ShakeUp

DRAWN = np.array(
    [[[0.9, 0.5], [0.9, 0.5]], [[0.9, 0.5], [0.4, 0.5]], [[0.9, 0.5], [0.9, 0.5]], [[0.9, 0.5], [0.8, 0.5]]]
)


def shake(*names: str) -> ShakeUp:
    """Two entries, of which the second wins in one of four draws."""
    return ShakeUp(names, np.array([[0.9, 0.5], [0.4, 0.5]]), DRAWN)


def test_a_strip_has_a_cell_for_each_rank_as_full_as_it_is_frequent():
    picture = strips(shake("a", "b"))
    assert [strip.cells for strip in picture.strips] == [
        ((LEFT, 0.75, 1), (LEFT + WIDTH / 2, 0.25, 2)),
        ((LEFT, 0.25, 1), (LEFT + WIDTH / 2, 0.75, 2)),
    ]
    first, second = picture.strips
    assert (first.public, first.private) == (LEFT + WIDTH / 4, LEFT + 3 * WIDTH / 4)
    assert second.y - first.y == ROW


def test_many_ranks_are_not_all_written():
    names = tuple(f"n{i}" for i in range(40))
    scores = np.stack([np.linspace(1, 0, 40)] * 2)
    picture = strips(ShakeUp(names, scores, scores[None]))
    assert [rank for _, rank in picture.marks][:3] == [1, 4, 7]
    assert all(
        strip.cells == ((pytest.approx(LEFT + WIDTH / 40 * i, abs=0.01), 1.0, i + 1),)
        for i, strip in enumerate(picture.strips)
    )


def test_no_name_becomes_markup(hostile_names):
    for name in hostile_names:
        other = f"{name} too"
        told = Told(name, "map@100", 4, 2, shake(name, other), {name: 1, other: 2}, [name], left_out=[name])
        page = shake_up_page(Frame("t"), told)
        assert "<script>alert" not in page
        attack = Attack(name, "map@100", [name, other], 2, 4, {"plain board": PROBED, "Ladder": PROBED}, 1)
        assert "<script>alert" not in probing_page(Frame("t"), attack)
        assert "\x1b" not in page


PROBED = Probed((1, 10, 100), (0.5, 0.6, 0.7), (0.5, 0.5, 0.5))


def test_attacks_are_lines_of_what_was_told_and_what_it_was_worth():
    picture = lines({"plain board": PROBED, "Ladder": PROBED})
    assert [(line.name, line.told) for line in picture.lines] == [
        ("plain board", True), ("plain board", False), ("Ladder", True), ("Ladder", False),
    ]  # fmt: skip
    told, worth = picture.lines[:2]
    assert [y for _, y in told.points] == sorted([y for _, y in told.points], reverse=True)
    assert len({y for _, y in worth.points}) == 1
    assert re.fullmatch(r"M[\d. L]+", told.path)
    (left, _), (middle, _), (right, _) = told.points
    assert middle - left == pytest.approx(right - middle, abs=0.2)
