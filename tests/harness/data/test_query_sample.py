"""Tests of `harness.data.query_sample`."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.query_sample import sample_rows, sample_size, sample_split
from harness.data.split import Split, own_split
from tests.factories.competitions import make_competition


@pytest.fixture
def split(tmp_path: Path) -> Split:
    folder = make_competition(tmp_path / "a", landmarks=8, train=1, index=1, queries=2)
    return own_split(Competition.open(folder, tmp_path / "store"), "retrieval")


def test_a_sample_has_its_own_name_and_its_own_truth(split: Split) -> None:
    sample = sample_split(split, 3)
    assert len(sample.queries) == 3
    assert sample.name == f"3 of {len(split.queries)} test queries"
    assert sample_size(sample.name) == 3
    assert sample.ground_truth is not None
    assert set(sample.ground_truth.query_ids[sample.ground_truth.scored]) == set(sample.queries.ids)
    assert sample.data is split.data


def test_a_limit_that_leaves_no_query_out_is_no_sample(split: Split) -> None:
    assert sample_split(split, len(split.queries)) is split


def test_a_smaller_sample_is_part_of_a_larger_one_in_any_order_of_the_queries(split: Split) -> None:
    ids, truth = split.queries.ids, split.ground_truth
    small, large = sample_rows(ids, truth, 2), sample_rows(ids, truth, 5)
    assert set(small) < set(large)
    assert (np.diff(large) > 0).all()
    assert set(ids[::-1][sample_rows(ids[::-1], truth, 5)]) == set(ids[large])


def test_ignored_queries_are_not_in_a_sample(split: Split) -> None:
    truth = split.ground_truth
    assert truth is not None
    usage = truth.usage.copy()
    usage[::2] = "Ignored"
    rows = sample_rows(split.queries.ids, replace(truth, usage=usage), len(truth) - 1)
    assert set(split.queries.ids[rows]) == set(truth.query_ids[1::2])


def test_without_ground_truth_all_queries_are_sampled(split: Split) -> None:
    assert len(sample_rows(split.queries.ids, None, 5)) == 5
    assert len(sample_rows(np.array([], object), None, 5)) == 0
