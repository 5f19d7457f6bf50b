"""Tests of `solutions.retrieval.hash` and `solutions.hashing.readable_index`."""

import numpy as np
import pytest

from harness import TrainingData
from harness.solution.registry import load_solution
from tests.solutions.factories import DescribedImages


def bits(*counts: int) -> list[int]:
    """Return a code at each of the given distances from zero."""
    return [(1 << count) - 1 for count in counts]


def rank_codes(
    spec: str, index: list[int], query: int = 0, ids: str | None = None, broken: tuple[int, ...] = ()
) -> list[str]:
    solution = load_solution(spec)
    names = list(ids or "abcdefghijklmnopqrstuvwxyz"[: len(index)])
    images = DescribedImages({"average": np.array(index, np.uint64)}, names, broken)
    solution.fit(TrainingData(images[:0], np.zeros(0, np.int64), images))
    return solution.rank(DescribedImages({"average": np.array([query], np.uint64)}, ["query"])).rows()[0]


def test_exact_duplicates_come_first_then_the_nearest() -> None:
    assert rank_codes("hash", bits(7, 0, 11, 3)) == ["b", "d", "a", "c"]


def test_ties_keep_the_order_of_the_index() -> None:
    assert rank_codes("hash", bits(5, 2, 5, 2), ids="zyxw") == ["y", "w", "z", "x"]


def test_a_threshold_is_strict() -> None:
    assert rank_codes("hash(threshold=11)", bits(7, 0, 11, 3, 10)) == ["b", "d", "a", "e"]
    assert rank_codes("hash(threshold=0)", bits(0)) == []


def test_the_printed_ranking_is_farthest_first_below_12_and_ties_by_id() -> None:
    assert rank_codes("hash(order='seed')", bits(0, 3, 7, 11, 12)) == ["d", "c", "b", "a"]
    assert rank_codes("hash(order='seed')", bits(3, 3, 5), ids="zax") == ["x", "a", "z"]


def test_the_printed_ranking_keeps_the_hundred_farthest() -> None:
    distances = np.random.default_rng(0).integers(0, 12, 150)
    index, ids = bits(*distances.tolist()), [chr(200 + number) for number in range(150)]
    listed_distances = [
        distances[ids.index(name)] for name in rank_codes("hash(order='seed')", index, ids="".join(ids))
    ]
    assert len(listed_distances) == 100
    assert sorted(listed_distances) == sorted(distances)[50:]


def test_a_broken_image_is_never_listed() -> None:
    assert rank_codes("hash", [0, 0, 1, 3], broken=(0,)) == ["b", "c", "d"]


def test_a_broken_query_has_no_answer() -> None:
    solution = load_solution("hash")
    images = DescribedImages({"average": np.zeros(2, np.uint64)}, list("ab"))
    solution.fit(TrainingData(images[:0], np.zeros(0, np.int64), images))
    queries = DescribedImages({"average": np.zeros(2, np.uint64)}, ["fine", "broken"], broken=(1,))
    assert solution.rank(queries).rows() == [["a", "b"], []]


def test_an_empty_index_gives_empty_answers() -> None:
    assert rank_codes("hash", []) == []
    assert rank_codes("hash(order='seed')", []) == []
    assert rank_codes("hash", [0], broken=(0,)) == []


@pytest.mark.parametrize("kind", ["average", "dct", "difference", "wavelet"])
def test_each_kind_compares_its_own_hashes(kind: str) -> None:
    solution = load_solution(f"hash(kind={kind!r})")
    others = {each: np.array([0, 1], np.uint64) for each in ("average", "dct", "difference", "wavelet")}
    images = DescribedImages(others | {kind: np.array([1, 0], np.uint64)}, list("ab"))
    solution.fit(TrainingData(images[:0], np.zeros(0, np.int64), images))
    queries = DescribedImages(dict.fromkeys(others, np.zeros(1, np.uint64)), ["query"])
    assert solution.rank(queries).rows() == [["b", "a"]]
