"""Tests of `leaderboard.seeds`, and of its place on the board."""

from statistics import mean, stdev

import pytest
from rich.console import Console

from leaderboard import board_rows, render
from leaderboard.order import Order
from leaderboard.seeds import seed_spread
from tests.factories.entries import make_entry

ORDER = Order("map@100", higher_is_better=True)
SCORES = [0.5, 0.7, 0.6]


def test_the_spread_is_over_the_latest_run_of_each_seed() -> None:
    entries = [make_entry(seed=seed, public=score, minute=seed) for seed, score in enumerate(SCORES)]
    earlier = make_entry(seed=1, public=0.1, minute=-5)
    failed = make_entry(seed=9, reason="it failed")
    spread = seed_spread([failed, *entries, earlier], ORDER, "public")
    assert spread.seeds == 3
    assert (spread.mean, spread.deviation) == pytest.approx((mean(SCORES), stdev(SCORES)))


def test_equal_scores_have_no_spread_at_all() -> None:
    spread = seed_spread([make_entry(seed=seed, public=0.1) for seed in range(3)], ORDER, "public")
    assert (spread.mean, spread.deviation) == (0.1, 0.0)


def test_a_row_of_the_board_has_the_spread_of_its_best_entrys_parameters() -> None:
    entries = [make_entry(seed=seed, public=score) for seed, score in enumerate(SCORES)]
    others = [make_entry("hash(kind='dct')", seed=seed, public=0.2) for seed in range(2)]
    (row,) = board_rows([*others, *entries], higher_is_better=True)
    assert (row.seeds, row.score_public, row.mean) == (3, 0.7, pytest.approx(mean(SCORES)))
    (single,) = board_rows(entries[:1], higher_is_better=True)
    assert (single.seeds, single.mean, single.deviation) == (1, None, None)


def test_the_terminal_has_a_column_for_seeds_only_if_a_solution_ran_with_several() -> None:
    entries = [make_entry(seed=seed, public=score) for seed, score in enumerate(SCORES)]
    heading = {"title": "a", "metric": "map@100", "higher_is_better": True, "width": 100}
    console = Console(width=100)
    texts = []
    for some in (entries, entries[:1]):
        with console.capture() as capture:
            console.print(render(board_rows(some, higher_is_better=True), "table", **heading))
        texts.append(capture.get())
    assert "0.600 ± 0.100 (3)" in texts[0]
    assert "seeds" not in texts[1]
