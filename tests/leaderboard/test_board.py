"""Tests of `leaderboard.board` and `leaderboard.order`."""

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard import LeaderboardError, board_rows, explain_order

best_up = partial(board_rows, higher_is_better=True)


def test_rows_are_ranked_by_public_score_and_move_to_their_private_rank(make_entry):
    entries = [
        make_entry("a", public=0.3, private=0.9),
        make_entry("b", public=0.5, private=0.1),
        make_entry("c", public=0.4, private=0.5),
    ]
    rows = best_up(entries)
    assert [(row.identity, row.rank, row.private_rank, row.move) for row in rows] == [
        ("b", 1, 3, -2),
        ("c", 2, 2, 0),
        ("a", 3, 1, 2),
    ]


def test_the_lowest_score_stands_first_if_lower_is_better(make_entry):
    rows = board_rows([make_entry("a", all=3.0), make_entry("b", all=1.5)], higher_is_better=False)
    assert [row.identity for row in rows] == ["b", "a"]


def test_of_equal_scores_the_earlier_entry_stands_above(make_entry):
    rows = best_up([make_entry("late", public=0.5, minute=2), make_entry("early", public=0.5, minute=1)])
    assert [(row.rank, row.identity) for row in rows] == [(1, "early"), (2, "late")]


def test_equal_scores_at_the_same_time_are_ordered_by_id(make_entry):
    rows = best_up([make_entry("b", public=0.5, id=2), make_entry("a", public=0.5, id=1)])
    assert [row.identity for row in rows] == ["a", "b"]


def test_a_row_shows_the_best_public_entry_not_the_last_and_not_the_best_private_one(make_entry):
    entries = [
        make_entry("hash", public=0.2, private=0.8, minute=1, id=1),
        make_entry("hash(kind='dct')", public=0.6, private=0.1, minute=2, id=2),
        make_entry("hash(kind='dct')", public=0.4, private=0.7, minute=3, id=3, seed=1),
    ]
    (row,) = best_up(entries)
    assert (row.entry_id, row.identity, row.entries, row.score_private) == (2, "hash(kind='dct')", 3, 0.1)
    assert (row.created, row.last) == (entries[1].created, entries[2].created)
    assert [row.entry_id for row in best_up(entries, best_of="identity")] == [2, 1]


def test_without_a_public_part_the_private_score_ranks_and_nothing_moves(make_entry):
    rows = best_up([make_entry("a", private=0.1, all=0.9), make_entry("b", private=0.2, all=0.1)])
    assert [(row.identity, row.rank, row.private_rank, row.move) for row in rows] == [
        ("b", 1, 1, None),
        ("a", 2, 2, None),
    ]


def test_without_a_public_or_private_score_the_score_over_all_queries_ranks(make_entry):
    rows = best_up([make_entry("a", public=None, all=0.1), make_entry("b", private=None, all=0.2)])
    assert [(row.identity, row.rank, row.private_rank) for row in rows] == [("b", 1, None), ("a", 2, None)]


def test_failed_and_unscored_entries_come_last_without_a_rank_and_with_the_reason(make_entry):
    rows = best_up(
        [
            make_entry("failed", reason="out of memory", minute=0),
            make_entry("unscored", status="unscored", scores={"public": {"map@100": 0.9}}, minute=1),
            make_entry("scored", public=0.0, minute=2),
        ]
    )
    assert [(row.identity, row.rank, row.status, row.score_public) for row in rows] == [
        ("scored", 1, "scored", 0.0),
        ("failed", None, "failed", None),
        ("unscored", None, "unscored", None),
    ]
    assert rows[1].reason == "out of memory"


def test_a_scored_entry_without_the_score_that_ranks_says_so(make_entry):
    rows = best_up([make_entry("a", public=0.1), make_entry("b", all=0.9)])
    assert (rows[1].rank, rows[1].reason) == (None, "no public score by map@100")


def test_a_solution_that_only_failed_shows_its_last_failure(make_entry):
    (row,) = best_up([make_entry(reason="timeout", minute=2, id=2), make_entry(reason="killed", minute=1, id=1)])
    assert (row.reason, row.entries, row.entry_id) == ("timeout", 2, 2)


def test_a_later_failure_does_not_hide_a_score(make_entry):
    (row,) = best_up([make_entry(public=0.4), make_entry(reason="killed", minute=9)])
    assert (row.rank, row.status, row.reason, row.entries) == (1, "scored", None, 2)


def test_cost_and_coverage_are_those_of_the_best_entry(make_entry):
    (row,) = best_up([make_entry(public=0.5)])
    assert (row.wall_s, row.cpu_s, row.peak_mb, row.coverage.answered) == (3.0, 12.0, 300.0, 2)


def test_another_metric_can_rank(make_entry):
    entries = [
        make_entry("a", scores={"public": {"map@100": 0.9, "precision@10": 0.1}}),
        make_entry("b", scores={"public": {"map@100": 0.1, "precision@10": 0.9}}),
    ]
    assert [row.identity for row in best_up(entries)] == ["a", "b"]
    rows = best_up(entries, metric="precision@10")
    assert [(row.identity, row.metric, row.score_public) for row in rows] == [
        ("b", "precision@10", 0.9),
        ("a", "precision@10", 0.1),
    ]


def test_the_interval_is_of_the_score_that_ranks(make_entry):
    intervals = {"public": (0.1, 0.3), "private": (0.4, 0.6)}
    (row,) = best_up([make_entry(public=0.2, private=0.5, intervals=intervals)])
    assert (row.low, row.high) == (0.1, 0.3)
    (row,) = best_up([make_entry(private=0.5, intervals=intervals)])
    assert (row.low, row.high) == (0.4, 0.6)


def test_without_an_interval_of_the_score_that_ranks_there_are_no_bounds(make_entry):
    scores = {"public": {"map@100": 0.9, "precision@10": 0.1}}
    entries = [make_entry("a", scores=scores, intervals={"public": (0.8, 1.0)}), make_entry("b", reason="killed")]
    assert [(row.low, row.high) for row in best_up(entries)] == [(0.8, 1.0), (None, None)]
    assert [(row.low, row.high) for row in best_up(entries, metric="precision@10")] == [(None, None)] * 2
    assert [row.low for row in best_up([make_entry(private=0.5, public=0.5, intervals={"private": (0, 1)})])] == [None]


def test_entries_ranked_by_several_metrics_are_not_mixed(make_entry):
    entries = [make_entry(public=0.1), make_entry("b", metric="gap", scores={"public": {"gap": 0.1}})]
    with pytest.raises(LeaderboardError, match="gap, map@100: choose one"):
        best_up(entries)


@pytest.mark.parametrize("other", [{"competition": "x"}, {"task": "recognition"}, {"split": "fold 1/2"}])
def test_entries_of_several_leaderboards_are_not_mixed(make_entry, other):
    with pytest.raises(LeaderboardError, match="several leaderboards"):
        best_up([make_entry(public=0.1), make_entry(public=0.1, **other)])


def test_no_entries_make_no_rows():
    assert best_up([]) == []


SCORES = st.none() | st.sampled_from([0.0, 0.25, 0.5]) | st.floats(0, 1)
ENTRY_VALUES = st.lists(
    st.tuples(st.sampled_from("abcd"), SCORES, SCORES, st.booleans(), st.integers(0, 3)), max_size=12
)


def random_entries(make_entry, entry_values):
    return [
        make_entry(name, public=public, private=private, reason="failed" if fails else None, minute=minute, id=number)
        for number, (name, public, private, fails, minute) in enumerate(entry_values, 1)
    ]


@given(entry_values=ENTRY_VALUES, data=st.data(), best_of=st.sampled_from(["solution", "identity"]))
def test_the_order_of_the_entries_does_not_matter(make_entry, entry_values, data, best_of):
    entries = random_entries(make_entry, entry_values)
    shuffled = data.draw(st.permutations(entries))
    assert best_up(shuffled, best_of=best_of) == best_up(entries, best_of=best_of)


@given(entry_values=ENTRY_VALUES, higher=st.booleans())
def test_ranks_count_from_one_by_score_and_unscored_entries_have_none(make_entry, entry_values, higher):
    rows = board_rows(random_entries(make_entry, entry_values), higher_is_better=higher)
    ranked = [row for row in rows if row.rank is not None]
    assert rows[: len(ranked)] == ranked
    assert [row.rank for row in ranked] == list(range(1, len(ranked) + 1))
    assert all(row.status == "scored" for row in ranked)
    part = "public" if any(row.score_public is not None for row in rows) else "private"
    scores = [getattr(row, f"score_{part}") for row in ranked]
    assert scores == sorted(scores, reverse=higher)
    assert sum(row.entries for row in rows) == len(entry_values)


@given(entry_values=ENTRY_VALUES)
def test_private_ranks_are_a_permutation_and_moves_add_up(make_entry, entry_values):
    rows = best_up(random_entries(make_entry, entry_values))
    private = sorted(row.private_rank for row in rows if row.private_rank)
    assert private == list(range(1, len(private) + 1))
    assert all(row.move == row.rank - row.private_rank for row in rows if row.move is not None)


@given(entry_values=ENTRY_VALUES)
def test_an_additional_failure_changes_no_rank(make_entry, entry_values):
    entries = random_entries(make_entry, entry_values)
    later = make_entry("a", reason="killed", minute=9, id=99)
    before = {row.identity: row.rank for row in best_up(entries)}
    after = {row.identity: row.rank for row in best_up([*entries, later])}
    assert after == {"a": None} | before


def test_order_is_explained_by_the_score(make_entry):
    a, b = best_up([make_entry("a", public=0.5), make_entry("b", public=0.25)])
    line = "a is above b: public score 0.5 against 0.25, and higher is better"
    assert explain_order(a, b) == explain_order(b, a) == line


def test_order_is_explained_by_age(make_entry):
    entries = [make_entry("a", private=0.5, minute=1, id=4), make_entry("b", private=0.5, minute=2, id=3)]
    assert explain_order(*best_up(entries)) == (
        "a is above b: both have the private score 0.5, and it was entered earlier "
        "(2026-03-01 12:01:00.000000 UTC against 2026-03-01 12:02:00.000000 UTC)"
    )
    at_once = [replace(entry, created=entries[0].created) for entry in entries]
    assert explain_order(*best_up(at_once)) == (
        "b is above a: both have the private score 0.5, and it was entered earlier (entry 3 before entry 4)"
    )


def test_order_is_explained_by_a_missing_rank(make_entry):
    rows = best_up([make_entry("a", public=0.5), make_entry("b", reason="timeout\nafter 3 s")])
    assert explain_order(*rows) == r"b is not ranked: timeout\nafter 3 s"


def test_an_explanation_is_one_safe_line_for_any_names(make_entry, hostile_names):
    rows = best_up([make_entry(name, public=0.5) for name in hostile_names], best_of="identity")
    lines = [explain_order(rows[0], row) for row in rows[1:]]
    assert all(line.isprintable() and len(line) < 1000 for line in lines)
