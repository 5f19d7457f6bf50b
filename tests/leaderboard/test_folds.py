"""Tests of `leaderboard.folds`."""

from functools import partial
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard import LeaderboardError, fold_rows

best_up = partial(fold_rows, higher_is_better=True)


@pytest.fixture
def folds(make_entry):
    """Entries of one identity on the folds whose scores are not None; a text is the reason of a failure."""

    def make(identity, scores, part="all", minute=0):
        return [
            make_entry(identity, split=f"fold {fold}/{len(scores)}", minute=minute + fold, id=fold, **value)
            for fold, score in enumerate(scores, 1)
            if score is not None
            for value in [{"reason": score} if isinstance(score, str) else {part: score}]
        ]

    return make


def test_a_row_is_mean_and_sample_deviation_over_the_folds(folds):
    (row,) = best_up(folds("a", [0.1, 0.2, 0.6]))
    assert (row.rank, row.done, row.folds, row.failed, row.complete, row.part) == (1, 3, 3, 0, True, "all")
    assert row.mean == pytest.approx(mean([0.1, 0.2, 0.6]))
    assert row.deviation == pytest.approx(stdev([0.1, 0.2, 0.6]))
    assert (row.wall_s, row.cpu_s, row.peak_mb, row.entries) == (9.0, 36.0, 300.0, 3)


def test_private_scores_are_preferred(folds, make_entry):
    (row,) = best_up([make_entry(split="fold 1/1", private=0.2, all=0.9)])
    assert (row.part, row.mean, row.deviation) == ("private", 0.2, None)


def test_an_incomplete_identity_stands_after_worse_complete_ones_without_a_rank(folds):
    entries = folds("best", [0.9, 0.9, None]) + folds("good", [0.5, 0.5, 0.5]) + folds("bad", [0.1, 0.1, 0.1])
    rows = best_up(entries)
    assert [(row.identity, row.rank, row.complete, row.done) for row in rows] == [
        ("good", 1, True, 3),
        ("bad", 2, True, 3),
        ("best", None, False, 2),
    ]


def test_a_failed_fold_is_counted_and_its_reason_is_shown(folds):
    (row,) = best_up(folds("a", [0.5, "killed", "timeout", None]))
    assert (row.done, row.failed, row.complete, row.reason) == (1, 2, False, "fold 3/4: timeout")


def test_an_identity_without_any_score_has_no_mean(folds):
    (row,) = best_up(folds("a", ["killed", None]))
    assert (row.mean, row.deviation, row.created, row.wall_s, row.rank) == (None, None, None, None, None)


def test_the_latest_run_of_a_seed_counts_and_seeds_are_averaged_within_their_fold(make_entry):
    runs = [
        make_entry(split="fold 1/2", all=0.1, minute=1),
        make_entry(split="fold 1/2", all=0.2, minute=2),
        make_entry(split="fold 1/2", all=0.4, minute=0, seed=1),
        make_entry(split="fold 1/2", reason="killed", minute=5),
        make_entry(split="fold 2/2", all=0.5, minute=3),
    ]
    (row,) = best_up(runs)
    assert row.mean == pytest.approx(mean([mean([0.2, 0.4]), 0.5]))
    assert (row.complete, row.failed, row.entries) == (True, 0, 5)


def test_of_equal_means_the_earlier_stands_above(folds):
    rows = best_up(folds("late", [0.5, 0.5], minute=3) + folds("early", [0.5, 0.5], minute=1))
    assert [row.identity for row in rows] == ["early", "late"]


def test_other_splits_are_left_out_and_cross_validations_are_not_mixed(folds, make_entry):
    entries = [*folds("a", [0.5, 0.5]), make_entry("a", all=0.9), make_entry("a", split="fold x/2", all=0.9)]
    assert [row.entries for row in best_up(entries)] == [2]
    entries += folds("a", [0.1, 0.2, 0.3])
    with pytest.raises(LeaderboardError, match="several cross-validations"):
        best_up(entries)
    assert [row.folds for row in best_up(entries, folds=3)] == [3]


@given(
    scores=st.lists(st.lists(st.none() | st.floats(0, 1), min_size=3, max_size=3), max_size=5),
    data=st.data(),
    higher=st.booleans(),
)
def test_complete_rows_come_first_by_mean_for_any_order_of_entries(make_entry, scores, data, higher):
    entries = [
        make_entry(f"s{row}", split=f"fold {fold}/3", all=score, minute=3 * row + fold)
        for row, folds in enumerate(scores)
        for fold, score in enumerate(folds, 1)
        if score is not None
    ]
    rows = fold_rows(data.draw(st.permutations(entries)), higher_is_better=higher)
    assert rows == fold_rows(entries, higher_is_better=higher)
    assert [row.complete for row in rows] == sorted((row.complete for row in rows), reverse=True)
    means = [row.mean for row in rows if row.rank]
    assert means == sorted(means, reverse=higher)
