"""Tests of `leaderboard.references`."""

from dataclasses import replace
from functools import partial

import pytest

from leaderboard import board_rows, fold_rows
from leaderboard.references import (
    OTHERS,
    ReferenceRow,
    baseline_references,
    published_references,
    rank_without_baselines,
    reference_lines,
    reference_rows,
)


@pytest.mark.parametrize("metric", ["map@100", "gap"])
def test_published_scores_name_their_source_and_their_photographs(metric):
    for reference in published_references(metric):
        scores = [score for score in (reference.score_public, reference.score_private) if score is not None]
        assert scores
        assert all(0 < score < 1 for score in scores)
        assert reference.score_all is None
        assert reference.source
        assert "Google Landmarks" in reference.of
        assert not reference.same


@pytest.mark.parametrize("metric", ["map@100", "gap"])
def test_no_published_score_is_listed_twice(metric):
    keys = [(each.name, each.of) for each in published_references(metric)]
    assert len(keys) == len(set(keys)) > 10


def test_a_metric_without_published_scores_has_no_references():
    assert published_references("precision@7") == ()


def test_scores_of_different_years_are_separate_rows():
    """The same team's score changed with the ground truth alone: .3723 as it was, .3714 scored again."""
    smlyaka = {each.of: each.score_private for each in published_references("map@100") if "smlyaka" in each.name}
    assert list(smlyaka.values()) == [0.3723, 0.3714]


def test_only_visible_scores_on_the_own_photographs_are_listed():
    near = ReferenceRow("near", 0.1, 0.2, 0.3, "entry #3", "here", same=True)
    far = ReferenceRow("far", 0.4, 0.5, None, "a paper", "elsewhere", same=False)
    assert reference_rows([near, far], ("public",)) == [replace(near, score_private=None, score_all=None), far]
    assert reference_rows([replace(near, score_public=None), far], ("public",)) == [far]


def test_a_reference_without_a_score_is_left_out():
    assert reference_rows([ReferenceRow("near", None, None, None, "entry #3", "here", same=True)]) == []


def test_comparable_references_come_first():
    far = ReferenceRow("far", 0.9, None, None, "a paper", "elsewhere", same=False)
    near = ReferenceRow("near", 0.1, None, None, "entry #1", "here", same=True)
    assert reference_rows([far, near]) == [near, far]


def test_baselines_are_references_and_take_no_rank(make_entry):
    entries = [
        make_entry("first_images", public=0.9, private=0.8),
        make_entry("hash", public=0.5, private=0.4),
        make_entry("most_frequent", reason="broken"),
    ]
    (baseline,) = baseline_references(entries, "synthetic")
    assert (baseline.name, baseline.score_public, baseline.score_private) == ("first_images", 0.9, 0.8)
    assert (baseline.score_all, baseline.of, baseline.same) == (None, "synthetic", True)
    rows = rank_without_baselines(entries, partial(board_rows, higher_is_better=True))
    assert [(row.rank, row.private_rank, row.move, row.identity) for row in rows] == [
        (1, 1, 0, "hash"),
        (None, None, None, "first_images"),
        (None, None, None, "most_frequent"),
    ]
    assert [row.reason for row in rows] == [None, "a baseline, which takes no rank", "broken"]


def test_baselines_stand_below_ranked_and_above_unranked_rows(make_entry):
    entries = [
        make_entry("first_images", public=0.9),
        make_entry("hash", reason="broken"),
        make_entry("dft", public=0.1),
    ]
    rows = rank_without_baselines(entries, partial(board_rows, higher_is_better=True))
    assert [(row.rank, row.identity) for row in rows] == [(1, "dft"), (None, "first_images"), (None, "hash")]


def test_baselines_take_no_rank_over_folds(make_entry):
    entries = [
        make_entry(name, all=score, split=f"fold {fold}/2")
        for name, score in (("first_images", 0.9), ("hash", 0.5))
        for fold in (1, 2)
    ]
    rows = rank_without_baselines(entries, partial(fold_rows, higher_is_better=True))
    assert [(row.rank, row.identity, row.mean) for row in rows] == [(1, "hash", 0.5), (None, "first_images", 0.9)]


def test_of_several_entries_of_a_baseline_the_latest_counts(make_entry):
    entries = [make_entry("first_images", public=0.1), make_entry("first_images", public=0.2, minute=1)]
    assert [each.score_public for each in baseline_references(entries, "synthetic")] == [0.2]


def test_lines_say_which_scores_are_not_comparable():
    near = ReferenceRow("near", 0.123456789, None, None, "entry #1", "here", same=True)
    lines = reference_lines(reference_rows([near, *published_references("gap")]))
    assert lines[1:3] == ["  here", f"    {'public 0.12346':<17} {'':17} {'':17} near (entry #1)"]
    assert lines[3] == f"on {OTHERS}"


def test_names_cannot_send_control_sequences_to_a_terminal(hostile_names):
    rows = reference_rows(ReferenceRow(name, None, None, 0.1, name, name, same=True) for name in hostile_names)
    assert all(line.isprintable() for line in reference_lines(rows))
