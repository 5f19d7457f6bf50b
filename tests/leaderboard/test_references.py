"""Tests of `leaderboard.references` and `leaderboard.reference_lines`."""

from functools import partial

import pytest

from leaderboard import board_rows, fold_rows
from leaderboard.reference_lines import OTHERS, reference_lines
from leaderboard.references import (
    Reference,
    baseline_references,
    published_references,
    rank_without_baselines,
    reference_rows,
    references_by_part,
)


@pytest.mark.parametrize("metric", ["map@100", "gap"])
def test_published_scores_name_their_source_and_their_photographs(metric):
    for reference in published_references(metric):
        assert reference.metric == metric
        assert 0 < reference.score < 1
        assert reference.part in ("public", "private")
        assert reference.source
        assert "Google Landmarks" in reference.of
        assert not reference.same


@pytest.mark.parametrize("metric", ["map@100", "gap"])
def test_no_published_score_is_listed_twice(metric):
    keys = [(each.name, each.part, each.of) for each in published_references(metric)]
    assert len(keys) == len(set(keys)) > 10


def test_a_metric_without_published_scores_has_no_references():
    assert published_references("precision@7") == ()


def test_scores_of_different_years_are_separate_rows():
    """The same team's score changed with the ground truth alone: .3723 as it was, .3714 scored again."""
    smlyaka = {
        each.of: each.score
        for each in published_references("map@100")
        if "smlyaka" in each.name and each.part == "private"
    }
    assert list(smlyaka.values()) == [0.3723, 0.3714]


def test_the_parts_of_a_reference_make_one_row():
    rows = reference_rows(
        references_by_part("floor", "gap", {"public": 0.1, "private": None, "all": 0.2}, "entry #3", "mine")
    )
    assert [(row.name, row.score_public, row.score_private, row.score_all, row.same) for row in rows] == [
        ("floor", 0.1, None, 0.2, True)
    ]


def test_comparable_references_come_first():
    far = Reference("far", "gap", "public", 0.9, "a paper", "elsewhere")
    rows = reference_rows([far, *references_by_part("near", "gap", {"public": 0.1}, "entry #1", "here")])
    assert [row.name for row in rows] == ["near", "far"]


def test_baselines_are_references_and_take_no_rank(make_entry):
    entries = [
        make_entry("first_images", public=0.9, private=0.8),
        make_entry("hash", public=0.5, private=0.4),
        make_entry("most_frequent", reason="broken"),
    ]
    assert [(each.name, each.part, each.score) for each in baseline_references(entries, "synthetic")] == [
        ("first_images", "public", 0.9),
        ("first_images", "private", 0.8),
    ]
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
    assert [each.score for each in baseline_references(entries, "synthetic")] == [0.2]


def test_lines_say_which_scores_are_not_comparable():
    near = references_by_part("near", "gap", {"public": 0.123456789}, "entry #1", "here")
    lines = reference_lines(reference_rows([*near, *published_references("gap")]))
    assert lines[1:3] == ["  here", f"    {'public 0.12346':<17} {'':17} {'':17} near (entry #1)"]
    assert lines[3] == f"on {OTHERS}"


def test_names_cannot_send_control_sequences_to_a_terminal(hostile_names):
    rows = reference_rows(references_by_part(name, "gap", {"all": 0.1}, name, name)[0] for name in hostile_names)
    assert all(line.isprintable() for line in reference_lines(rows))
