"""Tests of `leaderboard.entry`."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from leaderboard import Cost, LeaderboardError


def test_a_score_is_by_the_metric_that_ranks_unless_another_is_named(make_entry):
    entry = make_entry(scores={"all": {"map@100": 0.5, "precision@10": 0.2}, "public": {"map@100": None}})
    assert entry.score("all") == 0.5
    assert entry.score("all", "precision@10") == 0.2
    assert entry.score("public") is entry.score("private") is entry.score("all", "gap") is None


def test_an_entry_without_a_metric_has_no_score(make_entry):
    assert make_entry(metric=None, all=0.5).score("all") is None


def test_the_cost_sums_times_and_takes_the_highest_peak(make_entry):
    assert make_entry().cost == Cost(wall_s=3.0, cpu_s=12.0, peak_mb=300.0)


def test_an_unmeasured_cost_is_none_and_not_zero(make_entry):
    assert make_entry(stages=()).cost == Cost(None, None, None)


def test_the_device_is_the_cpu_unless_the_run_names_another_and_that_of_an_uploaded_file_unknown(make_entry):
    assert make_entry().device == "cpu"
    assert make_entry(versions={"device": "cuda:0 (NVIDIA H200)"}).device == "cuda:0 (NVIDIA H200)"
    assert make_entry(stages=()).device is None


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -float("inf")])
def test_a_score_that_is_not_finite_is_refused_by_name(make_entry, score):
    with pytest.raises(LeaderboardError, match="map@100 is .*finite"):
        make_entry(all=score)


@pytest.mark.parametrize("bounds", [(float("nan"), 1), (0, float("inf"))])
def test_a_bound_that_is_not_finite_is_refused_by_name(make_entry, bounds):
    with pytest.raises(LeaderboardError, match="interval of map@100 is .*finite"):
        make_entry(intervals={"all": bounds})


def test_scores_become_plain_floats(make_entry):
    assert repr(make_entry(all=np.float32(0.5)).score("all")) == "0.5"


def test_a_time_without_a_zone_is_refused_and_others_become_utc(make_entry):
    with pytest.raises(ValueError, match="time zone"):
        make_entry(created=datetime(2026, 3, 1))
    there = timezone(timedelta(hours=2))
    assert make_entry(created=datetime(2026, 3, 1, 2, tzinfo=there)).created == datetime(2026, 3, 1, tzinfo=UTC)
