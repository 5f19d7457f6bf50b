"""Tests of `leaderboard.medals`."""

import pytest

from leaderboard import board_rows
from leaderboard.medals import awards, medal, medal_limits


@pytest.mark.parametrize(
    ("teams", "limits"),
    [
        (1, (1, 1, 1)),
        (10, (1, 2, 4)),
        (99, (9, 19, 39)),
        (100, (10, 20, 40)),
        (249, (10, 49, 99)),
        (250, (10, 50, 100)),
        (999, (11, 50, 100)),
        (1000, (12, 50, 100)),
        (5000, (20, 250, 500)),
    ],
)
def test_the_limits_are_those_of_kaggle(teams, limits):
    assert medal_limits(teams) == limits


@pytest.mark.parametrize("teams", range(1, 1200, 7))
def test_medals_never_improve_down_the_board(teams):
    order = ["gold", "silver", "bronze", None]
    places = [order.index(medal(rank, teams)) for rank in range(1, teams + 1)]
    assert places[0] == 0
    assert places == sorted(places)


def test_the_private_rank_decides(make_entry):
    entries = [make_entry(f"s{n}", public=n / 10, private=1 - n / 10, id=n + 1) for n in range(10)]
    rows = board_rows([*entries, make_entry("broken", reason="no")], higher_is_better=True)
    by_name = {row.solution: award for row, award in zip(rows, awards(rows), strict=True)}
    assert (by_name["s0"].medal, by_name["s0"].top_percent) == ("gold", 10)
    assert (by_name["s9"].medal, by_name["s9"].top_percent) == (None, 100)
    assert by_name["broken"] is None


def test_without_private_scores_the_rank_decides(make_entry):
    rows = board_rows(
        [make_entry("a", all=0.1), make_entry("b", all=0.9), make_entry("c", all=0.5)], higher_is_better=True
    )
    assert [(row.solution, award.medal, award.top_percent) for row, award in zip(rows, awards(rows), strict=True)] == [
        ("b", "gold", 34),
        ("c", None, 67),
        ("a", None, 100),
    ]
