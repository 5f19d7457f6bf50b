"""Tests of `solutions.hashing.blockwise_ranking`."""

import numpy as np
import pytest

from harness import Ranking
from solutions.hashing import blockwise_ranking as blocks
from solutions.hashing.blockwise_ranking import rank_in_blocks
from tests.solutions.factories import DescribedImages


@pytest.mark.parametrize("block", [1, 7, 100, 150, 1000])
def test_the_ranking_equals_that_of_all_similarities_at_once(monkeypatch, block):
    monkeypatch.setattr(blocks, "BLOCK", block)
    rng = np.random.default_rng(block)
    similarity = rng.integers(0, 40, (6, 400)) / 7  # with many ties
    similarity[rng.random((6, 400)) < 0.1] = np.nan
    similarity[3, 20:] = np.nan  # fewer than are listed
    similarity[4] = np.nan
    similarity[5, 7] = -np.inf
    queries, index_ids = DescribedImages({}, list("abcdef")), np.array([f"i{number}" for number in range(400)], object)
    results = rank_in_blocks(queries, index_ids, lambda some: similarity[:, some])
    expected = Ranking.by_similarity(similarity, queries.ids, index_ids)
    assert results.rows() == expected.rows()
    assert list(results.query_ids) == list("abcdef")


def test_an_empty_index_or_no_queries_give_empty_answers():
    nothing = rank_in_blocks(DescribedImages({}, ["a"]), np.array([], object), lambda some: np.zeros((1, 0)))
    assert nothing.rows() == [[]]
    index_ids = np.array(["i"], object)
    assert rank_in_blocks(DescribedImages({}, []), index_ids, lambda some: np.zeros((0, 1))).rows() == []
